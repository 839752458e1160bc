using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Attachments;

/// <summary>What a page saved to send again (messenger-platform §1.7): an id works for 90 days, for this page alone.</summary>
internal sealed class SavedAttachments(NpgsqlDataSource database, IMedia media, IMediaIntake intake, TimeProvider time)
{
    private static readonly TimeSpan keptFor = TimeSpan.FromDays(90);

    public async Task SaveAsync(PageId page, MediaCard card, string type, CancellationToken cancellationToken)
    {
        // Kept before the id is known: dying between the two keeps a content that nobody can name, and breaks nothing.
        await intake.KeepAsync(page, card.Id, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.attachments (page_id, id, type, created_at) values (@page, @id, @type, @now) on conflict do nothing",
            new { page = page.Value, id = card.Id.Value, type, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }

    /// <param name="type">What it must have been saved as; null for any.</param>
    /// <exception cref="GraphException">100/2018074: not saved by this page, or too long ago.</exception>
    public async Task<MediaCard> FindAsync(PageId page, string attachmentId, string? type, GraphValue where, CancellationToken cancellationToken)
    {
        if (WireIds.TryParse(attachmentId, out var id))
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var saved = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "select type from bots.attachments where page_id = @page and id = @id and created_at > @since",
                new { page = page.Value, id, since = time.GetUtcNow() - keptFor }, cancellationToken: cancellationToken));
            if (saved is not null && (await media.FindAsync([new(id)], cancellationToken)).TryGetValue(new(id), out var card))
            {
                return type is null || saved == type
                    ? card
                    : throw where.Wrong($"The attachment was saved as {saved}, not as {type}.", 2018047);
            }
        }

        throw where.Wrong("Attachment id does not belong to this page, or has expired.", 2018074);
    }

    /// <summary>Forgets those whose time is over, some at a time. Messages that show them keep them.</summary>
    public async Task ForgetAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var old = await connection.QueryAsync<(long Page, long Id)>(new CommandDefinition(
            "select page_id, id from bots.attachments where created_at <= @before order by created_at limit @most",
            new { before = time.GetUtcNow() - keptFor, most }, cancellationToken: cancellationToken));
        foreach (var (page, id) in old)
        {
            await intake.LetGoAsync(new(id), cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition("delete from bots.attachments where page_id = @page and id = @id", new { page, id }, cancellationToken: cancellationToken));
        }
    }
}
