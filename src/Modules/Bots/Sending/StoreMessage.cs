using Dapper;
using Npgsql;
using Stoa.Bots.Attachments;
using Stoa.Bots.Graph;
using Stoa.Bots.OptIns;
using Stoa.Bots.Personas;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary>One message of a page to one person.</summary>
/// <param name="ClientId">Makes twice once.</param>
internal sealed record PageMessage(PageId Page, AppId App, Target Target, SendRequest Request, OutgoingMessage Message, Guid ClientId)
{
    /// <summary>The file that came with the call.</summary>
    public UploadedFile? File { get; init; }

    public Persona? Persona { get; init; }

    /// <summary>The number of the message that it answers.</summary>
    public long? ReplyTo { get; init; }
}

/// <summary>Fetches what a message shows, asks the policy, and appends it: the same for a call of a bot and for one recipient of a broadcast.</summary>
internal sealed class StoreMessage(
    IThreadLog log, Conversations conversations, OptInStore optIns, ResolveAttachments attachments, Pictures pictures, Subscribers subscribers, NpgsqlDataSource database, TimeProvider time)
{
    /// <exception cref="GraphException">Something cannot be fetched, or the page may not write now.</exception>
    public async Task<(AppendOutcome Outcome, IReadOnlyList<ResolvedAttachment> Resolved)> RunAsync(PageMessage send, IAppendGuard? guard, CancellationToken cancellationToken)
    {
        var (page, target, message) = (send.Page, send.Target, send.Message);
        var resolved = await attachments.RunAsync(page, send.ClientId, message, send.File, cancellationToken);
        // The last thing before the message itself: what fails until here has used up nothing.
        if (!(target.OptIn is { } optIn
            ? await optIns.TakeAsync(page, optIn, send.ClientId, cancellationToken)
            : await conversations.MaySendAsync(target.Thread, page, send.Request, send.ClientId, cancellationToken)))
        {
            throw new GraphException(GraphErrors.OutsideWindow);
        }

        var body = MessageBody.Compose(message, resolved, send.Persona, send.ReplyTo);
        await pictures.NoteAsync(page, [.. MessageBody.PicturesIn(message, resolved)], cancellationToken);
        await NoteForEchoAsync(send, cancellationToken);
        var outcome = await log.AppendAsync(
            new(target.Thread, page, send.ClientId, "message", body) { Media = [.. resolved.Select(r => r.Card?.Id).OfType<MediaId>().Distinct()], Guard = guard }, cancellationToken);
        return (outcome, resolved);
    }

    private async Task NoteForEchoAsync(PageMessage send, CancellationToken cancellationToken)
    {
        if (!await subscribers.WantAsync(send.Page, WebhookFields.Echoes, cancellationToken))
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.sends (thread_id, client_id, app_id, metadata, created_at) values (@thread, @client, @app, @metadata, @now) on conflict do nothing",
            new { thread = send.Target.Thread.Value, client = send.ClientId, app = send.App.Value, metadata = send.Message.Metadata, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }
}
