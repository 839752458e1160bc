using System.Text.Json;
using Dapper;
using Stoa.Payments.BetweenPeople;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Sandbox;
using Stoa.Wallet.Chain;
using Stoa.Wallet.Holds;

namespace Stoa.Bench.MoneyFaults;

/// <summary>What a node does by itself: one round of each of its workers, begun by the simulator in the place of a timer.</summary>
internal static class Work
{
    private static readonly JsonSerializerOptions web = new(JsonSerializerDefaults.Web);

    private static CancellationToken None => CancellationToken.None;

    public static readonly IReadOnlyList<Act> All =
    [
        new("advance purchases", AdvancePurchasesAsync),
        new("advance money", async node => await node.Get<MoneyLane>().RunOnceAsync(None)),
        new("tell", TellAsync),
        new("processor tells", async node => await node.Get<SandboxEvents>().RunOnceAsync(None)),
        new("release holds", async node => await node.Get<ReleaseExpiredHolds>().RunOnceAsync(None)),
        new("close blocks", async node => await node.Get<CloseChainBlocks>().RunOnceAsync(None)),
    ];

    /// <summary>A webhook that came before, or comes early: of any payment, under an id that may be known.</summary>
    public static Act Webhook(Surroundings around, int number) => new("webhook again", async node =>
    {
        var told = await Turns.FarAwayAsync(async () =>
        {
            await using var connection = await around.Direct.OpenConnectionAsync();
            return (await connection.QueryAsync<(string Ref, string Reference)>("select ref, reference from payments.sandbox_payments order by created_at, ref")).AsList();
        });
        if (told.Count > 0)
        {
            var (reference, of) = told[number % told.Count];
            // The shape that the sandbox writes.
            var body = JsonSerializer.SerializeToUtf8Bytes(new { id = $"evt_again_{number % 3}_{reference}", paymentRef = reference, reference = of }, web);
            var signature = await Turns.FarAwayAsync(() => node.Get<SandboxProcessor>().SignAsync(body, None));
            await node.Get<ReceiveEvent>().RunAsync(node.Get<IProcessor>(), WebhookCall.Of(SandboxProcessor.SignatureHeader, signature, body), None);
        }
    });

    /// <summary>As the lane's sweep and its workers do: what fails for one purchase does not stop the others.</summary>
    private static async Task AdvancePurchasesAsync(Node node)
    {
        foreach (var due in await node.Get<PurchaseStore>().ListDueAsync(50, None))
        {
            try
            {
                await node.Get<AdvancePurchase>().RunAsync(due, None);
            }
#pragma warning disable CA1031 // The lane's own rule: its lease runs out and the sweep brings it back.
            catch (Exception) when (!node.IsDead)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    /// <summary>The news of money, if there is any.</summary>
    public static async Task TellAsync(Node node)
    {
        foreach (var consumer in node.Consumers)
        {
            await node.Pump.ConsumeBatchAsync(consumer, None);
        }
    }
}
