using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests.Nodes;

/// <summary>Real servers as processes of their own on one database, and a broker between them or none.</summary>
public sealed class NodePair : IAsyncDisposable
{
    private readonly List<ServerProcess> all = [];
    private readonly string exchange = $"test-{Guid.NewGuid():n}";
    private int people;

    private NodePair(TestDatabase database, string? broker) => (Database, Broker) = (database, broker);

    public TestDatabase Database { get; }

    /// <summary>The broker's address.</summary>
    public string? Broker { get; }

    public ServerProcess One => all[0];

    public ServerProcess Two => all[1];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<NodePair> StartAsync(string? broker, int nodes = 2)
    {
        var pair = new NodePair(await TestDatabase.CreateAsync([.. Modules.All]), broker);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, nodes).Select(_ => pair.AddAsync()));
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async Task<ServerProcess> AddAsync()
    {
        var node = new ServerProcess();
        lock (all)
        {
            all.Add(node);
        }

        await StartAsync(node);
        return node;
    }

    /// <summary>Starts a node that was killed or stopped again.</summary>
    public Task StartAsync(ServerProcess node) => node.StartAsync(
        [$"--ConnectionStrings:Stoa={Database.ConnectionString}", "--Stoa:AllowForgetfulDatabase=true", "--People:PasswordIterations=1",
            .. Broker is null ? Array.Empty<string>() : [$"--Broker:Uri={Broker}", $"--Broker:Exchange={exchange}"]]);

    public Task<TestPerson> SignUpAsync(ServerProcess at) => TestPerson.SignUpAsync(at.Address, $"person{Interlocked.Increment(ref people)}");

    /// <summary>The same person calling another node.</summary>
    public static HttpClient ClientOf(TestPerson person, ServerProcess at)
    {
        var client = at.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", person.Token);
        return client;
    }

    public static async Task<long> SendAsync(HttpClient client, string thread, Guid? clientId = null)
    {
        var id = clientId ?? Guid.CreateVersion7();
        using var answer = await client.PostAsJsonAsync($"/api/threads/{thread}/messages", new { clientId = id, text = $"message {id}" }, Cancel);
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, $"A send was answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("seq").GetInt64();
    }

    /// <summary>Sends one after the other until told to stop; what a dying node leaves unanswered is sent again, under the same id, to the next client.</summary>
    public static async Task SendManyAsync(HttpClient[] clients, string thread, int count, ConcurrentDictionary<Guid, long> acknowledged)
    {
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var clientId = Guid.CreateVersion7();
            while (true)
            {
                try
                {
                    acknowledged[clientId] = await SendAsync(clients[at], thread, clientId);
                    break;
                }
                catch (Exception exception) when (at + 1 < clients.Length && exception is HttpRequestException or IOException)
                {
                    at++;
                }
            }
        }
    }

    /// <summary>What <c>/health/ready</c> says.</summary>
    public static async Task<string> HealthAsync(ServerProcess node)
    {
        using var client = node.CreateClient();
        using var answer = await client.GetAsync("/health/ready", Cancel);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("status").GetString() ?? "" : $"{answer.StatusCode}";
    }

    public static Task UntilHealthIsAsync(ServerProcess node, string status) =>
        Waiting.UntilAsync(async () => await HealthAsync(node) == status, $"the node is {status}; it said {node.Said}");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in all)
        {
            await node.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}

/// <summary>One pair for all tests that leave both nodes alive.</summary>
public sealed class SharedPair : IAsyncLifetime
{
    private NodePair? pair;

    public NodePair Pair => pair ?? throw new InvalidOperationException("The nodes have not been started.");

    public async ValueTask InitializeAsync() => pair = await NodePair.StartAsync((await RabbitServer.GetSharedAsync()).Address);

    public async ValueTask DisposeAsync()
    {
        if (pair is not null)
        {
            await pair.DisposeAsync();
        }
    }
}
