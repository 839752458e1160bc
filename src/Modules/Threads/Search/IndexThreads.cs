using System.Text.Json;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Search;

/// <param name="Kept">False when the lease is another's: nothing was written.</param>
/// <param name="Events">Looked at, whatever became of them.</param>
/// <param name="Unfinished">Threads that had more than one batch takes.</param>
internal sealed record IndexedBatch(bool Kept, long Events, IReadOnlyList<long> Unfinished);

/// <summary>
/// Brings the index of some threads up to their logs, in one transaction. Blocks are made anew from the log and never added to, so that doing
/// it twice is doing it once, and a stop at any point leaves either the old blocks or the new ones.
/// </summary>
internal sealed class IndexThreads(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>New events that one batch looks at.</summary>
    public const int EventsMax = 4_096;

    /// <summary>Earlier blocks that one batch makes anew because an event in them was edited or unsent.</summary>
    private const int ChangedMax = 128;

    private const int BlocksAtOnce = 64;

    /// <param name="threads">At most some thousands; what is indexed already costs a look.</param>
    /// <param name="expired">Blocks that must be made anew whatever the log says.</param>
    /// <param name="wanted">Rows of <c>search_wanted</c> that are done with when their thread is.</param>
    public async Task<IndexedBatch> RunAsync(
        NodeLease lease, IReadOnlyCollection<long> threads, IReadOnlyList<(long Thread, int Block)> expired, IReadOnlyList<(long Id, long Thread)> wanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await lease.HoldsAsync(connection, transaction, cancellationToken))
        {
            return new(false, 0, []);
        }

        if (threads.Count + expired.Count + wanted.Count == 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return new(true, 0, []);
        }

        var pieces = await ReadPiecesAsync(connection, [.. threads.Concat(expired.Select(block => block.Thread)).Distinct()], cancellationToken);
        var blocks = await ChooseBlocksAsync(connection, pieces, expired, cancellationToken);
        foreach (var some in blocks.Chunk(BlocksAtOnce))
        {
            await FillAsync(connection, some, cancellationToken);
            await WriteAsync(connection, some, pieces, cancellationToken);
        }

        var unfinished = pieces.Values.Where(piece => piece.To < piece.LastSeq).Select(piece => piece.Thread).ToHashSet();
        await ForgetWantedAsync(connection, [.. wanted.Where(row => !unfinished.Contains(row.Thread)).Select(row => row.Id)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(true, pieces.Values.Sum(piece => piece.To - piece.From), [.. unfinished]);
    }

    /// <summary>What is missing of each thread, cut to what one batch takes.</summary>
    private static async Task<Dictionary<long, Piece>> ReadPiecesAsync(NpgsqlConnection connection, long[] threads, CancellationToken cancellationToken)
    {
        var pieces = new Dictionary<long, Piece>();
        await using var command = new NpgsqlCommand(
            """
            select t.id, coalesce(b.upto, 0), t.last_seq from threads.threads t
            left join lateral (select upto from threads.search_blocks where thread_id = t.id order by block desc limit 1) b on true
            where t.id = any($1) order by t.last_seq - coalesce(b.upto, 0)
            """, connection)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = threads } },
        };
        // Those with least to do first: a long one that is made anew does not keep others waiting.
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var left = (long)EventsMax;
        while (await reader.ReadAsync(cancellationToken))
        {
            var (from, last) = (reader.GetInt64(1), reader.GetInt64(2));
            var to = Math.Min(last, from + left);
            left -= to - from;
            pieces[reader.GetInt64(0)] = new(reader.GetInt64(0), from, last) { To = to };
        }

        return pieces;
    }

    private static async Task<List<Block>> ChooseBlocksAsync(
        NpgsqlConnection connection, Dictionary<long, Piece> pieces, IReadOnlyList<(long Thread, int Block)> expired, CancellationToken cancellationToken)
    {
        var chosen = new HashSet<(long, int)>(expired);
        foreach (var (thread, seq, of) in await ReadChangesAsync(connection, pieces.Values, cancellationToken))
        {
            var piece = pieces[thread];
            if (seq > piece.To)
            {
                continue;
            }

            if (chosen.Count >= ChangedMax)
            {
                // The rest is for the next batch; this piece ends before the change.
                piece.To = Math.Min(piece.To, seq - 1);
                continue;
            }

            chosen.Add((thread, Block.NumberOf(of)));
        }

        foreach (var piece in pieces.Values.Where(piece => piece.To > piece.From))
        {
            for (var block = Block.NumberOf(piece.From + 1); block <= Block.NumberOf(piece.To); block++)
            {
                chosen.Add((piece.Thread, block));
            }
        }

        // A thread that is gone has no block to be made; blocks of what is not looked at yet come with it.
        return [.. chosen.Where(block => pieces.TryGetValue(block.Item1, out var piece) && Block.FirstOf(block.Item2) <= piece.To).Order().Select(block => new Block(block.Item1, block.Item2))];
    }

    private static async Task<List<(long Thread, long Seq, long Of)>> ReadChangesAsync(NpgsqlConnection connection, IEnumerable<Piece> pieces, CancellationToken cancellationToken)
    {
        var open = pieces.Where(piece => piece.To > piece.From).ToArray();
        var changes = new List<(long, long, long)>();
        await using var command = new NpgsqlCommand(
            """
            select e.thread_id, e.seq, (e.body->>'of')::bigint from unnest($1, $2, $3) as p(thread_id, after, upto)
            join threads.events e on e.thread_id = p.thread_id and e.seq > p.after and e.seq <= p.upto
            where e.kind in ($4, $5) and e.body->>'of' is not null order by e.thread_id, e.seq
            """, connection)
        {
            Parameters =
            {
                Array(open, piece => piece.Thread), Array(open, piece => piece.From), Array(open, piece => piece.To),
                new NpgsqlParameter<short> { TypedValue = EventKind.Edit }, new NpgsqlParameter<short> { TypedValue = EventKind.Unsend },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            changes.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return changes;
    }

    /// <summary>Reads the messages of the blocks as they are now: edited text, nothing of what is unsent or expired.</summary>
    private async Task FillAsync(NpgsqlConnection connection, Block[] blocks, CancellationToken cancellationToken)
    {
        var byPlace = blocks.ToDictionary(block => (block.Thread, block.Number));
        await using var command = new NpgsqlCommand(
            """
            select e.thread_id, e.seq, e.sender, e.at, e.expires_at, e.body, s.state from unnest($1, $2, $3) as b(thread_id, first, last)
            join threads.events e on e.thread_id = b.thread_id and e.seq between b.first and b.last
            left join threads.states s on s.thread_id = e.thread_id and s.seq = e.seq
            where e.kind = $4 and (e.expires_at is null or e.expires_at > $5)
            """, connection)
        {
            Parameters =
            {
                Array(blocks, block => block.Thread), Array(blocks, block => block.First), Array(blocks, block => block.Last),
                new NpgsqlParameter<short> { TypedValue = EventKind.Message }, new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            using var message = JsonDocument.Parse(
                EventView.Compose(reader.GetFieldValue<byte[]>(5), reader.IsDBNull(6) ? null : reader.GetFieldValue<byte[]>(6), null, null));
            var seq = reader.GetInt64(1);
            byPlace[(reader.GetInt64(0), Block.NumberOf(seq))].Add(
                seq, new MemberId(reader.GetInt64(2)), reader.GetFieldValue<DateTimeOffset>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
                SearchedText.WordsOf(SearchedText.PartsOf(message.RootElement)), SearchQuery.Things.Where(thing => SearchedText.Has(message.RootElement, thing)));
        }
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Block[] blocks, Dictionary<long, Piece> pieces, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into threads.search_blocks as b (thread_id, block, upto, first_at, last_at, expires_at, words)
            select thread_id, block, upto, first_at, last_at, expires_at, words::tsvector
            from unnest($1, $2, $3, $4, $5, $6, $7) as n(thread_id, block, upto, first_at, last_at, expires_at, words)
            on conflict (thread_id, block) do update
            set upto = greatest(b.upto, excluded.upto), first_at = excluded.first_at, last_at = excluded.last_at, expires_at = excluded.expires_at, words = excluded.words
            """, connection)
        {
            Parameters =
            {
                Array(blocks, block => block.Thread), Array(blocks, block => block.Number), Array(blocks, block => Math.Min(block.Last, pieces[block.Thread].To)),
                Array(blocks, block => block.FirstAt), Array(blocks, block => block.LastAt), Array(blocks, block => block.ExpiresAt), Array(blocks, block => block.ToTsVector()),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task ForgetWantedAsync(NpgsqlConnection connection, long[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("delete from threads.search_wanted where id = any($1)", connection) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = ids } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<TValue[]> Array<TItem, TValue>(IReadOnlyCollection<TItem> items, Func<TItem, TValue> value) => new() { TypedValue = [.. items.Select(value)] };

    /// <summary>The events of a thread after <paramref name="from"/> that one batch looks at.</summary>
    private sealed class Piece(long thread, long from, long lastSeq)
    {
        public long Thread { get; } = thread;

        public long From { get; } = from;

        public long LastSeq { get; } = lastSeq;

        public long To { get; set; }
    }
}
