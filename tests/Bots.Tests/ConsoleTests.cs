using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>What a developer does with their bots.</summary>
public sealed class ConsoleTests(SharedWorld shared)
{
    private static int count;

    private readonly BotWorld world = shared.World;

    [Fact]
    public async Task A_person_makes_a_bot_that_answers_and_that_no_search_finds_until_they_say_so()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url);
        var other = await world.SignUpAsync();

        Assert.Empty(await FindAsync(other, bot.Username));
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        await world.SendTextAsync(bot, psid, "hello back");

        var view = await world.AsAsync(developer, HttpMethod.Patch, $"/api/bots/{bot.AppId}", new { listed = true });
        Assert.True(view.GetProperty("listed").GetBoolean());
        Assert.Equal([bot.Username], await FindAsync(other, bot.Username));
        var listed = Assert.Single((await world.AsAsync(developer, HttpMethod.Get, "/api/bots", null)).GetProperty("bots").EnumerateArray());
        Assert.Equal((bot.AppId, bot.PageId, bot.Username), (Text(listed, "id"), Text(listed, "pageId"), Text(listed, "username")));
        Assert.DoesNotContain(bot.AppSecret, listed.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_without_an_address_asks_for_its_events_until_it_is_connected_and_then_gets_what_waited()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, null);
        var person = await world.SignUpAsync();
        await world.SayAsync(person, await world.OpenThreadAsync(person, bot), "is anybody there?");
        await Waiting.UntilAsync(async () => (await ReadAsync(developer, bot)).GetProperty("waiting").GetInt64() == 1, "the message waits");

        var refused = await CallAsync(developer, HttpMethod.Put, $"/api/bots/{bot.AppId}/webhook", new { url = receiver.Url + "?key=secret", verifyToken = "another" });
        Assert.Equal((HttpStatusCode.BadRequest, "webhook_verification_failed"), (refused.Status, Text(refused.Body, "code")));
        Assert.Contains("hub.challenge=", Text(refused.Body, "detail"), StringComparison.Ordinal);
        var view = await world.AsAsync(developer, HttpMethod.Put, $"/api/bots/{bot.AppId}/webhook", new { url = receiver.Url + "?key=secret", verifyToken = BotReceiver.VerifyToken });

        Assert.EndsWith("?…", Text(view, "webhook"), StringComparison.Ordinal);
        await receiver.WaitAsync("what waited", all => all.Any(call => call.Text == "is anybody there?"));
        view = await world.AsAsync(developer, HttpMethod.Delete, $"/api/bots/{bot.AppId}/webhook", null);
        Assert.False(view.TryGetProperty("webhook", out _));
    }

    [Fact]
    public async Task A_token_that_is_taken_back_opens_nothing_and_the_new_one_does()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url);
        await world.GraphAsync(HttpMethod.Get, "/me", token: bot.AccessToken);

        var made = await world.AsAsync(developer, HttpMethod.Post, $"/api/bots/{bot.AppId}/tokens", new { name = "the second machine" });
        var tokens = (await ReadAsync(developer, bot)).GetProperty("tokens").EnumerateArray().OrderBy(token => Text(token, "name").Length == 0).ToList();
        Assert.Equal(["the second machine", ""], tokens.Select(token => Text(token, "name")));
        Assert.True(tokens[1].TryGetProperty("lastUsedAt", out _));
        Assert.False(tokens[0].TryGetProperty("lastUsedAt", out _));
        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync(developer, HttpMethod.Delete, $"/api/bots/{bot.AppId}/tokens/{Text(tokens[1], "id")}", null)).Status);

        Assert.Equal(HttpStatusCode.BadRequest, (await world.GraphAsync(HttpMethod.Get, "/me", token: bot.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GraphAsync(HttpMethod.Get, "/me", token: Text(made, "accessToken"))).Status);
        Assert.Equal((HttpStatusCode.NotFound, "token_not_found"), Told(await CallAsync(developer, HttpMethod.Delete, $"/api/bots/{bot.AppId}/tokens/{Text(tokens[1], "id")}", null)));
    }

    [Fact]
    public async Task The_log_shows_every_byte_every_try_and_what_waits_behind()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url);
        var answers = 0;
        receiver.Answer = call => Task.FromResult(call.Text == "first" && Interlocked.Increment(ref answers) == 1 ? (503, "out \0 to lunch") : (200, "fine"));
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        await world.SayAsync(person, thread, "first");
        await world.SayAsync(person, thread, "second");
        await Waiting.UntilAsync(async () => (await LogAsync(developer, bot)) is [{ } second, { } first] && first.GetProperty("tries").GetInt32() == 1 && Text(first, "state") == "next"
            && Text(second, "state") == "waits" && second.GetProperty("waitsFor").GetInt64() == 1, "the first waits for its next try and the second for the first");
        // The clock of the test stands: by itself it would be tried a second later.
        var waits = (await LogAsync(developer, bot))[1];
        await world.AsAsync(developer, HttpMethod.Post, $"/api/bots/{bot.AppId}/deliveries/{Text(waits, "id")}/resend", null);
        await receiver.WaitAsync("the second", all => all.Any(call => call.Text == "second"));
        await Waiting.UntilAsync(async () => (await LogAsync(developer, bot)).All(delivery => Text(delivery, "state") == "answered"), "both are booked");

        var log = await LogAsync(developer, bot);
        Assert.Equal([2L, 1L], log.Select(delivery => delivery.GetProperty("number").GetInt64()));
        Assert.Equal([1, 2], log.Select(delivery => delivery.GetProperty("tries").GetInt32()));
        var detail = await world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/deliveries/{Text(log[1], "id")}", null);
        var sent = receiver.Calls.First(call => call.Text == "first");
        Assert.Equal(System.Text.Encoding.UTF8.GetString(sent.Body), Text(detail, "body"));
        var headers = detail.GetProperty("headers").EnumerateArray().ToDictionary(header => Text(header, "name"), header => Text(header, "value"));
        Assert.Equal((sent.Headers["X-Hub-Signature-256"], sent.Id), (headers["X-Hub-Signature-256"], headers["webhook-id"]));
        var attempts = detail.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal([503, 200], attempts.Select(attempt => attempt.GetProperty("status").GetInt32()));
        Assert.Equal(["out \uFFFD to lunch", "fine"], attempts.Select(attempt => Text(attempt, "answer")));

        var page = await world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/deliveries?limit=1&q={thread}", null);
        var rest = await world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/deliveries?limit=1&before={Text(page, "next")}", null);
        Assert.Equal(log.Select(delivery => Text(delivery, "id")), [.. Ids(page), .. Ids(rest)]);
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        var activity = await world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/activity", null);
        Assert.Equal((2, 2), (activity.GetProperty("looked").GetInt32(), activity.GetProperty("answered").GetInt32()));
        Assert.Equal(30, activity.GetProperty("perMinute").GetArrayLength());
    }

    [Fact]
    public async Task What_is_sent_again_comes_once_more_at_the_end_with_the_events_own_id_also_for_two_taps()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url);
        var hold = new TaskCompletionSource();
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        await world.SayAsync(person, thread, "one");
        await receiver.WaitAsync("one", all => all.Any(call => call.Text == "one"));
        await Waiting.UntilAsync(async () => (await LogAsync(developer, bot)).All(delivery => Text(delivery, "state") == "answered"), "one is booked");
        receiver.Answer = async call =>
        {
            await hold.Task;
            return (200, "");
        };
        await world.SayAsync(person, thread, "two");
        await receiver.WaitForCallsAsync(2);
        var one = (await LogAsync(developer, bot)).Single(delivery => delivery.GetProperty("number").GetInt64() == 1);

        var taps = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.AsAsync(developer, HttpMethod.Post, $"/api/bots/{bot.AppId}/deliveries/{Text(one, "id")}/resend", null)));
        hold.SetResult();

        Assert.Equal(1, taps.Sum(answer => answer.GetProperty("count").GetInt32()));
        var calls = await receiver.WaitAsync("one again", all => all.Count(call => call.Text == "one") == 2);
        Assert.Equal(["one", "two", "one"], calls.Select(call => call.Text));
        Assert.Equal([1, 2, 3], calls.Select(call => call.Sequence));
        Assert.Equal(calls[0].Id, calls[2].Id);
        Assert.Equal(calls[0].Body, calls[2].Body);
    }

    [Fact]
    public async Task What_is_parked_is_sent_again_in_its_order_and_counts_as_parked_no_more()
    {
        await using var own = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await own.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url, own);
        var person = await own.SignUpAsync();
        var thread = await own.OpenThreadAsync(person, bot);
        receiver.Answer = _ => Task.FromResult((500, "no"));
        for (var i = 1; i <= 3; i++)
        {
            await own.SayAsync(person, thread, $"m{i}");
        }

        await receiver.WaitForCallsAsync(1);
        await Waiting.UntilAsync(
            async () => (await own.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}", null)).GetProperty("waiting").GetInt64() == 3, "all three stand in their lane");
        await ParkAllAsync(own);
        Assert.Equal(3, (await own.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}", null)).GetProperty("parked").GetInt64());
        receiver.Answer = _ => Task.FromResult((200, ""));
        var before = receiver.Calls.Count;

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => own.AsAsync(developer, HttpMethod.Post, $"/api/bots/{bot.AppId}/deliveries/resend", new { state = "parked" })));

        Assert.Equal(3, answers.Sum(answer => answer.GetProperty("count").GetInt32()));
        await receiver.WaitAsync("all three", _ => receiver.Accepted.Count == 3);
        Assert.Equal(["m1", "m2", "m3"], receiver.Accepted.Select(call => call.Text));
        Assert.True(receiver.Calls.Count - before >= 3);
        Assert.Equal(0, (await own.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}", null)).GetProperty("parked").GetInt64());
    }

    [Fact]
    public async Task Somebody_elses_bot_is_not_there()
    {
        await using var receiver = await BotReceiver.StartAsync();
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, receiver.Url);
        var (_, thread, _) = await world.MeetAsync(bot, receiver);
        await Waiting.UntilAsync(async () => (await LogAsync(developer, bot)).Count > 0, "a delivery");
        var delivery = Text((await LogAsync(developer, bot))[0], "id");
        var stranger = await world.SignUpAsync();
        var strangersBot = await MakeAsync(stranger, receiver.Url);

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Patch, "", new { listed = true }), (HttpMethod.Get, "/deliveries", null), (HttpMethod.Get, $"/deliveries/{delivery}", null),
            (HttpMethod.Post, $"/deliveries/{delivery}/resend", null), (HttpMethod.Post, "/deliveries/resend", new { }), (HttpMethod.Get, "/activity", null),
            (HttpMethod.Post, "/tokens", new { }), (HttpMethod.Put, "/webhook", new { url = receiver.Url, verifyToken = BotReceiver.VerifyToken }), (HttpMethod.Delete, "/webhook", null),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, "bot_not_found"), Told(await CallAsync(stranger, method, $"/api/bots/{bot.AppId}{path}", body)));
        }

        // Through their own bot neither.
        Assert.Equal((HttpStatusCode.NotFound, "delivery_not_found"), Told(await CallAsync(stranger, HttpMethod.Get, $"/api/bots/{strangersBot.AppId}/deliveries/{delivery}", null)));
        Assert.Equal((HttpStatusCode.NotFound, "delivery_not_found"), Told(await CallAsync(stranger, HttpMethod.Post, $"/api/bots/{strangersBot.AppId}/deliveries/{delivery}/resend", null)));
        Assert.Empty(Ids(await world.AsAsync(stranger, HttpMethod.Get, $"/api/bots/{strangersBot.AppId}/deliveries?q={thread}", null)));
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        var developer = await world.SignUpAsync();
        var bot = await MakeAsync(developer, null);

        Assert.Equal((HttpStatusCode.Conflict, "username_taken"), Told(await CallAsync(developer, HttpMethod.Post, "/api/bots", new { name = "A", username = bot.Username })));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), Told(await CallAsync(developer, HttpMethod.Post, "/api/bots", new { name = "", username = "UPPER", color = "blue" })));
        Assert.Equal((HttpStatusCode.BadRequest, "unknown_member"), Told(await CallAsync(developer, HttpMethod.Post, "/api/bots", new { name = "A", username = "aaa", verified = true })));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), Told(await CallAsync(developer, HttpMethod.Patch, $"/api/bots/{bot.AppId}", new { fields = new[] { "messages", "horoscopes" } })));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), Told(await CallAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/deliveries?before=x", null)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), Told(await CallAsync(developer, HttpMethod.Post, $"/api/bots/{bot.AppId}/deliveries/resend", new { state = "all" })));
        Assert.Equal((HttpStatusCode.NotFound, "bot_not_found"), Told(await CallAsync(developer, HttpMethod.Get, "/api/bots/x", null)));
    }

    [Fact]
    public async Task A_person_has_so_many_bots_and_no_more_also_when_they_are_made_at_once()
    {
        var developer = await world.SignUpAsync();
        await Task.WhenAll(Enumerable.Range(0, 23).Select(_ => MakeAsync(developer, null)));

        var last = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CallAsync(developer, HttpMethod.Post, "/api/bots", new { name = "A", username = NewName() })));

        Assert.Equal(2, last.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(last.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Equal((HttpStatusCode.Conflict, "too_many_bots"), Told(answer)));
    }

    private static string NewName() => $"own-bot-{Interlocked.Increment(ref count)}";

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("deliveries").EnumerateArray().Select(delivery => Text(delivery, "id"));

    private static (HttpStatusCode, string) Told((HttpStatusCode Status, JsonElement Body) answer) => (answer.Status, Text(answer.Body, "code"));

    private async Task<Bot> MakeAsync(Person developer, Uri? webhook, BotWorld? where = null)
    {
        var username = NewName();
        var made = await (where ?? world).AsAsync(developer, HttpMethod.Post, "/api/bots", webhook is null
            ? new { name = $"The {username}", username }
            : new { name = $"The {username}", username, webhook, verifyToken = BotReceiver.VerifyToken });
        return new(Text(made, "pageId"), Text(made, "appId"), Text(made, "appSecret"), Text(made, "accessToken"), username);
    }

    private async Task<List<string?>> FindAsync(Person person, string q) =>
        [.. (await world.AsAsync(person, HttpMethod.Get, $"/api/pages?q={q}", null)).GetProperty("pages").EnumerateArray().Select(page => page.GetProperty("username").GetString())];

    private Task<JsonElement> ReadAsync(Person developer, Bot bot) => world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}", null);

    private async Task<List<JsonElement>> LogAsync(Person developer, Bot bot) =>
        [.. (await world.AsAsync(developer, HttpMethod.Get, $"/api/bots/{bot.AppId}/deliveries", null)).GetProperty("deliveries").EnumerateArray()];

    private async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(Person person, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        var response = await world.Server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>As three days of refusals would leave them.</summary>
    private static async Task ParkAllAsync(BotWorld world)
    {
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update bots.lanes set next_number = last_number + 1, fence = fence + 1, leased_until = null;
            update bots.deliveries set state = 2, finished_at = now() where state = 0;
            """);
    }
}
