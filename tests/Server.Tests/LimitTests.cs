using System.Net;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

public sealed class LimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_who_searches_more_than_thirty_times_a_minute_is_asked_to_wait()
    {
        await using var server = await StoaServer.StartAsync(new() { Limits = true });
        using var seeker = await TestPerson.SignUpAsync(server.Address, "seeker");
        using var other = await TestPerson.SignUpAsync(server.Address, "other");

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 31; i++)
        {
            answers.Add(await seeker.Client.GetAsync("/api/people?q=ab", Cancel));
        }

        Assert.All(answers[..30], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.InRange(answers[30].Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, 1, 60);
        await ProblemTests.AssertProblemAsync(answers[30], 429, "too_many_requests");
        Assert.Equal(HttpStatusCode.OK, (await other.Client.GetAsync("/api/people?q=ab", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await seeker.Client.GetAsync("/api/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_caller_who_is_not_us_has_sixty_calls_a_minute_and_pages_are_not_counted()
    {
        // The test is the proxy, and so may say from where a call comes.
        await using var server = await StoaServer.StartAsync(new() { Limits = true, Settings = new Dictionary<string, string> { ["Stoa:Proxies:0"] = "127.0.0.1" } });

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync(server, "/api/me", "203.0.113.7")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await CallAsync(server, "/api/demo", "203.0.113.7")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(server, "/health/live", "203.0.113.7")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(server, "/api/demo", "203.0.113.8")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(server, "/api/demo", null)).StatusCode);
    }

    [Fact]
    public async Task Nobody_else_is_believed_about_where_a_call_comes_from()
    {
        await using var server = await StoaServer.StartAsync(new() { Limits = true });

        for (var i = 0; i < 65; i++)
        {
            // Were it believed, the 61st would be refused; loopback in development is us.
            Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(server, "/api/demo", "203.0.113.7")).StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> CallAsync(StoaServer server, string path, string? from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (from is not null)
        {
            request.Headers.Add("X-Forwarded-For", from);
        }

        return await server.Client.SendAsync(request, Cancel);
    }
}
