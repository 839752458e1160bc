using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Sandbox;
using Stoa.Testing;
using Stoa.Threads;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>A whole server with one business, whose merchant and orders the test plays. At the end the books are checked.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public static readonly PageId Halcyon = new(7_100_000_000_000_001);
    public static readonly PageId Harbour = new(7_100_000_000_000_002);
    public const string HalcyonToken = "token-of-halcyon";
    public const string HarbourToken = "token-of-harbour";
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);
    private static readonly string[] settled = ["captured", "failed", "partly_refunded", "refunded"];

    private readonly int workers;
    private readonly TestDatabase? owned;

    private Stage(StoaServer server, Merchant merchant, Pricing pricing, Orders orders, RefundNews refunds, int workers, TestDatabase? owned) =>
        (Server, Merchant, Pricing, Orders, Refunds, this.workers, this.owned) = (server, merchant, pricing, orders, refunds, workers, owned);

    public StoaServer Server { get; }

    public Merchant Merchant { get; }

    public Pricing Pricing { get; }

    public Orders Orders { get; }

    /// <summary>What the business hears of refunds.</summary>
    public RefundNews Refunds { get; }

    /// <summary>What it hears of complaints and disputes.</summary>
    public required DeskNews Desk { get; init; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="workers">0: only the test advances purchases.</param>
    /// <param name="prepare">False: the database driver keeps no prepared statements, whose state a fault in its middle would spoil.</param>
    public static async Task<Stage> StartAsync(int workers = 8, Action<IServiceCollection>? services = null, TestDatabase? database = null, bool prepare = true, IReadOnlyDictionary<string, string>? settings = null)
    {
        var owned = database is null ? await TestDatabase.CreateAsync([.. Stoa.Server.Modules.All]) : null;
        database ??= owned ?? throw new InvalidOperationException("One of the two was given.");
        var merchant = new Merchant();
        var pricing = new Pricing();
        var orders = new Orders();
        var refunds = new RefundNews();
        var desk = new DeskNews();
        var server = await StoaServer.StartAsync(new()
        {
            Database = database,
            Settings = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
            {
                ["People:PasswordIterations"] = "1",
                ["Payments:WorkersMax"] = $"{workers}",
                ["ConnectionStrings:Stoa"] = database.ConnectionString + (prepare ? "" : ";Max Auto Prepare=0"),
            },
            Services = added =>
            {
                added.RemoveAll<IPageDirectory>();
                added.AddSingleton<IPageDirectory>(new Pages());
                added.RemoveAll<IConfirmPurchase>();
                added.AddSingleton<IConfirmPurchase>(merchant);
                added.RemoveAll<IAskForPrice>();
                added.AddSingleton<IAskForPrice>(pricing);
                // A topic has one consumer; here the test is the business.
                foreach (var theirs in added.Where(s => s.ServiceType == typeof(IOutboxConsumer) && s.ImplementationType?.Namespace?.StartsWith("Stoa.Bots", StringComparison.Ordinal) is true).ToList())
                {
                    added.Remove(theirs);
                }

                added.AddSingleton<IOutboxConsumer>(orders);
                added.AddSingleton<IOutboxConsumer>(refunds);
                added.AddSingleton<IOutboxConsumer>(desk);
                added.RemoveAll<IPageTokens>();
                added.AddSingleton<IPageTokens>(new Tokens());
                services?.Invoke(added);
            },
        });
        return new(server, merchant, pricing, orders, refunds, workers, owned) { Desk = desk };
    }

    /// <summary>A call as a program of the business makes it.</summary>
    public async Task<(int Status, JsonElement Body)> AsBusinessAsync(HttpMethod method, string path, object? body = null, string token = HalcyonToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await Server.Client.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public Task<(int Status, JsonElement Body)> RefundAsync(string purchase, long? amountMinor = null, Guid? key = null, string? reason = null, string token = HalcyonToken) =>
        AsBusinessAsync(HttpMethod.Post, $"/api/business/purchases/{purchase}/refunds", new { key = key ?? Guid.NewGuid(), amountMinor, reason }, token);

    /// <summary>Refunds and waits for the end: the answer says pending when another worker has the purchase at that moment.</summary>
    public async Task<JsonElement> RefundAndWaitAsync(string purchase, long? amountMinor = null, string? reason = null)
    {
        var (status, refund) = await RefundAsync(purchase, amountMinor, reason: reason);
        Assert.True(status == 201, $"Refunding answered {status}: {refund}");
        await WaitAsync($"refund {refund.Text("id")} to be settled", async () =>
        {
            var (_, seen) = await AsBusinessAsync(HttpMethod.Get, $"/api/business/purchases/{purchase}");
            refund = seen.GetProperty("refunds").EnumerateArray().Single(r => r.Text("id") == refund.Text("id"));
            return refund.Text("state") != "pending";
        });
        return refund;
    }

    public T Get<T>() where T : notnull => Server.Services.GetRequiredService<T>();

    public async Task<Buyer> SignUpAsync(string handle = "zofia")
    {
        var client = Server.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/people", new { handle, name = handle, password = "sixteen candles, no cake" }, Ct);
        var person = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", person.GetProperty("token").GetString());
        using var opened = await client.PostAsJsonAsync("/api/threads", new { with = new[] { "page:halcyon" } }, Ct);
        var thread = await opened.Content.ReadFromJsonAsync<JsonElement>(Ct);
        return new(this, PersonId.Parse(person.GetProperty("id").GetString() ?? "", null), person.GetProperty("token").GetString() ?? "",
            ThreadId.Parse(thread.GetProperty("id").GetString() ?? "", null), client);
    }

    /// <summary>The business sends a carousel with one payment button in each element.</summary>
    /// <returns>The number of the message.</returns>
    public async Task<long> OfferAsync(ThreadId thread, string amount = "214.60", string currency = "EUR", int elements = 1, Action<JsonObject>? change = null)
    {
        var buttons = Enumerable.Range(0, elements).Select(_ =>
        {
            var button = Messages.Button(currency, ("Flight HS 412", amount));
            change?.Invoke(button);
            return button;
        });
        var template = new JsonObject
        {
            ["template_type"] = "generic",
            ["elements"] = new JsonArray([.. buttons.Select(b => new JsonObject { ["title"] = "HS 412", ["buttons"] = new JsonArray(b) })]),
        };
        var outcome = await Get<IThreadLog>().AppendAsync(
            new(thread, Halcyon, Guid.CreateVersion7(), "message", JsonSerializer.SerializeToUtf8Bytes(Messages.Template(template))), Ct);
        Assert.Equal(AppendStatus.Appended, outcome.Status);
        return outcome.Seq;
    }

    public async Task GiveAsync(PersonId person, long minor)
    {
        var topUp = new Transfer(Guid.CreateVersion7(), TransferKind.Post, new(AccountKind.ProcessorClearing, 1, Currency.Eur), new(AccountKind.Person, person.Value, Currency.Eur), new(minor, Currency.Eur), "topup");
        Assert.True((await Get<ILedger>().PostAsync([topUp], Ct))[0].Done);
    }

    public async Task<T?> AskAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    public Task<int> CountAsync(string from) => AskAsync<int>($"select count(*) from {from}")!;

    /// <summary>What a dead worker leaves behind ends: database time cannot be moved, its lease can.</summary>
    public Task EndLeasesAsync() => AskAsync<int>("update payments.purchases set lease_until = now() - interval '1 second' where lease_until is not null");

    /// <summary>A call to the pay origin, as its own pages make it.</summary>
    public async Task<(int Status, string Body)> PayOriginAsync(HttpMethod method, string path, string? json = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = $"pay.localhost:{Server.Address.Port}";
        if (json is not null)
        {
            request.Headers.Add("Origin", $"http://pay.localhost:{Server.Address.Port}");
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        using var answer = await Server.Client.SendAsync(request, Ct);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Waits for a fact that the background brings about.</summary>
    public static async Task WaitAsync(string what, Func<Task<bool>> isTrue)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(patience);
        while (!await isTrue())
        {
            try
            {
                // Looks again rather than sleeps for a purpose: the fact is another task's, and nothing signals it.
                await Task.Delay(10, limit.Token);
            }
            catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited for {what}.");
            }
        }
    }

    /// <summary>Waits until every purchase is settled and everybody has been told.</summary>
    public Task SettleAsync() => WaitAsync("all purchases to settle and the outbox to empty", async () =>
    {
        if (workers == 0)
        {
            foreach (var due in await Get<PurchaseStore>().ListDueAsync(100, Ct))
            {
                await Get<AdvancePurchase>().RunAsync(due, Ct);
            }
        }

        return await CountAsync("payments.purchases where state not in ('captured', 'failed', 'partly_refunded', 'refunded') or look_at is not null") == 0
            && await CountAsync("hosting.outbox where topic like 'payments.%'") == 0;
    });

    public static bool IsSettled(JsonElement purchase) => settled.Contains(purchase.GetProperty("state").GetString());

    public async ValueTask DisposeAsync()
    {
        Assert.Empty((await LedgerCheck.RunAsync(Server.Database.DataSource, Ct)).Violations);
        // What no test may ever find: two charges for one purchase, or more charged than bought.
        Assert.Equal(0, await CountAsync("(select reference from payments.sandbox_payments group by reference having count(*) > 1) as twice"));
        Assert.Equal(0, await CountAsync("(select purchase from payments.attempts where operation = 'charge' group by purchase having count(*) > 1) as twice"));
        // Nor more given back than came.
        Assert.Equal(0, await CountAsync("(select r.purchase from payments.refunds r join payments.purchases p on p.id = r.purchase where r.state <> 'failed' group by r.purchase, p.amount_minor having sum(r.amount_minor) > p.amount_minor) as beyond"));
        Assert.Equal(Orders.All.Count, Orders.All.Select(o => o.Purchase).Distinct().Count());
        await Server.DisposeAsync();
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }

    private sealed class Tokens : IPageTokens
    {
        public Task<PageId?> FindPageAsync(string token, CancellationToken cancellationToken) =>
            Task.FromResult<PageId?>(token switch { HalcyonToken => Halcyon, HarbourToken => Harbour, _ => null });
    }

    private sealed class Pages : IPageDirectory
    {
        private static readonly PageCard halcyon = new(Halcyon, "halcyon", "Halcyon Air");

        public Task<PageId?> FindByUsernameAsync(string username, CancellationToken cancellationToken) => Task.FromResult<PageId?>(username == halcyon.Username ? Halcyon : null);

        public ValueTask<IReadOnlyDictionary<PageId, PageCard>> FindAsync(IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken) =>
            new(pages.Contains(Halcyon) ? new Dictionary<PageId, PageCard> { [Halcyon] = halcyon } : []);

        public Task<byte[]?> DescribeAsync(PageId page, PersonProfile reader, CancellationToken cancellationToken) => Task.FromResult<byte[]?>("{}"u8.ToArray());

        public Task<string?> FindOfferAsync(PageId page, string payload, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}

/// <summary>The business's side of the pre-checkout.</summary>
internal sealed class Merchant : IConfirmPurchase
{
    public ConcurrentQueue<PurchaseToConfirm> Asked { get; } = new();

    public Func<PurchaseToConfirm, CancellationToken, Task<ConfirmOutcome>> Answer { get; set; } = (_, _) => Task.FromResult(ConfirmOutcome.Accepted);

    public Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken)
    {
        Asked.Enqueue(purchase);
        return Answer(purchase, cancellationToken);
    }
}

/// <summary>The business's side of a flexible price.</summary>
internal sealed class Pricing : IAskForPrice
{
    public const string TwoWays = """
        {"shipping":[{"option_id":"1","option_title":"Post","price_list":[{"label":"Post","amount":"2.99"},{"label":"Box","amount":".50"}]},
        {"option_id":2,"option_title":"By hand"}]}
        """;

    public ConcurrentQueue<PriceToAsk> Asked { get; } = new();

    public Func<PriceToAsk, CancellationToken, Task<PriceAnswer>> Answer { get; set; } = (_, _) => Task.FromResult<PriceAnswer>(new PriceAnswer.Answered(TwoWays));

    public Task<PriceAnswer> AskAsync(PriceToAsk quote, CancellationToken cancellationToken)
    {
        Asked.Enqueue(quote);
        return Answer(quote, cancellationToken);
    }
}

/// <summary>What the business hears of: one order for each purchase paid.</summary>
internal sealed class Orders : IOutboxConsumer
{
    private readonly ConcurrentQueue<PurchaseCaptured> all = new();

    /// <summary>How many payment events stood in the thread when each order came.</summary>
    public ConcurrentQueue<int> PaymentEventsSeen { get; } = new();

    public string Topic => PurchaseCaptured.Topic;

    public IReadOnlyCollection<PurchaseCaptured> All => all;

    public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            var captured = PurchaseCaptured.Read(row.Body);
            Assert.Equal(row.Key, captured.Thread.Value);
            PaymentEventsSeen.Enqueue(await connection.ExecuteScalarAsync<int>(
                "select count(*) from threads.events where thread_id = @Key and body::jsonb -> 'payment' ->> 'purchase' = @purchase", new { row.Key, purchase = captured.Purchase.ToString() }, transaction));
            all.Enqueue(captured);
        }
    }
}

