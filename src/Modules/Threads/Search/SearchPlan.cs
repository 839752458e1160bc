using Npgsql;
using Stoa.Kernel;

namespace Stoa.Threads.Search;

/// <summary>A block that may hold what is looked for.</summary>
internal readonly record struct PlannedBlock(long Thread, int Number, DateTimeOffset LastAt)
{
    public long First => Block.FirstOf(Number);
}

/// <summary>Events of a thread that the index does not know yet.</summary>
internal readonly record struct Tail(long Thread, long After, long Upto);

/// <summary>Where to look for a person: the blocks of their threads, newest first, and what is behind the index.</summary>
internal sealed class SearchPlan
{
    public required List<PlannedBlock> Blocks { get; init; }

    public required List<Tail> Tails { get; init; }

    /// <summary>More is behind the index than is read.</summary>
    public required bool Incomplete { get; init; }

    /// <returns>Null for a thread that is not there or not the reader's.</returns>
    public static async Task<SearchPlan?> ReadAsync(NpgsqlConnection connection, PersonId me, SearchQuery query, int tailMax, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select t.id, m.from_seq, t.last_seq, b.block, b.upto, b.first_at, b.last_at
            from threads.members m join threads.threads t on t.id = m.thread_id
            left join lateral (
              select block, upto, first_at, last_at from threads.search_blocks s where s.thread_id = t.id and s.block >= m.from_seq / {Block.Length} offset 0) b on true
            where m.member_id = $1 {(query.Thread is null ? "" : "and m.thread_id = $2")}
            """, connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = me.Value } },
        };
        if (query.Thread is { } only)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = only.Value });
        }

        var blocks = new List<PlannedBlock>();
        var tails = new Dictionary<long, Tail>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var thread = reader.GetInt64(0);
                var known = reader.IsDBNull(4) ? 0 : reader.GetInt64(4);
                var (fromSeq, lastSeq) = (reader.GetInt64(1), reader.GetInt64(2));
                tails[thread] = new(thread, Math.Max(Math.Max(known, fromSeq), tails.TryGetValue(thread, out var tail) ? tail.After : 0), lastSeq);
                if (reader.IsDBNull(6))
                {
                    continue;
                }

                var (firstAt, lastAt) = (reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<DateTimeOffset>(6));
                if (!(lastAt < query.Since) && !(firstAt >= query.Until) && !(firstAt > query.Before?.At))
                {
                    blocks.Add(new(thread, reader.GetInt32(3), lastAt));
                }
            }
        }

        if (query.Thread is not null && tails.Count == 0)
        {
            return null;
        }

        blocks.Sort((one, other) => other.LastAt.CompareTo(one.LastAt));
        var (read, incomplete) = Cut(tails.Values.Where(tail => tail.After < tail.Upto), tailMax);
        return new() { Blocks = blocks, Tails = read, Incomplete = incomplete };
    }

    /// <summary>The short ones whole, of the long ones the newest part.</summary>
    private static (List<Tail> Tails, bool Incomplete) Cut(IEnumerable<Tail> tails, int most)
    {
        var (read, left, incomplete) = (new List<Tail>(), (long)most, false);
        foreach (var tail in tails.OrderBy(tail => tail.Upto - tail.After))
        {
            var part = Math.Min(left, tail.Upto - tail.After);
            incomplete |= part < tail.Upto - tail.After;
            if (part > 0)
            {
                read.Add(tail with { After = tail.Upto - part });
                left -= part;
            }
        }

        return (read, incomplete);
    }
}
