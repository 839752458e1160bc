using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>The real server, killed at the worst moments: nothing acknowledged is lost, nothing is there twice.</summary>
public sealed class CrashTests
{
    private const int Senders = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_killed_during_sends_has_lost_and_doubled_nothing()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var (writer, thread) = await OpenAsync(server);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        var uncertain = new ConcurrentBag<Guid>();
        var enough = new TaskCompletionSource();

        var sending = Enumerable.Range(0, Senders).Select(_ => SendUntilTheEndAsync(writer.Client, thread, acknowledged, uncertain, 300, enough)).ToList();
        await Waiting.ForAsync(enough.Task, "300 acknowledged messages");
        await server.KillAsync();
        await Waiting.ForAsync(Task.WhenAll(sending), "the senders to notice");
        await server.StartAsync();

        // What a careful client does with what was not answered: it asks again under the same id.
        using var again = await SignedInAsync(server, writer);
        foreach (var clientId in uncertain)
        {
            using var answer = await PostAsync(again, thread, clientId);
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, $"A repeat was answered {answer.StatusCode}.");
            acknowledged[clientId] = await SeqOfAsync(answer);
        }

        Assert.NotEmpty(uncertain);
        await AssertLogAsync(again, thread, acknowledged);
        Assert.Equal(0, await server.StopAsync());
        Assert.Null(server.Postgres.FindPostmaster());
    }

    [Fact]
    public async Task A_database_killed_during_sends_comes_back_and_has_lost_and_doubled_nothing()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var (writer, thread) = await OpenAsync(server);
        var acknowledged = new ConcurrentDictionary<Guid, long>();
        var clientIds = Enumerable.Range(0, 400).Select(_ => Guid.CreateVersion7()).ToList();
        var refusals = new ConcurrentBag<HttpResponseMessage>();
        var queue = new ConcurrentQueue<Guid>(clientIds);
        var killed = 0;

        await Waiting.ForAsync(Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (queue.TryDequeue(out var clientId))
            {
                if (acknowledged.Count > 100 && Interlocked.Exchange(ref killed, 1) == 0)
                {
                    KillPostmaster(server);
                }

                while (true)
                {
                    var answer = await PostAsync(writer.Client, thread, clientId);
                    if (answer.IsSuccessStatusCode)
                    {
                        acknowledged[clientId] = await SeqOfAsync(answer);
                        break;
                    }

                    // The only other answer there may be: come back soon.
                    refusals.Add(answer);
                    await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, Cancel);
                }
            }
        })), "all messages to be acknowledged");

        Assert.NotEmpty(refusals);
        Assert.All(refusals, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.All(refusals, answer => Assert.NotNull(answer.Headers.RetryAfter));
        await AssertLogAsync(writer.Client, thread, acknowledged);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_second_server_on_one_data_directory_is_refused_and_disturbs_nobody()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var second = new ServerProcess(server.Folder);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.StartAsync());

        Assert.Contains("Another server works in the data directory", refused.Message, StringComparison.Ordinal);
        using var client = server.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready", Cancel)).StatusCode);
    }

    [Fact]
    public async Task After_a_kill_the_surviving_database_is_adopted_and_stopped_in_the_end()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var postmaster = server.Postgres.FindPostmaster();
        await server.KillAsync();
        Assert.NotNull(postmaster);
        Assert.Equal(postmaster, server.Postgres.FindPostmaster());

        await server.StartAsync();

        Assert.Equal(postmaster, server.Postgres.FindPostmaster());
        Assert.Contains("adopted", server.Said, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
        Assert.Null(server.Postgres.FindPostmaster());
    }

    [Fact]
    public async Task A_stop_drains_lanes_and_connections_before_the_database_goes()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var (writer, thread) = await OpenAsync(server);
        using var sent = await PostAsync(writer.Client, thread, Guid.NewGuid());

        Assert.Equal(0, await server.StopAsync());

        Assert.DoesNotContain("fail:", server.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", server.Said, StringComparison.Ordinal);
        Assert.Contains("database system is shut down", await File.ReadAllTextAsync(server.Postgres.LogFile, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_starter_was_killed_stops_by_itself()
    {
        using var starter = Process.Start("sleep", "1000");
        await using var server = new ServerProcess();
        await server.StartAsync($"--Stoa:ParentProcess={starter.Id}");

        starter.Kill();

        await Waiting.UntilAsync(() => Task.FromResult(server.Postgres.FindPostmaster() is null), "server and database have stopped");
    }

    private static async Task<(TestPerson Writer, string Thread)> OpenAsync(ServerProcess server)
    {
        var writer = await TestPerson.SignUpAsync(server.Address, "writer");
        using var reader = await TestPerson.SignUpAsync(server.Address, "reader");
        return (writer, await writer.OpenThreadAsync(reader));
    }

    private static async Task SendUntilTheEndAsync(
        HttpClient client, string thread, ConcurrentDictionary<Guid, long> acknowledged, ConcurrentBag<Guid> uncertain, int enoughAfter, TaskCompletionSource enough)
    {
        while (true)
        {
            var clientId = Guid.CreateVersion7();
            try
            {
                using var answer = await PostAsync(client, thread, clientId);
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                acknowledged[clientId] = await SeqOfAsync(answer);
            }
            catch (HttpRequestException)
            {
                uncertain.Add(clientId);
                return;
            }
            catch (IOException)
            {
                uncertain.Add(clientId);
                return;
            }

            if (acknowledged.Count >= enoughAfter)
            {
                enough.TrySetResult();
            }
        }
    }

    /// <summary>Every acknowledged message is in the log exactly once, under the number it was acknowledged with; the numbers have no gap.</summary>
    private static async Task AssertLogAsync(HttpClient client, string thread, ConcurrentDictionary<Guid, long> acknowledged)
    {
        var stored = new List<(Guid ClientId, long Seq)>();
        var after = 0L;
        while (true)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/threads/{thread}/events?after={after}&limit=100", Cancel);
            var events = page.GetProperty("events").EnumerateArray().ToList();
            if (events.Count == 0)
            {
                break;
            }

            stored.AddRange(events.Where(e => e.GetProperty("kind").GetString() == "message").Select(e => (e.GetProperty("clientId").GetGuid(), e.GetProperty("seq").GetInt64())));
            after = events[^1].GetProperty("seq").GetInt64();
        }

        Assert.Equal(stored.Select(e => e.Seq).Distinct().Count(), stored.Count);
        Assert.Equal(stored.Select(e => e.ClientId).Distinct().Count(), stored.Count);
        Assert.Equal(Enumerable.Range((int)stored[0].Seq, stored.Count).Select(n => (long)n), stored.Select(e => e.Seq));
        Assert.Equal(acknowledged.OrderBy(a => a.Value).Select(a => (a.Key, a.Value)), stored);
    }

    private static async Task<HttpClient> SignedInAsync(ServerProcess server, TestPerson person)
    {
        var client = server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", person.Token);
        // The token outlives the restart.
        (await client.GetAsync("/api/me", Cancel)).EnsureSuccessStatusCode();
        return client;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string thread, Guid clientId) =>
        client.PostAsJsonAsync($"/api/threads/{thread}/messages", new { clientId, text = $"message {clientId}" }, Cancel);

    private static async Task<long> SeqOfAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("seq").GetInt64();

    private static void KillPostmaster(ServerProcess server)
    {
        using var postmaster = Process.GetProcessById(server.Postgres.FindPostmaster() ?? throw new InvalidOperationException("There is no PostgreSQL to kill."));
        postmaster.Kill();
    }
}
