using System.Collections.Concurrent;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <param name="Version">Of the list; the thread's own number rises with every change.</param>
internal sealed record MemberList(int Version, bool HasPage, IReadOnlyList<MemberId> All, IReadOnlyList<PersonId> People);

/// <summary>Who is in which thread, for telling them live. What must be certain (writing, reading) asks the database in its own statement.</summary>
internal sealed class Members(NpgsqlDataSource database)
{
    private const int RememberedMax = 100_000;

    private readonly ConcurrentDictionary<long, MemberList> remembered = new();

    /// <summary>The list as remembered, or null.</summary>
    public MemberList? Peek(ThreadId thread) => remembered.GetValueOrDefault(thread.Value);

    /// <summary>Another node may have changed who is in which thread.</summary>
    public void ForgetAll() => remembered.Clear();

    /// <summary>A list older than this is not used any more.</summary>
    public void Forget(ThreadId thread) => remembered.TryRemove(thread.Value, out _);

    public async ValueTask<MemberList?> FindAsync(ThreadId thread, CancellationToken cancellationToken)
    {
        if (Peek(thread) is { } known)
        {
            return known;
        }

        await LoadAsync([thread.Value], cancellationToken);
        return Peek(thread);
    }

    /// <summary>Reads the lists of these threads anew, in one query.</summary>
    public async Task LoadAsync(long[] threads, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.id, t.members_version, t.page_id is not null, array_agg(m.member_id order by m.member_id), array_agg(m.is_page order by m.member_id)
            from threads.threads t join threads.members m on m.thread_id = t.id
            where t.id = any($1) group by t.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = threads });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var ids = reader.GetFieldValue<long[]>(3);
            var pages = reader.GetFieldValue<bool[]>(4);
            Remember(reader.GetInt64(0), new(reader.GetInt32(1), reader.GetBoolean(2),
                Array.ConvertAll(ids, id => new MemberId(id)), ids.Where((_, i) => !pages[i]).Select(id => new PersonId(id)).ToArray()));
        }
    }

    private void Remember(long thread, MemberList list)
    {
        if (remembered.Count >= RememberedMax)
        {
            remembered.Clear();
        }

        remembered[thread] = list;
    }
}
