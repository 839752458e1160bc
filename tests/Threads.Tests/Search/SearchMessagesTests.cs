using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>What is found and how it is shown; each once while the index knows nothing yet, and once from the index.</summary>
public sealed class SearchMessagesTests(SharedServer shared)
{
    private static readonly string[] said =
    [
        "Let's meet at the café near the railway station tomorrow",                    // 1
        "The quarterly report is attached, have a look at page twelve",                // 2
        "On se retrouve à l'hôtel près de la gare, c'est d'accord ?",                  // 3
        "J'ai réservé un billet d'avion pour Noël",                                    // 4
        "Zażółć gęślą jaźń, spotkajmy się w Łodzi",                                    // 5
        "Książka leży na półce obok żółtej lampy",                                     // 6
        "שָׁלוֹם, נִפָּגֵשׁ מָחָר בְּתַחֲנַת הָרַכֶּבֶת",                                        // 7
        "הזמנתי כרטיסים לאולם הגדול",                                                   // 8
        "السَّلامُ عَلَيْكُم، أراك غدًا في المحطّة",                                     // 9
        "قرأت الكتاب الجديد في مدرسة أحمد",                                            // 10
        "I am happy 🎉 see https://example.com/party",                                 // 11
        "東京で会いましょう",                                                           // 12
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="words">The query.</param>
    /// <param name="found">Numbers of messages, newest first.</param>
    private sealed record Case(string Words, params long[] Found);

    private static readonly Case[] cases =
    [
        // English: any order, the last word as a beginning, the others whole.
        new("station", 1), new("STAT", 1), new("station railw", 1), new("railw station"), new("cafe", 1), new("café", 1), new("the", 2, 1), new("lets me", 1), new("let's", 1),
        // French: accents and elisions in either.
        new("hotel", 3), new("l'hôtel", 3), new("hôt", 3), new("accord", 3), new("reserve", 4), new("noel", 4), new("avion billet", 4), new("d'avion", 4),
        // Polish.
        new("zazolc", 5), new("lodz", 5), new("Łodzi", 5), new("ksiazka", 6), new("PÓŁCE", 6), new("polc", 6), new("zoltej", 6),
        // Hebrew: niqqud, final forms, beginnings.
        new("שלום", 7), new("מחר", 7), new("נפגש", 7), new("הרכבת", 7), new("כרטיסים", 8), new("כרטיס", 8), new("שָׁלוֹם", 7),
        // Arabic: tashkeel, variants of letters, the article.
        new("السلام", 9), new("سلام", 9), new("عليكم", 9), new("اراك", 9), new("أراك", 9), new("المحطة", 9), new("محطه", 9), new("كتاب", 10), new("الكتاب", 10), new("احمد", 10), new("مدرسه", 10),
        // Signs, addresses, scripts without gaps.
        new("🎉", 11), new("example.com", 11), new("東京", 12), new("京", 12), new("会いま", 12),
        // What is not there, and what stands in different messages.
        new("submarine"), new("station report"), new("ilway"), new("gare lodzi"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Words_of_five_languages_are_found(bool indexed)
    {
        await using var server = await SearchStage.StartAsync(indexed);
        var (one, other, thread) = await Cast.PairAsync(server);
        foreach (var text in said)
        {
            await (one, other, thread).SayAsync(text);
        }

        if (indexed)
        {
            await SearchStage.WaitUntilIndexedAsync(server);
        }

        var wrong = new List<string>();
        foreach (var (words, expected) in cases)
        {
            var page = await other.SearchAsync($"q={Uri.EscapeDataString(words)}");
            if (!SearchStage.Seqs(page).SequenceEqual(page.TryGetProperty("corrected", out _) ? [] : expected))
            {
                wrong.Add($"'{words}': {page}, expected {string.Join(", ", expected)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task A_mistyped_word_is_corrected_and_said_so()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        foreach (var text in said)
        {
            await (one, other, thread).SayAsync(text);
        }

        await SearchStage.WaitUntilIndexedAsync(server);
        foreach (var (words, corrected, found) in ((string, string, long)[])
        [
            ("stasion", "station", 1), ("raiwlay station", "railway station", 1), ("quaterley report", "quarterly report", 2), ("retrouev", "retrouve", 3),
            ("ksiazak", "ksiazka", 6), ("כרטיסימ הזמנטי", "כרטיסימ הזמנתי", 8), ("المحكة", "محطه", 9),
        ])
        {
            var page = await one.SearchAsync($"q={Uri.EscapeDataString(words)}");

            Assert.Equal([found], SearchStage.Seqs(page));
            Assert.Equal(corrected, page.GetProperty("corrected").GetString());
        }
    }

    [Fact]
    public async Task Words_of_others_are_never_proposed()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        await one.OpenAsync("@stranger");
        await one.SendAsync(thread, "the password is hippopotamus");
        await SearchStage.WaitUntilIndexedAsync(server);

        var page = await stranger.SearchAsync("q=hippopotamos");

        Assert.Empty(SearchStage.Seqs(page));
        Assert.False(page.TryGetProperty("corrected", out _));
        Assert.Equal("hippopotamus", (await other.SearchAsync("q=hippopotamos")).GetProperty("corrected").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Filters_leave_what_they_say(bool indexed)
    {
        await using var server = await SearchStage.StartAsync(indexed);
        var (one, other, thread) = await Cast.PairAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");
        var elsewhere = await one.OpenAsync("@third");
        await one.SendAsync(thread, "pick one at http://stoa.example");                                                        // 1, noon
        server.Clock.Advance(TimeSpan.FromHours(1));
        await other.SendAsync(thread, "pick two");                                                                             // 2, one o'clock
        server.Clock.Advance(TimeSpan.FromHours(1));
        await SearchStage.AppendAsync(server, thread, one, new { attachments = new[] { new { type = "image", payload = new { caption = "pick three" } } } });    // 3, two o'clock
        server.Clock.Advance(TimeSpan.FromHours(1));
        await SearchStage.AppendAsync(server, thread, other, new { attachments = new[] { new { type = "file", payload = new { name = "pick-four.pdf" } } } });    // 4, three o'clock
        await third.SendAsync(elsewhere, "pick five");                                                                         // 1 of the other thread
        if (indexed)
        {
            await SearchStage.WaitUntilIndexedAsync(server);
        }

        Assert.Equal(5, (await one.FindAsync("pick")).Count);
        Assert.Equal([4, 3, 2, 1], await one.FindAsync("pick", $"&thread={thread}"));
        Assert.Equal([3, 1], await one.FindAsync("pick", $"&from={one.Id}"));
        Assert.Equal([4, 2], await one.FindAsync("pick", $"&from={other.Id}"));
        Assert.Equal([3, 2], await one.FindAsync("pick", $"&since=2026-11-20T13:00:00Z&until=2026-11-20T15:00:00Z"));
        Assert.Equal([1], await one.FindAsync("pick", "&has=link"));
        Assert.Equal([3], await one.FindAsync("three", "&has=image"));
        Assert.Equal([4], await one.FindAsync("pdf", $"&has=file&from={other.Id}&thread={thread}"));
        Assert.Empty(await one.FindAsync("pick", $"&has=file&from={one.Id}"));
        // Without words a filter lists.
        Assert.Equal([4, 3, 2, 1], await one.FindAsync("", $"&thread={thread}"));
        Assert.Equal([3], await one.FindAsync("", "&has=image"));
        Assert.Equal([4, 2], await one.FindAsync("", $"&from={other.Id}"));
        Assert.Equal([3, 2], await one.FindAsync("", "&since=2026-11-20T13:00:00Z&until=2026-11-20T15:00:00Z"));
        // Signs are no words.
        Assert.Empty(await one.FindAsync("?!", $"&thread={thread}"));
    }

    [Fact]
    public async Task A_bot_s_cards_are_found_by_what_is_written_on_them()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await SearchStage.AppendAsync(server, thread, one, new
        {
            attachments = new[]
            {
                new { type = "template", payload = new { template_type = "generic", elements = new[] { new { title = "Flight to Lisbon", subtitle = "LO281, seat 12A", buttons = new[] { new { title = "Rebook" } } } } } },
            },
        });
        await SearchStage.WaitUntilIndexedAsync(server);

        Assert.Equal([1], await one.FindAsync("lisbon"));
        Assert.Equal([1], await one.FindAsync("lo281 flight"));
        Assert.Empty(await one.FindAsync("rebook"));
    }

    [Fact]
    public async Task A_hit_is_shown_with_what_stands_around_it()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var text = string.Concat(Enumerable.Repeat("👨‍👩‍👧‍👦 <b>and</b> so on ", 40)) + "the Café is here, our café! " + string.Concat(Enumerable.Repeat("e\u0301 ", 200));
        await one.SendAsync(thread, text);

        var hit = Assert.Single((await other.SearchAsync("q=cafe")).GetProperty("hits").EnumerateArray().ToList());

        Assert.Equal(thread.ToString(), hit.GetProperty("thread").GetString());
        Assert.Equal((1, "message"), (hit.GetProperty("event").GetProperty("seq").GetInt32(), hit.GetProperty("event").GetProperty("kind").GetString()));
        Assert.False(hit.GetProperty("event").TryGetProperty("clientId", out _));
        text = hit.GetProperty("event").GetProperty("text").GetString()!; // In NFC, as it is stored.
        var parts = hit.GetProperty("snippet").EnumerateArray().Select(part => (Text: part.GetProperty("text").GetString()!, Hit: part.GetProperty("hit").GetBoolean())).ToList();
        Assert.Equal(["Café", "café"], parts.Where(part => part.Hit).Select(part => part.Text));
        var whole = string.Concat(parts.Select(part => part.Text));
        Assert.InRange(whole.Length, 100, 162);
        Assert.StartsWith("…", whole, StringComparison.Ordinal);
        Assert.EndsWith("…", whole, StringComparison.Ordinal);
        // Cut where a sign ends: every piece of it is a whole sign of the text.
        Assert.Contains(whole.Trim('…'), text, StringComparison.Ordinal);
        var signs = System.Globalization.StringInfo.ParseCombiningCharacters(text);
        Assert.Contains(text.IndexOf(whole.Trim('…'), StringComparison.Ordinal), signs);
        Assert.Contains(text.IndexOf(whole.Trim('…'), StringComparison.Ordinal) + whole.Trim('…').Length, signs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_go_on_where_the_last_one_ended_whatever_comes_meanwhile(bool indexed)
    {
        await using var server = await SearchStage.StartAsync(indexed);
        var one = await Somebody.SignUpAsync(server, "one");
        var threads = new List<ThreadId>();
        foreach (var name in (string[])["ann", "ben", "cem"])
        {
            await Somebody.SignUpAsync(server, name);
            threads.Add(await one.OpenAsync($"@{name}"));
        }

        var sent = new List<(ThreadId, long)>();
        for (var i = 0; i < 100; i++)
        {
            // Several of one millisecond, in different threads.
            server.Clock.Advance(TimeSpan.FromMilliseconds(i % 4 == 0 ? 1 : 0));
            var thread = threads[i % 3];
            var seq = await one.SendAsync(thread, i % 7 == 0 ? "something else" : $"apple number {i}");
            if (i % 7 != 0)
            {
                sent.Add((thread, seq));
            }
        }

        var found = new List<(ThreadId, long)>();
        string? next = null;
        do
        {
            if (indexed)
            {
                await SearchStage.WaitUntilIndexedAsync(server);
            }

            var page = await one.SearchAsync($"q=apple&limit=9{(next is null ? "" : $"&before={next}")}");
            found.AddRange(page.GetProperty("hits").EnumerateArray().Select(hit => (ThreadId.Parse(hit.GetProperty("thread").GetString()!, null), hit.GetProperty("event").GetProperty("seq").GetInt64())));
            next = page.GetProperty("next").GetString();
            server.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await one.SendAsync(threads[0], "one more apple");
        }
        while (next is not null);

        Assert.Equal(sent.Count, found.Distinct().Count());
        Assert.Equal(sent.ToHashSet(), found.ToHashSet());
        Assert.Equal(sent.Count, found.Count);
    }

    [Theory]
    [InlineData("", 400, "query_empty")]
    [InlineData("q=%20%20", 400, "query_empty")]
    [InlineData("q=a&has=virus", 400, "invalid_request")]
    [InlineData("q=a&since=yesterday", 400, "invalid_request")]
    [InlineData("q=a&from=@me", 400, "invalid_request")]
    [InlineData("q=a&before=1_2", 400, "invalid_request")]
    [InlineData("q=a&before=9999999999999999999_1_1&limit=5", 400, "invalid_request")]
    [InlineData("q=a&thread=abc", 404, "thread_not_found")]
    [InlineData("q=a&thread=7000000000000001", 404, "thread_not_found")]
    [InlineData("q=a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k", 400, "query_too_long")]
    public async Task What_cannot_be_searched_is_said(string query, int status, string code)
    {
        Assert.Equal(code, (await shared.One.SearchAsync(query, status)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_hostile_query_finds_words_or_nothing()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "see http://stoa.example");
        await SearchStage.WaitUntilIndexedAsync(server);
        foreach (var words in (string[])
        [
            "'", "a' | 'b", "\\", "a\\' & !b:* <-> (c | d):A", "a:*b '':* \\\\", "hello\u202Eolleh\u2066x", "@7 #link", $"@{one.Id}", "%00 hello", "\0hello", "\uFFFE\uFFFF hello",
            new string('\'', 100), "<0> & | ! ( ) :* :A <-> '' \"", "hello:*", "see:*x", "\uD83D\uD83D",
        ])
        {
            Assert.Empty(await other.FindAsync(words));
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Ten_thousand_marks_and_what_is_very_long_are_refused()
    {
        var one = shared.One;
        foreach (var words in (string[])["a" + new string('\u0301', 400), new('x', 101), string.Concat(Enumerable.Repeat("漢字", 60))])
        {
            Assert.Equal("query_too_long", (await one.SearchAsync($"q={Uri.EscapeDataString(words)}", 400)).GetProperty("code").GetString());
        }

        Assert.Empty(await one.FindAsync("qz" + new string('\u0301', 98)));
        Assert.Empty(await one.FindAsync(string.Concat(Enumerable.Repeat("漢字", 50))));
        using var endless = await one.Client.GetAsync($"/api/search?q={new string('x', 12_000)}", Ct);
        Assert.InRange((int)endless.StatusCode, 400, 499);
    }

    [Fact]
    public async Task Messages_of_many_strange_and_long_words_are_indexed_and_found()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        // Sixteen KB of different words, more than once for each place of a block: all that one block may have to take.
        for (var i = 0; i < 70; i++)
        {
            await one.SendAsync(thread, string.Create(15_900, i, static (signs, i) =>
            {
                for (var at = 0; at < signs.Length; at++)
                {
                    signs[at] = at % 6 == 5 ? ' ' : (char)('a' + ((at * 7 + i * 11 + at / 6 * (at % 6 + 3)) % 26));
                }
            }));
        }

        await one.SendAsync(thread, string.Concat(Enumerable.Repeat("\uFDFA ", 4_000)));
        await one.SendAsync(thread, new string('界', 5_000));
        await one.SendAsync(thread, "'quo'ted\\' a\u0301\u0301\u0301 needle");

        await SearchStage.WaitUntilIndexedAsync(server);

        Assert.Equal([73], await other.FindAsync("needle"));
        Assert.Equal([72], await other.FindAsync("界界"));
        Assert.Equal([73], await other.FindAsync("quoted a"));
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task One_person_searches_thirty_times_a_minute()
    {
        await using var server = await SearchStage.StartAsync(limits: true);
        var (one, other, _) = await Cast.PairAsync(server);
        for (var i = 0; i < 30; i++)
        {
            await one.SearchAsync("q=a");
        }

        Assert.Equal("too_many_requests", (await one.SearchAsync("q=a", 429)).GetProperty("code").GetString());
        await other.SearchAsync("q=a");
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_given_up()
    {
        await using var server = await Cast.StartAsync(new() { Settings = new Dictionary<string, string> { ["Threads:SearchAnswersWithin"] = "00:00:00.3" } });
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "a");
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var blocking = new Npgsql.NpgsqlCommand("lock table threads.search_blocks in access exclusive mode", connection))
        {
            await blocking.ExecuteNonQueryAsync(Ct);
        }

        var refused = await one.SearchAsync("q=a", 503);
        await transaction.RollbackAsync(Ct);

        Assert.Equal("search_timed_out", refused.GetProperty("code").GetString());
        Assert.Equal([1], await one.FindAsync("a"));
    }
}

internal static class Talk
{
    public static Task<long> SayAsync(this (Somebody One, Somebody Other, ThreadId Thread) pair, string text) => (text.Length % 2 == 0 ? pair.One : pair.Other).SendAsync(pair.Thread, text);
}
