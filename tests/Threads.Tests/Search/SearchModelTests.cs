using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Search;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>
/// Against a naive model: whatever happens in whatever order, and however far the index is, a person finds every message that has the words and
/// that they may read, once, newest first, and nothing else.
/// </summary>
public sealed class SearchModelTests
{
    private const int People = 4;
    private const int Threads = 5;
    private static readonly string[] vocabulary = ["apple", "apricot", "Äpfel", "שלום", "שָׁלוֹם", "كتاب", "الكتاب", "łódź", "lodz", "l'été", "東京都", "🎉", "x", "application", "the", "the", "the"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Said(int Thread, long Seq, int Sender, DateTimeOffset At)
    {
        public required string Text { get; set; }

        public bool Unsent { get; set; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public HashSet<int> HiddenBy { get; } = [];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Everything_that_may_be_read_is_found_once_in_order_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        await using var server = await SearchStage.StartAsync(indexes: false);
        var people = new List<Somebody>();
        for (var i = 0; i < People; i++)
        {
            people.Add(await Somebody.SignUpAsync(server, $"model{i}"));
        }

        var threads = new List<ThreadId>();
        var last = new long[Threads];
        // By thread and person: null for who is no member, else the number up to which nothing is theirs to see.
        var fromSeq = new long?[Threads, People];
        for (var i = 0; i < Threads; i++)
        {
            var title = new { with = people.Skip(1).Select(person => $"@{person.Handle}").ToArray(), title = $"group {i}" };
            using var answer = await people[0].Client.PostAsync("/api/threads", System.Net.Http.Json.JsonContent.Create(title), Ct);
            threads.Add(Somebody.IdOf<ThreadId>(await Somebody.ReadAsync(answer, 201)));
            last[i] = (await people[0].GetAsync($"/api/threads/{threads[i]}")).GetProperty("lastSeq").GetInt64();
            for (var person = 0; person < People; person++)
            {
                fromSeq[i, person] = 0;
            }
        }

        var said = new List<Said>();
        for (var step = 0; step < 700; step++)
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
            var (thread, who) = (random.Next(Threads), random.Next(People));
            // Most is said in one thread, so that it has several blocks.
            thread = random.Next(3) > 0 ? 0 : thread;
            var one = said.Count > 0 ? said[random.Next(said.Count)] : null;
            switch (random.Next(24))
            {
                case 0 when one is { Unsent: false } && fromSeq[one.Thread, one.Sender] < one.Seq:
                    one.Text = Sentence(random);
                    last[one.Thread]++;
                    await SearchStage.EditAsync(server, threads[one.Thread], people[one.Sender], one.Seq, one.Text);
                    break;
                case 1 when one is { Unsent: false } && fromSeq[one.Thread, one.Sender] < one.Seq:
                    one.Unsent = true;
                    last[one.Thread]++;
                    await SearchStage.UnsendAsync(server, threads[one.Thread], people[one.Sender], one.Seq);
                    break;
                case 2 when one is not null:
                    one.HiddenBy.Add(who);
                    await SearchStage.HideAsync(server, threads[one.Thread], people[who], one.Seq);
                    break;
                case 3 when who != 0 && random.Next(4) == 0:
                    // Leaves, or comes back and sees what comes from now on.
                    var now = new { thread = threads[thread].Value, who = people[who].Id.Value, from = last[thread], at = server.Clock.GetUtcNow() };
                    fromSeq[thread, who] = fromSeq[thread, who] is null ? last[thread] : null;
                    await SearchStage.ExecuteAsync(server, fromSeq[thread, who] is null
                        ? "delete from threads.members where thread_id = @thread and member_id = @who"
                        : "insert into threads.members (thread_id, member_id, is_page, joined_at, from_seq) values (@thread, @who, false, @at, @from)", now);
                    break;
                case 4:
                    var seconds = random.Next(2) == 0 ? (int?)null : 1;
                    await SearchStage.ExecuteAsync(server, "update threads.threads set retention_seconds = @seconds where id = @thread", new { seconds, thread = threads[1].Value });
                    break;
                case 5 or 6:
                    await IndexAsync(server, threads, random);
                    break;
                case 7 or 8:
                    await CompareAsync(server, people, who, threads, fromSeq, said, random);
                    break;
                default:
                    if (fromSeq[thread, who] is not null)
                    {
                        var text = Sentence(random);
                        var seq = await people[who].SendAsync(threads[thread], text);
                        var shown = (await people[who].GetAsync($"/api/threads/{threads[thread]}/events?limit=1")).GetProperty("events")[0];
                        said.Add(new(thread, seq, who, shown.GetProperty("at").GetDateTimeOffset())
                        {
                            Text = text,
                            ExpiresAt = shown.TryGetProperty("expiresAt", out var at) ? at.GetDateTimeOffset() : null,
                        });
                        last[thread] = seq;
                    }

                    break;
            }
        }

        for (var person = 0; person < People; person++)
        {
            await CompareAsync(server, people, person, threads, fromSeq, said, random);
        }

        Assert.Empty(server.Log.Errors);
    }

    /// <summary>A piece of the index, by somebody who may be stopped in the middle of it.</summary>
    private static async Task IndexAsync(StoaServer server, List<ThreadId> threads, Random random)
    {
        var lease = await server.Services.GetRequiredService<NodeLeases>().TakeAsync("threads.search-index", Ct);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        if (random.Next(2) == 0)
        {
            stopping.CancelAfter(TimeSpan.FromMilliseconds(random.Next(12)));
        }

        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var expired = await connection.QueryAsync<(long, int)>("select thread_id, block from threads.search_blocks where expires_at <= @now", new { now = server.Clock.GetUtcNow() });
        try
        {
            await server.Services.GetRequiredService<IndexThreads>().RunAsync(
                lease!, [.. threads.Where(_ => random.Next(3) > 0).Select(thread => thread.Value)], [.. expired], [], stopping.Token); // The only node.
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static async Task CompareAsync(
        StoaServer server, List<Somebody> people, int who, List<ThreadId> threads, long?[,] fromSeq, List<Said> said, Random random)
    {
        var words = random.Next(5) switch
        {
            0 => vocabulary[random.Next(vocabulary.Length)].EnumerateRunes().First().ToString(),
            1 => "ap",
            2 => $"the {vocabulary[random.Next(vocabulary.Length)]}",
            _ => vocabulary[random.Next(vocabulary.Length)],
        };
        int? only = random.Next(3) == 0 ? random.Next(Threads) : null;
        int? from = random.Next(4) == 0 ? random.Next(People) : null;
        var filters = (only is { } t ? $"&thread={threads[t]}" : "") + (from is { } f ? $"&from={people[f].Id}" : "");
        if (only is { } mine && fromSeq[mine, who] is null)
        {
            Assert.Equal("thread_not_found", (await people[who].SearchAsync($"q=a{filters}", 404)).GetProperty("code").GetString());
            return;
        }

        var query = new SearchQuery { Words = [.. WordReader.ReadQuery(words, out _).Select(word => word.Text)] };
        var expected = said
            .Where(one => fromSeq[one.Thread, who] < one.Seq && !one.Unsent && !one.HiddenBy.Contains(who) && !(one.ExpiresAt <= server.Clock.GetUtcNow()))
            .Where(one => (only is null || one.Thread == only) && (from is null || one.Sender == from) && HasAll(one.Text, query))
            .OrderByDescending(one => one.At).ThenByDescending(one => threads[one.Thread].Value).ThenByDescending(one => one.Seq)
            .Select(one => $"{threads[one.Thread]}/{one.Seq} {one.Text}").ToList();

        var found = new List<string>();
        string? next = null;
        var limit = random.Next(1, 40);
        do
        {
            var page = await people[who].SearchAsync($"q={Uri.EscapeDataString(words)}{filters}&limit={limit}{(next is null ? "" : $"&before={next}")}");
            if (page.TryGetProperty("corrected", out _))
            {
                // Other words than those that were asked for.
                break;
            }

            found.AddRange(page.GetProperty("hits").EnumerateArray().Select(hit =>
                $"{hit.GetProperty("thread").GetString()}/{hit.GetProperty("event").GetProperty("seq").GetInt64()} {hit.GetProperty("event").GetProperty("text").GetString()}"));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(expected, found);
    }

    /// <summary>The rule, said once more and without an index: every word is there, the last as a beginning.</summary>
    private static bool HasAll(string text, SearchQuery query)
    {
        var has = WordReader.Read(text).Select(word => word.Text).ToList();
        return query.Words.Select((word, i) => has.Any(other => i == query.Words.Count - 1 || word is "東" ? other.StartsWith(word, StringComparison.Ordinal) : other == word)).All(found => found);
    }

    private static string Sentence(Random random) =>
        string.Join(' ', Enumerable.Range(0, random.Next(1, 6)).Select(_ => vocabulary[random.Next(vocabulary.Length)])).Normalize();
}
