using System.Numerics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Search;

/// <summary>A message that is what was looked for, as its reader sees it now.</summary>
internal sealed record FoundMessage(SearchPlace Place, ThreadId Thread, RawJson Event, IReadOnlyList<SnippetPart> Snippet);

/// <param name="More">There are others before the last one.</param>
/// <param name="Incomplete">The index is behind, so that older messages may be missing.</param>
internal sealed record FoundPage(IReadOnlyList<FoundMessage> Messages, bool More, bool Incomplete);

/// <summary>
/// Finds messages in a person's own threads, newest first. Blocks propose messages; whether they are what is looked for, and the person's to see, is
/// decided by the log in the statement that reads them. What is not indexed yet is read without the index.
/// </summary>
internal sealed class FindMessages(TimeProvider time)
{
    private const int BlocksFirst = 4;
    private const int BlocksGrow = 4;
    private const int BlocksMost = 1024;
    private const int VerifiedAtOnce = 256;

    /// <param name="plan">Of this reader, for the same filters.</param>
    public async Task<FoundPage> FindAsync(NpgsqlConnection connection, SearchPlan plan, PersonId me, SearchQuery query, int limit, CancellationToken cancellationToken)
    {
        if (query.FindsNothing)
        {
            return new([], false, false);
        }

        var found = new SortedList<SearchPlace, FoundMessage>(Comparer<SearchPlace>.Create((one, other) => other.CompareTo(one)));
        await VerifyAsync(connection, me, query, await ReadTailAsync(connection, plan.Tails, cancellationToken), found, cancellationToken);
        // What blocks propose waits until a page could be full: a word that is rare is read in the log once and not once for each look at some blocks.
        var (waiting, size) = (new List<(long Thread, long Seq)>(), BlocksFirst);
        for (var at = 0; at < plan.Blocks.Count && !IsEnough(found, limit, plan.Blocks[at].Newest); size = Math.Min(size * BlocksGrow, BlocksMost))
        {
            var some = plan.Blocks.GetRange(at, Math.Min(size, plan.Blocks.Count - at));
            at += some.Count;
            foreach (var proposed in (await ProposeAsync(connection, query, some, cancellationToken)).Chunk(VerifiedAtOnce))
            {
                if (IsEnough(found, limit, proposed[0].Newest))
                {
                    break;
                }

                waiting.AddRange(proposed.Select(one => (one.Thread, one.Seq)));
                if (found.Count + waiting.Count > limit)
                {
                    await VerifyAsync(connection, me, query, waiting, found, cancellationToken);
                    waiting.Clear();
                }
            }
        }

        await VerifyAsync(connection, me, query, waiting, found, cancellationToken);
        return new([.. found.Values.Take(limit)], found.Count > limit, plan.Incomplete);
    }

    /// <summary>A page is full, and nothing at this place or after it comes before what is found.</summary>
    private static bool IsEnough(SortedList<SearchPlace, FoundMessage> found, int limit, SearchPlace next) => found.Count > limit && found.Keys[limit] > next;