/// <summary>What the business hears of refunds: one for each change of what has gone back.</summary>
internal sealed class RefundNews : IOutboxConsumer
{
    private readonly ConcurrentQueue<PurchaseRefunded> all = new();

    public string Topic => PurchaseRefunded.Topic;

    public IReadOnlyCollection<PurchaseRefunded> All => all;

    public Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            all.Enqueue(PurchaseRefunded.Read(row.Body));
        }

        return Task.CompletedTask;
    }
}

/// <summary>What the business hears of complaints and disputes: one for each change.</summary>
internal sealed class DeskNews : IOutboxConsumer
{
    private readonly ConcurrentQueue<PurchaseDeskNews> all = new();

    public string Topic => PurchaseDeskNews.Topic;

    public IReadOnlyCollection<PurchaseDeskNews> All => all;

    public Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            all.Enqueue(PurchaseDeskNews.Read(row.Body));
        }

        return Task.CompletedTask;
    }
}

/// <summary>A signed-up person in a conversation with the business.</summary>
internal sealed class Buyer(Stage stage, PersonId id, string token, ThreadId thread, HttpClient client)
{
    public PersonId Id { get; } = id;

    public string Token { get; } = token;

    public ThreadId Thread { get; } = thread;

    public HttpClient Client { get; } = client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Client.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>Saves a test card, as the card page and the pay sheet do together.</summary>
    public async Task<string> AddCardAsync(string last4, string brand = "visa")
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/api/payment-methods", new { token = new SandboxToken(Guid.NewGuid().ToString("N"), brand, last4, 8, 2029).ToString() });
        Assert.Equal(201, status);
        return body.GetProperty("id").GetString() ?? "";
    }

    public static object Home(string street = "ul. Długa 1", string country = "pl") => new { street1 = street, city = "Gdańsk", postalCode = "80-001", country };

    public Task<(int Status, JsonElement Body)> AskForPriceAsync(long seq, object? address = null, Guid? key = null) =>
        SendAsync(HttpMethod.Post, "/api/purchases/quotes", new { key = key ?? Guid.NewGuid(), thread = Thread, seq, element = 0, button = 0, address = address ?? Home() });

    public Task<(int Status, JsonElement Body)> PayQuoteAsync(long seq, string method, string? quote, string? option, Guid? key = null, object? amount = null, object? details = null) =>
        SendAsync(HttpMethod.Post, "/api/purchases", new { key = key ?? Guid.NewGuid(), thread = Thread, seq, element = 0, button = 0, method, quote, option, amount, details });

    public Task<(int Status, JsonElement Body)> PayAsync(long seq, string method, Guid? key = null, int? element = 0, int button = 0) =>
        SendAsync(HttpMethod.Post, "/api/purchases", new { key = key ?? Guid.NewGuid(), thread = Thread, seq, element, button, method });

    /// <summary>Pays and waits for the end.</summary>
    public async Task<JsonElement> PayAndWaitAsync(long seq, string method, Guid? key = null, int? element = 0)
    {
        var (status, body) = await PayAsync(seq, method, key, element);
        Assert.True(status is 200 or 201, $"Paying answered {status}: {body}");
        return await WaitForAsync(body.GetProperty("id").GetString() ?? "", Stage.IsSettled);
    }

    public async Task<JsonElement> WaitForAsync(string purchase, Func<JsonElement, bool> isTrue)
    {
        JsonElement last = default;
        try
        {
            await Stage.WaitAsync($"purchase {purchase}", async () => isTrue(last = await GetAsync(purchase)));
            return last;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited for purchase {purchase}; it was {last}\n{string.Join("\n", stage.Server.Log.Errors)}");
        }
    }

    public async Task<JsonElement> GetAsync(string purchase)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, $"/api/purchases/{purchase}");
        Assert.Equal(200, status);
        return body;
    }

    /// <summary>The payment events of the conversation.</summary>
    public async Task<List<JsonElement>> PaymentEventsAsync()
    {
        var (_, body) = await SendAsync(HttpMethod.Get, $"/api/threads/{Thread}/events?limit=200");
        return [.. body.GetProperty("events").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == "payment")];
    }
}

internal static class JsonReading
{
    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString() ?? "";

    public static string Failure(this JsonElement purchase) => purchase.GetProperty("failure").Text("code");
}
