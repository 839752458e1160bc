using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Markers;
using Stoa.Threads.Messages;
using Stoa.Threads.Opening;

namespace Stoa.Threads.Business;

internal sealed class BusinessThreads(NpgsqlDataSource database, ThreadStore threads, IPeople people, MarkerLane markers, Typing typing, ThreadLog log) : IBusinessThreads
{
    private static readonly DateTime latest = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public Task<ThreadId?> FindAsync(PageId page, PersonId person, CancellationToken cancellationToken) => threads.FindBusinessAsync(page, person, cancellationToken);

    public async Task<(PageId Page, PersonId Person)?> FindMembersAsync(ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select party_a, party_b from threads.threads where id = $1 and kind = 2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new(reader.GetInt64(0)), new(reader.GetInt64(1))) : null;
    }

    public async Task<BusinessThread?> DescribeAsync(ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id, party_a, party_b, last_seq, updated_at from threads.threads where id = $1 and kind = 2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        return (await ReadAsync(command, cancellationToken)) is [var found] ? found : null;
    }

    // As the inbox: the day of a member's row says how far back a page must look (docs/decisions/2026-11-21-inbox-by-days.md).
    public async Task<IReadOnlyList<BusinessThread>> ListAsync(PageId page, (DateTimeOffset UpdatedAt, ThreadId Id)? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with mine as materialized (
              select thread_id from threads.members where member_id = $1 and active_on <= ($2 at time zone 'UTC')::date and active_on >= coalesce((
                select active_on from threads.members where member_id = $1 and active_on < ($2 at time zone 'UTC')::date order by active_on desc offset $4 - 1 limit 1), '-infinity'))
            select t.id, t.party_a, t.party_b, t.last_seq, t.updated_at
            from mine join threads.threads t on t.id = mine.thread_id and t.kind = 2
            where (t.updated_at, t.id) < ($2, $3) order by t.updated_at desc, t.id desc limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = after?.UpdatedAt.UtcDateTime ?? latest });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after?.Id.Value ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(limit, 1, 101) });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<long?> FindSentAsync(ThreadId thread, MemberId sender, Guid clientId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select seq::bigint from threads.events where thread_id = $1 and sender = $2 and client_id = $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sender.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = clientId });
        return await command.ExecuteScalarAsync(cancellationToken) is long seq ? seq : null;
    }

    private static async Task<List<BusinessThread>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<BusinessThread>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(new(reader.GetInt64(0)), new(reader.GetInt64(1)), new(reader.GetInt64(2)), reader.GetInt64(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return found;
    }

    public async Task<PersonProfile?> FindProfileAsync(PersonId person, CancellationToken cancellationToken) =>
        (await people.FindAsync([person], cancellationToken)).TryGetValue(person, out var card) ? new(card.Id, card.Name, card.Locale) : null;

    public Task MarkAsync(ThreadId thread, MemberId member, long? readSeq, long? deliveredSeq, CancellationToken cancellationToken) =>
        markers.MoveAsync(new(thread, member, readSeq ?? 0, deliveredSeq ?? 0), cancellationToken);

    public async Task<long> LastSeqAsync(ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select last_seq from threads.threads where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is long seq ? seq : 0;
    }

    public async Task<bool> ReactAsync(ThreadId thread, MemberId member, long seq, string? emoji, Guid clientId, CancellationToken cancellationToken)
    {
        string? known = null;
        if (emoji is not null)
        {
            try
            {
                known = Emoji.Check(emoji);
            }
            catch (ProblemException)
            {
                return false;
            }
        }

        var result = await log.ChangeAsync(thread, member, clientId, new Reaction(seq, known), cancellationToken);
        return result.Verdict is AppendVerdict.Appended or AppendVerdict.Repeated or AppendVerdict.Unchanged;
    }

    public ValueTask ShowTypingAsync(ThreadId thread, MemberId member, bool on, CancellationToken cancellationToken) =>
        typing.ShowAsync(thread, member, on, cancellationToken);
}

/// <summary>The directory of a server without businesses, until a module above brings one.</summary>
internal sealed class NoPages : IPageDirectory
{
    public Task<PageId?> FindByUsernameAsync(string username, CancellationToken cancellationToken) => Task.FromResult<PageId?>(null);

    public ValueTask<IReadOnlyDictionary<PageId, PageCard>> FindAsync(IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken) =>
        new(new Dictionary<PageId, PageCard>());

    public Task<byte[]?> DescribeAsync(PageId page, PersonProfile reader, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    public Task<string?> FindOfferAsync(PageId page, string payload, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}
