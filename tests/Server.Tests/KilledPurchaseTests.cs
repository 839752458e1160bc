using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>The real server, killed with -9 in the middle of a purchase: after the restart it ends in a definite state, paid once and told once.</summary>
public sealed class KilledPurchaseTests
{
    private const int PriceMinor = 500;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("balance", KillWhen.TheMerchantIsAsked)]
    [InlineData("balance", KillWhen.TheMerchantHasSaidYes)]
    [InlineData("card", KillWhen.TheMerchantIsAsked)]
    [InlineData("card", KillWhen.TheMerchantHasSaidYes)]
    [InlineData("card", KillWhen.ThePaymentIsTold)]
    public async Task A_purchase_survives_the_server_and_is_charged_once(string method, KillWhen when)
    {
        await using var shop = await Shop.OpenAsync();
        await using var server = new ServerProcess();
        await server.StartAsync("--Stoa:World=Town", "--Stoa:AllowLoopbackTargets=true");
        var (zofia, thread) = await OfferAsync(server, shop);
        var (methodId, before) = await ChooseMethodAsync(zofia, method);

        var purchase = await PostAsync(zofia, "/api/purchases", new { key = Guid.NewGuid(), thread, seq = 2, element = 0, button = 0, method = methodId });
        await Waiting.ForAsync(shop.Reached(when), $"the moment {when}");
        await server.KillAsync();
        shop.SayYesFromNowOn();
        await server.StartAsync("--Stoa:World=Town", "--Stoa:AllowLoopbackTargets=true");
        using var again = server.CreateClient();
        again.DefaultRequestHeaders.Authorization = zofia.DefaultRequestHeaders.Authorization;

        var id = purchase.GetProperty("id").GetString();
        await Waiting.UntilAsync(async () => (await GetAsync(again, $"/api/purchases/{id}")).GetProperty("state").GetString() == "captured", "the purchase is captured");
        await Waiting.ForAsync(shop.Reached(KillWhen.ThePaymentIsTold), "the merchant to be told");
        await Waiting.UntilAsync(async () => await CountPaymentsAsync(again, thread) > 0, "the payment stands in the conversation");

        Assert.Equal(1, await CountPaymentsAsync(again, thread));
        Assert.Single(shop.PaymentDeliveries);
        Assert.Equal(method == "balance" ? before - PriceMinor : before, await BalanceAsync(again));
        Assert.Equal(0, await server.StopAsync());
    }

    public enum KillWhen
    {
        TheMerchantIsAsked,
        TheMerchantHasSaidYes,
        ThePaymentIsTold,
    }

    /// <summary>A page with a payment button in Zofia's conversation; its message is the second event.</summary>
    private static async Task<(HttpClient Zofia, string Thread)> OfferAsync(ServerProcess server, Shop shop)
    {
        using var admin = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(DataDirectory.AdminSocketOf(server.Folder)), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://localhost") };
        var page = await PostAsync(admin, "/admin/bots", new { name = "Shop", username = "shop", webhook = shop.Address, verifyToken = "killed" });
        var zofia = server.CreateClient();
        var session = await PostAsync(zofia, "/api/demo/sessions", new { handle = "zofia" });
        zofia.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("token").GetString());
        var thread = (await PostAsync(zofia, "/api/threads", new { with = new[] { "page:shop" } })).GetProperty("id").GetString() ?? "";
        await PostAsync(zofia, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), text = "hello" });

        using var bot = server.CreateClient();
        bot.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", page.GetProperty("accessToken").GetString());
        var summary = new { currency = "EUR", payment_type = "FIXED_AMOUNT", merchant_name = "Shop", requested_user_info = new[] { "contact_name" }, price_list = new[] { new { label = "Oil", amount = "5.00" } } };
        var element = new { title = "Oil", subtitle = "One bottle", buttons = new[] { new { type = "payment", title = "buy", payload = "OIL", payment_summary = summary } } };
        await PostAsync(bot, "/me/messages", new
        {
            recipient = new { id = await Waiting.ForAsync(shop.Customer, "Zofia's message") },
            message = new { attachment = new { type = "template", payload = new { template_type = "generic", elements = new[] { element } } } },
        });
        return (zofia, thread);
    }

    private static async Task<(string Id, long BalanceMinor)> ChooseMethodAsync(HttpClient client, string kind)
    {
        var methods = (await GetAsync(client, "/api/payment-methods")).GetProperty("methods").EnumerateArray();
        var method = methods.First(m => m.GetProperty("kind").GetString() == kind && (kind == "card" || m.GetProperty("currency").GetString() == "EUR"));
        return (method.GetProperty("id").GetString() ?? "", await BalanceAsync(client));
    }

    private static async Task<long> BalanceAsync(HttpClient client) =>
        (await GetAsync(client, "/api/wallet")).GetProperty("balances").EnumerateArray().First(b => b.GetProperty("currency").GetString() == "EUR").GetProperty("amountMinor").GetInt64();

    private static async Task<int> CountPaymentsAsync(HttpClient client, string thread) =>
        (await GetAsync(client, $"/api/threads/{thread}/events?limit=100")).GetProperty("events").EnumerateArray().Count(e => e.GetProperty("kind").GetString() == "payment");

    private static async Task<JsonElement> GetAsync(HttpClient client, string path) => await ReadAsync(await client.GetAsync(path, Cancel), path);

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body) => await ReadAsync(await client.PostAsJsonAsync(path, body, Cancel), path);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, string path)
    {
        using (answer)
        {
            var said = await answer.Content.ReadAsStringAsync(Cancel);
            return answer.IsSuccessStatusCode ? JsonElement.Parse(said) : throw new InvalidOperationException($"{path} was answered {(int)answer.StatusCode}: {said}");
        }
    }

    /// <summary>A merchant's bot that outlives the server: it keeps a pre-checkout waiting until it is told to say yes.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly TaskCompletionSource<string> customer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentDictionary<KillWhen, TaskCompletionSource> moments = new();
        private readonly TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool answersAtOnce;

        private Shop(WebApplication app) => this.app = app;

        public string Address => app.Urls.First() + "/webhook";

        /// <summary>Zofia's id for this page.</summary>
        public Task<string> Customer => customer.Task;

        /// <summary>The ids of deliveries of <c>messaging_payments</c>; one that came again has the same id.</summary>
        public ConcurrentDictionary<string, byte> PaymentDeliveries { get; } = [];

        public static async Task<Shop> OpenAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var shop = new Shop(app);
            app.MapGet("/webhook", (HttpRequest request) => Results.Text(request.Query["hub.challenge"]));
            app.MapPost("/webhook", shop.ReceiveAsync);
            await app.StartAsync(Cancel);
            return shop;
        }

        /// <summary>Waits for a moment; asking for "has said yes" or later lets the merchant say it.</summary>
        public Task Reached(KillWhen when)
        {
            if (when != KillWhen.TheMerchantIsAsked)
            {
                answersAtOnce = true;
                mayAnswer.TrySetResult();
            }

            return Moment(when).Task;
        }

        public void SayYesFromNowOn()
        {
            answersAtOnce = true;
            mayAnswer.TrySetResult();
        }

        public async ValueTask DisposeAsync()
        {
            mayAnswer.TrySetResult();
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        private async Task<IResult> ReceiveAsync(HttpRequest request)
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            var messaging = body.RootElement.GetProperty("entry")[0].GetProperty("messaging")[0];
            if (messaging.TryGetProperty("message", out _))
            {
                customer.TrySetResult(messaging.GetProperty("sender").GetProperty("id").GetString() ?? "");
            }
            else if (messaging.TryGetProperty("pre_checkout", out _))
            {
                Moment(KillWhen.TheMerchantIsAsked).TrySetResult();
                if (!answersAtOnce)
                {
                    await mayAnswer.Task;
                }

                Moment(KillWhen.TheMerchantHasSaidYes).TrySetResult();
                return Results.Json(new { success = true });
            }
            else if (messaging.TryGetProperty("payment", out _))
            {
                PaymentDeliveries.TryAdd(request.Headers["webhook-id"].ToString(), 0);
                Moment(KillWhen.ThePaymentIsTold).TrySetResult();
            }

            return Results.Ok();
        }

        private TaskCompletionSource Moment(KillWhen when) => moments.GetOrAdd(when, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
