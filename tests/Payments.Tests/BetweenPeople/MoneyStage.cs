using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Stoa.Testing;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>A whole server for the tests of one class; each makes people of its own. At the end the books are checked.</summary>
public sealed class MoneyStage : IAsyncLifetime
{
    private int made;

    internal StoaServer Server { get; private set; } = null!; // Set before the first test.

    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Server = await StartAsync();

    /// <param name="database">With it, the database driver keeps no prepared statements, whose state a fault in its middle would spoil.</param>
    internal static Task<StoaServer> StartAsync(Action<IServiceCollection>? services = null, TestDatabase? database = null) => StoaServer.StartAsync(new()
    {
        Database = database,
        Settings = new Dictionary<string, string>(database is null ? [] : [new("ConnectionStrings:Stoa", database.ConnectionString + ";Max Auto Prepare=0")])
        {
            ["People:PasswordIterations"] = "1",
            // Shorter than a session, so that one can be waited out.
            ["Payments:BetweenPeople:RequestLasts"] = "01:00:00",
            ["Payments:BetweenPeople:RemindEvery"] = "00:10:00",
            ["Payments:BetweenPeople:LinkLasts"] = "01:00:00",
            ["Payments:BetweenPeople:GiftLasts"] = "01:00:00",
            ["Threads:SendsPerTenSeconds"] = "1000",
        },
        Services = services,
    });

    internal T Get<T>() where T : notnull => Server.Services.GetRequiredService<T>();

    internal Task<Friend> JoinAsync(string name = "Zofia", long euroMinor = 0) => JoinAsync(Server, $"p{Interlocked.Increment(ref made)}_{Guid.NewGuid():N}"[..20], name, euroMinor);

    internal static async Task<Friend> JoinAsync(StoaServer server, string handle, string name, long euroMinor)
    {
        var client = server.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/people", new { handle, name, password = "sixteen candles, no cake" }, Ct);
        var person = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", person.Text("token"));
        var friend = new Friend(server, PersonId.Parse(person.Text("id"), null), handle, name, client);
        if (euroMinor > 0)
        {
            var topUp = new Transfer(Guid.CreateVersion7(), TransferKind.Post, new(AccountKind.ProcessorClearing, 1, Currency.Eur), friend.Account, new(euroMinor, Currency.Eur), "topup");
            Assert.True((await server.Services.GetRequiredService<ILedger>().PostAsync([topUp], Ct))[0].Done);
        }

        return friend;
    }

    /// <summary>Two who talk with each other; the first has 100 EUR.</summary>
    internal async Task<(Friend Zofia, Friend Leila, string Thread)> PairAsync()
    {
        var (zofia, leila) = (await JoinAsync(euroMinor: 100_00), await JoinAsync("Leila"));
        return (zofia, leila, await zofia.OpenAsync(leila));
    }

    /// <summary>Moves time on and does what is due then.</summary>
    internal async Task PassAsync(TimeSpan time)
    {
        Server.Clock.Advance(time);
        while (await Get<MoneyLane>().RunOnceAsync(Ct) > 0)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty((await LedgerCheck.RunAsync(Server.Database.DataSource, Ct)).Violations);
        await Server.DisposeAsync();
    }
}

/// <summary>A person, at their device.</summary>
internal sealed class Friend(StoaServer server, PersonId id, string handle, string name, HttpClient client)
{
    public PersonId Id { get; } = id;

    public string Handle { get; } = handle;

    public string Name { get; } = name;

    public Account Account { get; } = new(AccountKind.Person, id.Value, Currency.Eur);

    private static CancellationToken Ct => MoneyStage.Ct;

    public async Task<(int Status, JsonElement Body)> CallAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public async Task<string> OpenAsync(params Friend[] others)
    {
        var (status, thread) = await CallAsync(HttpMethod.Post, "/api/threads", new { with = others.Select(o => "@" + o.Handle), title = others.Length > 1 ? "Dinner" : null });
        Assert.True(status is 200 or 201, $"Opening answered {status}: {thread}");
        return thread.Text("id");
    }

    public Task<string> TextAsync(string path) => client.GetStringAsync(path, Ct);

    public static object Eur(long minor) => new { amountMinor = minor, currency = "EUR" };

    public Task<(int Status, JsonElement Body)> SendAsync(Friend to, string thread, long minor, Guid? key = null, string? note = null, bool first = true, string? request = null) =>
        CallAsync(HttpMethod.Post, "/api/money/transfers",
            new { key = key ?? Guid.NewGuid(), thread, amount = Eur(minor), to = to.Id, toName = to.Name, note, firstPaymentConfirmed = first, request });

    public Task<(int Status, JsonElement Body)> AskAsync(string thread, long minor, Guid? key = null, object? split = null, string? note = null) =>
        CallAsync(HttpMethod.Post, "/api/money/requests", new { key = key ?? Guid.NewGuid(), thread, amount = Eur(minor), note, split });

    public Task<(int Status, JsonElement Body)> ActAsync(string verb, string request) => CallAsync(HttpMethod.Post, $"/api/money/requests/{request}/{verb}");

    /// <summary>How a thing is now; null when it is not theirs to see.</summary>
    public async Task<JsonElement?> LookAsync(string id)
    {
        var (status, body) = await CallAsync(HttpMethod.Get, $"/api/money?ids={id}");
        Assert.Equal(200, status);
        return body.GetProperty("items").EnumerateArray().Select(item => (JsonElement?)item.Clone()).SingleOrDefault();
    }

    public async Task<long> BalanceAsync() => (await server.Services.GetRequiredService<ILedger>().ReadBalanceAsync(Account, Ct)).Available.AmountMinor;

    /// <summary>What a thread tells of money, once as much of it is there as is waited for.</summary>
    public async Task<List<JsonElement>> ToldAsync(string thread, int count)
    {
        List<JsonElement> told = [];
        await Stage.WaitAsync($"{count} events of money in thread {thread}", async () =>
        {
            var (_, page) = await CallAsync(HttpMethod.Get, $"/api/threads/{thread}/events?after=0&limit=200");
            told = [.. page.GetProperty("events").EnumerateArray().Where(e => e.TryGetProperty("money", out _)).Select(e => e.Clone())];
            return told.Count >= count;
        });
        return told;
    }
}
