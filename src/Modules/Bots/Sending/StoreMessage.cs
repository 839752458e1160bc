using Dapper;
using Npgsql;
using Stoa.Bots.Attachments;
using Stoa.Bots.Graph;
using Stoa.Bots.OptIns;
using Stoa.Bots.Pages;
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
    IThreadLog log, Conversations conversations, OptInStore optIns, ResolveAttachments attachments, Pictures pictures, PageDirectory pages, Subscribers subscribers, NpgsqlDataSource database, TimeProvider time)
{
    /// <exception cref="GraphException">Something cannot be fetched, or the page may not write now.</exception>
    public async Task<(AppendOutcome Outcome, IReadOnlyList<ResolvedAttachment> Resolved)> RunAsync(PageMessage send, IAppendGuard? guard, CancellationToken cancellationToken)
    {
        var (page, target, message) = (send.Page, send.Target, send.Message);
        await CheckExtensionsAsync(page, message, cancellationToken);
        var resolved = await attachments.RunAsync(page, send.ClientId, message, send.File, cancellationToken);
        // The last thing before the message itself: what fails until here has used up nothing.
        if (target.OptIn is { } optIn)
        {
            _ = await optIns.TakeAsync(page, optIn, send.ClientId, cancellationToken) ? true : throw new GraphException(GraphErrors.OutsideWindow);
        }
        else if (await conversations.RefuseAsync(target.Thread, page, send.Request, send.ClientId, cancellationToken) is { } why)
        {
            throw new GraphException(GraphErrors.Outside(why));
        }

        var body = MessageBody.Compose(message, resolved, send.Persona, send.ReplyTo);
        await pictures.NoteAsync(page, [.. MessageBody.PicturesIn(message, resolved)], cancellationToken);
        await NoteForEchoAsync(send, cancellationToken);
        var outcome = await log.AppendAsync(
            new(target.Thread, page, send.ClientId, "message", body) { Media = [.. resolved.Select(r => r.Card?.Id).OfType<MediaId>().Distinct()], Guard = guard }, cancellationToken);
        return (outcome, resolved);
    }

    /// <summary>Pages of the web that may know who looks at them are those that the business has named (messenger-platform §2.15, §4.2).</summary>
    private async Task CheckExtensionsAsync(PageId page, OutgoingMessage message, CancellationToken cancellationToken)
    {
        var extended = message.Template?.AllButtons.OfType<WebUrlButton>().Where(button => button.WithExtensions).ToList();
        if (extended is not { Count: > 0 })
        {
            return;
        }

        var profile = (await pages.FindRowAsync(page, cancellationToken))?.Profile;
        if (extended.Find(button => profile?.Allows(new(button.Url)) != true) is { } stranger)
        {
            throw new GraphException(GraphError.Parameter($"messenger_extensions: the domain of {stranger.Url} is not among the page's whitelisted_domains.", path: "message[attachment]") with
            {
                ErrorUserMsg = "Name the domain first: POST /me/messenger_profile with whitelisted_domains.",
            });
        }
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