    /// <summary>Messages behind the index, and those that edits behind it are about.</summary>
    private static async Task<List<(long Thread, long Seq)>> ReadTailAsync(NpgsqlConnection connection, List<Tail> tails, CancellationToken cancellationToken)
    {
        var proposed = new List<(long, long)>();
        if (tails.Count == 0)
        {
            return proposed;
        }

        await using var command = new NpgsqlCommand(
            """
            select e.thread_id, case when e.kind = $4 then e.seq else (e.body->>'of')::bigint end from unnest($1, $2, $3) as p(thread_id, after, upto)
            join threads.events e on e.thread_id = p.thread_id and e.seq > p.after and e.seq <= p.upto
            where e.kind = $4 or (e.kind = $5 and e.body->>'of' is not null)
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = [.. tails.Select(tail => tail.Thread)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. tails.Select(tail => tail.After)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. tails.Select(tail => tail.Upto)] },
                new NpgsqlParameter<short> { TypedValue = EventKind.Message }, new NpgsqlParameter<short> { TypedValue = EventKind.Edit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            proposed.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        return proposed;
    }

    /// <summary>Messages that have all the words by what these blocks know, in the order of the blocks.</summary>
    private static async Task<List<(long Thread, long Seq, SearchPlace Newest)>> ProposeAsync(
        NpgsqlConnection connection, SearchQuery query, List<PlannedBlock> blocks, CancellationToken cancellationToken)
    {
        var lexemes = query.Lexemes().ToList();
        var places = new Dictionary<(long, int), ulong>();
        if (lexemes.Count > 0)
        {
            await foreach (var (thread, number, words) in ReadBlocksAsync(connection, blocks, query.ToTsQuery(), cancellationToken))
            {
                places[(thread, number)] = BlockBytes.FindAll(words, lexemes);
            }
        }

        var proposed = new List<(long, long, SearchPlace)>();
        foreach (var block in blocks)
        {
            for (var left = lexemes.Count == 0 ? ulong.MaxValue : places.GetValueOrDefault((block.Thread, block.Number)); left != 0; left &= left - 1)
            {
                proposed.Add((block.Thread, block.First + BitOperations.TrailingZeroCount(left), block.Newest));
            }
        }

        return proposed;
    }

    /// <param name="tsQuery">Null: all of the blocks.</param>
    public static async IAsyncEnumerable<(long Thread, int Number, byte[] Words)> ReadBlocksAsync(NpgsqlConnection connection, IReadOnlyList<PlannedBlock> blocks, string? tsQuery,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // By the key, one block after another: a plan that reads all blocks of all people and then chooses would be right, and far too slow.
        await using var command = new NpgsqlCommand(
            $"""
            select b.thread_id, b.block, tsvectorsend(b.words) from unnest($1, $2) as p(thread_id, block)
            cross join lateral (
              select * from threads.search_blocks s where s.thread_id = p.thread_id and s.block = p.block {(tsQuery is null ? "" : "and s.words @@ $3::tsquery")} offset 0) b
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = [.. blocks.Select(block => block.Thread)] },
                new NpgsqlParameter<int[]> { TypedValue = [.. blocks.Select(block => block.Number)] },
            },
        };
        if (tsQuery is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tsQuery, NpgsqlDbType = NpgsqlDbType.Text });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return (reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
        }
    }

    /// <summary>Reads what is proposed as its reader may see it in this moment, and keeps what is looked for.</summary>
    private async Task VerifyAsync(
        NpgsqlConnection connection, PersonId me, SearchQuery query, List<(long Thread, long Seq)> proposed, SortedList<SearchPlace, FoundMessage> found, CancellationToken cancellationToken)
    {
        if (proposed.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(
            $"""
            select e.thread_id, {EventView.Columns} from unnest($2, $3) as p(thread_id, seq)
            join threads.members m on m.thread_id = p.thread_id and m.member_id = $1 and p.seq > m.from_seq
            join threads.events e on e.thread_id = p.thread_id and e.seq = p.seq
            {EventView.Joins(1)}
            where e.kind = $4 and h.seq is null and (e.expires_at is null or e.expires_at > $5)
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = me.Value },
                new NpgsqlParameter<long[]> { TypedValue = [.. proposed.Select(place => place.Thread)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. proposed.Select(place => place.Seq)] },
                new NpgsqlParameter<short> { TypedValue = EventKind.Message },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var thread = new ThreadId(reader.GetInt64(0));
            var row = EventRow.Read(reader, 1);
            var place = new SearchPlace(row.At, thread.Value, row.Seq);
            if ((query.Before is { } before && place >= before) || found.ContainsKey(place))
            {
                continue;
            }

            var (_, shown) = EventView.Read(reader, thread, me, now, 1);
            using var message = JsonDocument.Parse(shown.Utf8);
            var parts = SearchedText.PartsOf(message.RootElement);
            if (!message.RootElement.TryGetProperty("unsent", out _) && query.Matches(message.RootElement, row.Sender, row.At, parts))
            {
                found.Add(place, new(place, thread, shown, Snippet.Of(parts, query)));
            }
        }
    }
}
