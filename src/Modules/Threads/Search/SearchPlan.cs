using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Threads.Search;

/// <summary>A block that may hold what is looked for.</summary>
internal readonly record struct PlannedBlock(long Thread, int Number, DateTimeOffset LastAt)
{
    public long First => Block.FirstOf(Number);

    /// <summary>Nothing in the block comes before this.</summary>
    public SearchPlace Newest => new(LastAt, Thread, First + Block.Length - 1);

    /// <summary>By <see cref="Newest"/>, the greatest first.</summary>
    public static int InOrder(PlannedBlock one, PlannedBlock other)
    {
        var byTime = other.LastAt.CompareTo(one.LastAt);
        return byTime != 0 ? byTime : (other.Thread, other.Number).CompareTo((one.Thread, one.Number));
    }
}

/// <summary>Events of a thread that the index does not know yet.</summary>
internal readonly record struct Tail(long Thread, long After, long Upto);

/// <summary>Where to look for a person: the blocks of their threads, newest first, and what is behind the index.</summary>
internal sealed class SearchPlan
{
    /// <summary>Events behind the index that one search reads at most.</summary>
    private const long TailMax = 2_000;

    public required List<PlannedBlock> Blocks { get; init; }

    public required List<Tail> Tails { get; init; }

    /// <summary>More is behind the index than is read.</summary>
    public required bool Incomplete { get; init; }

    /// <returns>Null for a thread that is not there or not the reader's.</returns>
    /// <remarks>One row of arrays: thousands of threads as rows took the server longer to read than the database to find.</remarks>
    public static async Task<SearchPlan?> ReadAsync(NpgsqlConnection connection, PersonId me, SearchQuery query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with mine as materialized (
              select t.id, m.from_seq, t.last_seq, b.block, b.upto, b.last_at,
                     b.last_at >= coalesce($2, b.last_at) and b.first_at < coalesce($3, 'infinity') and b.first_at <= coalesce($4, b.first_at) as asked
              from threads.members m join threads.threads t on t.id = m.thread_id
              left join lateral (
                select block, upto, first_at, last_at from threads.search_blocks s where s.thread_id = t.id and s.block >= m.from_seq / {Block.Length} offset 0) b on true
              where m.member_id = $1 {(query.Thread is null ? "" : "and m.thread_id = $5")}
            ), tails as (
              select id, greatest(from_seq, coalesce(max(upto), 0)) as after, last_seq from mine group by id, from_seq, last_seq having greatest(from_seq, coalesce(max(upto), 0)) < last_seq
            )
            select count(*), array_agg(id) filter (where asked), array_agg(block) filter (where asked), array_agg(last_at) filter (where asked),
                   (select array_agg(id) from tails), (select array_agg(after) from tails), (select array_agg(last_seq) from tails)
            from mine
            """, connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = me.Value }, Instant(query.Since), Instant(query.Until), Instant(query.Before?.At) },
        };
        if (query.Thread is { } only)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = only.Value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (query.Thread is not null && reader.GetInt64(0) == 0)
        {
            return null;
        }

        var blocks = new List<PlannedBlock>();
        if (!reader.IsDBNull(1))
        {
            var (threads, numbers, lastAts) = (reader.GetFieldValue<long[]>(1), reader.GetFieldValue<int[]>(2), reader.GetFieldValue<DateTime[]>(3));
            blocks.EnsureCapacity(threads.Length);
            for (var i = 0; i < threads.Length; i++)
            {
                blocks.Add(new(threads[i], numbers[i], lastAts[i]));
            }

            blocks.Sort(PlannedBlock.InOrder);
        }

        var (tails, incomplete) = reader.IsDBNull(4) ? ([], false) : Cut(reader.GetFieldValue<long[]>(4), reader.GetFieldValue<long[]>(5), reader.GetFieldValue<long[]>(6));
        return new() { Blocks = blocks, Tails = tails, Incomplete = incomplete };
    }

    private static NpgsqlParameter Instant(DateTimeOffset? at) => new() { Value = (object?)at ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>The short ones whole, of the long ones the newest part.</summary>
    private static (List<Tail> Tails, bool Incomplete) Cut(long[] threads, long[] afters, long[] uptos)
    {
        var (read, left, incomplete) = (new List<Tail>(), TailMax, false);
        foreach (var tail in threads.Select((thread, i) => new Tail(thread, afters[i], uptos[i])).OrderBy(tail => tail.Upto - tail.After))
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
