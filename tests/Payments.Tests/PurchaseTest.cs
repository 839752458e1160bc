using System.Net.WebSockets;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Sandbox;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>A buyer, a business, and the whole server between them; what several tests of a purchase do.</summary>
public abstract class PurchaseTest : IAsyncLifetime
{
    private protected Stage stage = null!; // InitializeAsync runs before every test.
    private protected Buyer buyer = null!;

    public async ValueTask InitializeAsync()
    {
        stage = await Stage.StartAsync();
        buyer = await stage.SignUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<(string Purchase, string Challenge)> BeginChallengeAsync()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("3184"));
        var waiting = await buyer.WaitForAsync(created.Text("id"), p => p.Text("state") == "requires_action");
        var url = new Uri(waiting.GetProperty("action").Text("url"));
        Assert.StartsWith("pay.", url.Host, StringComparison.Ordinal);
        return (created.Text("id"), url.AbsolutePath);
    }

    private protected async Task<(int Status, string Body)> DecideAsync(string path, bool approve) =>
        await stage.PayOriginAsync(HttpMethod.Post, path, $$"""{"approve":{{(approve ? "true" : "false")}}}""");

    // Moves domain time on until the purchase is settled; each look is due a little later than the one before.
    private protected Task AdvanceUntilAsync(string purchase, TimeSpan step) => Stage.WaitAsync($"purchase {purchase} to settle as time goes on", async () =>
    {
        stage.Server.Clock.Advance(step);
        return Stage.IsSettled(await buyer.GetAsync(purchase));
    });

    private protected async Task<(string Purchase, string Card)> GiveUpAsync()
    {
        var seq = await stage.OfferAsync(buyer.Thread);
        var card = await buyer.AddCardAsync("0127");
        var (_, created) = await buyer.PayAsync(seq, card);
        await AdvanceUntilAsync(created.Text("id"), TimeSpan.FromSeconds(2));
        return (created.Text("id"), card);
    }

    // The request that was thought lost reaches the processor after all.
    private protected async Task ArriveLateAsync(string purchase, string card)
    {
        await stage.AskAsync<int>("update payments.sandbox_cards set last4 = '4242' where last4 = '0127'");
        var cardRef = await stage.AskAsync<string>("select processor_ref from payments.methods where id = @id", new { id = Guid.Parse(card) }) ?? "";
        Assert.IsType<ProcessorAnswer.Known>(await stage.Get<SandboxProcessor>().ChargeAsync(new($"charge/{purchase}", purchase, cardRef, new(214_60, Currency.Eur)), Stage.Ct));
    }

    private protected async Task<long> BalanceAsync(Account account) => (await stage.Get<ILedger>().ReadBalanceAsync(account, Stage.Ct)).Available.AmountMinor;

    private protected static async Task<JsonElement> NextFrameAsync(ClientWebSocket socket, string op)
    {
        var buffer = new byte[64 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stage.Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            var frame = JsonElement.Parse(buffer.AsSpan(0, length));
            if (frame.Text("op") == op)
            {
                return frame;
            }
        }
    }
}
