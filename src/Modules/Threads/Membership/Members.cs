using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <param name="Version">Of the list; the thread's own number rises with every change.</param>
/// <param name="People">In the order of their ids.</param>
internal sealed record MemberList(int Version, PersonId[] People)
{
    private static readonly Comparer<PersonId> byId = Comparer<PersonId>.Create((a, b) => a.Value.CompareTo(b.Value));

    public bool Has(PersonId person) => Array.BinarySearch(People, person, byId) >= 0;
}

/// <summary>Who is in which thread, for telling them live. What must be certain (writing, reading) asks the database in its own statement.</summary>
/// <remarks>Bounded by the members in all lists: a group of 5,000 counts as much as 2,500 conversations of two. The lists live in two halves;
/// when the young one is full the old one is forgotten, so that what is in use stays.</remarks>
internal sealed class Members(NpgsqlDataSource database, IOptions<ThreadsOptions> options)
{
    private readonly Lock gate = new();
    private readonly int halfMax = options.Value.MembersRememberedMax / 2;
    private volatile ConcurrentDictionary<long, MemberList> young = new();
    private volatile ConcurrentDictionary<long, MemberList> old = new();
    private int youngCount;

    /// <summary>The list as remembered, or null.</summary>
    public MemberList? Peek(ThreadId thread)
    {
        if (young.TryGetValue(thread.Value, out var known))
        {
            return known;
        }

        if (old.TryGetValue(thread.Value, out known))
        {
            Remember(thread.Value, known);
        }

        return known;
    }

    /// <summary>Another node may have changed who is in which thread.</summary>
    public void ForgetAll()
    {
        lock (gate)
        {
            (young, old, youngCount) = (new(), new(), 0);
        }
    }

    /// <summary>The list of this thread is not used any more.</summary>
    public void Forget(ThreadId thread)
    {
        lock (gate)
        {
            old.TryRemove(thread.Value, out _);
            if (young.TryRemove(thread.Value, out var known))
            {
                youngCount -= known.People.Length;
            }
        }
    }

    /// <summary>The list as it was at this version or later; null for a thread that is not there.</summary>
    public async ValueTask<MemberList?> FindAsync(ThreadId thread, int atLeast, CancellationToken cancellationToken)
    {
        if (Peek(thread) is { } known && known.Version >= atLeast)
        {
            return known;
        }

        await LoadAsync([thread.Value], cancellationToken);
        return Peek(thread);
    }

    /// <summary>Reads the lists of these threads anew, in one query. A group that has ended has an empty one.</summary>
    public async Task LoadAsync(long[] threads, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.id, t.members_version, array_agg(m.member_id order by m.member_id) filter (where not m.is_page)
            from threads.threads t left join threads.members m on m.thread_id = t.id
            where t.id = any($1) group by t.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = threads });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Remember(reader.GetInt64(0), new(reader.GetInt32(1), reader.IsDBNull(2) ? [] : Array.ConvertAll(reader.GetFieldValue<long[]>(2), id => new PersonId(id))));
        }
    }

    private void Remember(long thread, MemberList list)
    {
        lock (gate)
        {
            // Two may have read it at once: the newer one stays.
            if (young.TryGetValue(thread, out var known) && known.Version >= list.Version)
            {
                return;
            }

            var more = list.People.Length - (known?.People.Length ?? 0);
            if (youngCount + more > halfMax)
            {
                (old, young, youngCount, more) = (young, new(), 0, list.People.Length);
            }

            young[thread] = list;
            youngCount += more;
        }
    }
}
