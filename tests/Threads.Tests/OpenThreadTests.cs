using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

public sealed class OpenThreadTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_direct_thread_is_found_again_by_both()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);

        using var again = await other.Client.PostAsJsonAsync("/api/threads", new { with = new[] { "@ONE" } }, Ct);
        var view = await Somebody.ReadAsync(again, 200);

        Assert.Equal(thread.ToString(), view.GetProperty("id").GetString());
        Assert.Equal("direct", view.GetProperty("kind").GetString());
        Assert.Equal("One", view.GetProperty("title").GetString());
        Assert.Equal("Other", (await one.GetAsync($"/api/threads/{thread}")).GetProperty("title").GetString());
        Assert.Equal(["one", "other"], view.GetProperty("members").EnumerateArray().Select(m => m.GetProperty("handle").GetString()!).Order());
    }

    [Fact]
    public async Task Two_who_open_at_the_same_moment_on_two_nodes_get_one_thread()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var people = new List<Somebody>();
        for (var i = 0; i < 8; i++)
        {
            people.Add(await Somebody.SignUpAsync(server, $"person{i}"));
        }

        for (var i = 0; i < people.Count; i += 2)
        {
            var (a, b) = (people[i], people[i + 1]);
            var there = b.At(second);
            var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => n % 2 == 0 ? a.OpenAsync("@" + b.Handle) : there.OpenAsync("@" + a.Handle)));
            Assert.Single(opened.Distinct());
        }

        Assert.Equal(8, await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<long>("select count(*) from threads.members"));
    }

    [Fact]
    public async Task A_business_thread_is_one_per_page_and_person_and_shows_the_page()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Services = Business.Register });
        var one = await Somebody.SignUpAsync(server, "one", "One");
        var other = await Somebody.SignUpAsync(server, "other", "Other");

        var mine = await one.OpenAsync("page:kiosk");
        Assert.Equal(mine, await one.OpenAsync("page:kiosk"));
        Assert.NotEqual(mine, await other.OpenAsync("page:kiosk"));

        var view = await one.GetAsync($"/api/threads/{mine}");
        Assert.Equal(("business", "The Kiosk"), (view.GetProperty("kind").GetString(), view.GetProperty("title").GetString()));
        Assert.Equal("Hello One", view.GetProperty("page").GetProperty("greeting").GetString());
        Assert.Contains(view.GetProperty("members").EnumerateArray(), m => m.GetProperty("kind").GetString() == "page" && m.GetProperty("handle").GetString() == "kiosk");
    }

    [Fact]
    public async Task A_group_has_a_title_and_is_new_each_time()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third", "Third");

        using var made = await one.Client.PostAsJsonAsync("/api/threads", new { with = new[] { "@other", "@third" }, title = "Rodos 2027" }, Ct);
        var titled = await Somebody.ReadAsync(made, 201);
        var untitled = await one.OpenAsync("@other", "@third");

        Assert.Equal(("group", "Rodos 2027"), (titled.GetProperty("kind").GetString(), titled.GetProperty("title").GetString()));
        Assert.Equal(["One", "Third"], (await other.GetAsync($"/api/threads/{untitled}")).GetProperty("title").GetString()!.Split(", ").Order());
    }

    public static TheoryData<string, int, string> Refusals => new()
    {
        { """{}""", 400, "invalid_request" },
        { """{"with":[]}""", 400, "invalid_request" },
        { """{"with":["other"]}""", 400, "invalid_request" },
        { """{"with":["@one"]}""", 400, "invalid_request" },
        { """{"with":[""]}""", 400, "invalid_request" },
        { """{"with":["@other","page:kiosk"]}""", 400, "pages_not_in_groups" },
        { """{"with":["@nobody"]}""", 404, "person_not_found" },
        { """{"with":["@../../etc"]}""", 404, "person_not_found" },
        { """{"with":["page:none"]}""", 404, "page_not_found" },
        { """{"with":["@other"],"title":"two\nlines"}""", 400, "invalid_request" },
        { """{"with":["@other"],"kind":"group"}""", 400, "unknown_member" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_opened(string body, int status, string code)
    {
        var one = shared.One;
        using var answer = await one.Client.PostAsync("/api/threads", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(code, (await Somebody.ReadAsync(answer, status)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_thread_of_others_is_not_there_on_any_route()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "private");
        var stranger = await Somebody.SignUpAsync(server, "stranger");

        foreach (var id in new[] { thread.ToString(), "7000000000000007", "abc", "0", "-1", "99999999999999999999" })
        {
            HttpResponseMessage[] answers =
            [
                await stranger.Client.GetAsync($"/api/threads/{id}", Ct),
                await stranger.Client.GetAsync($"/api/threads/{id}/events", Ct),
                await stranger.PostToAsync(id, new { clientId = Guid.NewGuid(), text = "hello" }),
                await stranger.PostToAsync(id, new { clientId = Guid.NewGuid(), text = "hello", payload = "X" }),
                await stranger.Client.PutAsJsonAsync($"/api/threads/{id}/read", new { seq = 1 }, Ct),
            ];
            foreach (var answer in answers)
            {
                Assert.Equal("thread_not_found", (await Somebody.ReadAsync(answer, 404)).GetProperty("code").GetString());
            }
        }

        Assert.Empty((await stranger.GetAsync("/api/threads")).GetProperty("threads").EnumerateArray());
        await using var device = await stranger.ConnectAsync(new Dictionary<string, long> { [thread.ToString()] = 0 });
        await device.SendAsync(new { op = "send", thread = thread.ToString(), clientId = Guid.NewGuid(), text = "hello" });
        Assert.Equal("thread_not_found", (await device.WaitAsync("error")).GetProperty("code").GetString());
        await device.SendAsync(new { op = "read", thread = thread.ToString(), seq = 1 });
        Assert.Equal("thread_not_found", (await device.WaitAsync("error")).GetProperty("code").GetString());
        await one.SendAsync(thread, "still private");
        await device.SendAsync(new { op = "ping" });
        await device.WaitAsync("pong");
        Assert.DoesNotContain(device.Seen, frame => frame.GetProperty("op").GetString() is "event" or "gap" or "receipt" or "thread");
    }

    [Fact]
    public async Task Every_route_of_threads_demands_a_person()
    {
        await using var server = await Cast.StartAsync();
        (HttpMethod Method, string Path)[] calls =
        [
            (HttpMethod.Post, "/api/threads"), (HttpMethod.Get, "/api/threads"), (HttpMethod.Get, "/api/threads/7"), (HttpMethod.Post, "/api/threads/7/messages"),
            (HttpMethod.Get, "/api/threads/7/events"), (HttpMethod.Put, "/api/threads/7/read"),
        ];
        foreach (var (method, path) in calls)
        {
            using var answer = await server.Client.SendAsync(new HttpRequestMessage(method, path), Ct);
            Assert.Equal("not_signed_in", (await Somebody.ReadAsync(answer, 401)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task The_calls_are_described_by_name()
    {
        await using var server = await Cast.StartAsync();
        var document = await server.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Ct);
        var names = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Where(call => call.Value.TryGetProperty("operationId", out _))
            .Select(call => call.Value.GetProperty("operationId").GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "openThread", "listThreads", "readThread", "sendMessage", "listEvents", "markRead" }, names);
    }

}

internal static class Raw
{
    /// <summary>To an address that may be no thread's.</summary>
    public static Task<HttpResponseMessage> PostToAsync(this Somebody sender, string thread, object message) =>
        sender.Client.PostAsJsonAsync($"/api/threads/{thread}/messages", message, TestContext.Current.CancellationToken);
}
