using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Refunds;
using Stoa.Payments.Sandbox;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

/// <summary>
/// A worker is killed at every step it takes, one after the other: before each statement it sends to the database, and before and after each
/// call to the merchant, the processor and the ledger. Another worker then finishes from what was stored.
/// </summary>
public sealed class KilledAtAnyStepTests
{
    private const int StepsMax = 200;

    [Theory]
    [InlineData("4242", "captured", 10)]
    [InlineData("balance:EUR", "captured", 8)]
    [InlineData("0119", "captured", 10)]
    [InlineData("0002", "failed", 10)]
    [InlineData("too little", "failed", 5)]
    public async Task A_purchase_whose_worker_is_killed_at_any_step_is_charged_once_or_not_at_all(string method, string state, int stepsLeast)
    {
        await using var stage = await StartAsync();
        var buyer = await stage.SignUpAsync();
        var seq = await stage.OfferAsync(buyer.Thread, amount: "1.00", elements: StepsMax);
        await stage.GiveAsync(buyer.Id, method == "too little" ? 99 : 100_00);
        var pay = method is "balance:EUR" or "too little" ? "balance:EUR" : await buyer.AddCardAsync(method);
        var steps = 0;
        for (; steps < StepsMax; steps++)
        {
            var (status, created) = await buyer.PayAsync(seq, pay, element: steps);
            Assert.Equal(201, status);
            var id = Guid.Parse(created.Text("id"));
            var finished = await KillAtAsync(steps, () => stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct));

            // Meanwhile the lease runs out, and time goes on.
            await stage.EndLeasesAsync();
            await FinishAsync(stage, buyer, id);

            var purchase = await buyer.GetAsync(id.ToString());
            Assert.True(state == purchase.Text("state"), $"Killed at step {steps}, it ended as {purchase}.");
            if (finished)
            {
                break;
            }
        }

        Assert.InRange(steps, stepsLeast, StepsMax - 1);
        await stage.SettleAsync();
        var paid = state == "captured" ? steps + 1 : 0;
        Assert.Equal(paid, stage.Orders.All.Count);
        Assert.Equal(paid, await stage.CountAsync("threads.events where kind = 3"));
        Assert.Equal(method is "balance:EUR" ? 0 : paid, await stage.CountAsync("payments.sandbox_payments where status = 'captured'"));
        Assert.Equal(method is "balance:EUR" ? paid : 0, await stage.CountAsync("wallet.transfers where kind = 2"));
        Assert.Equal(0, await stage.CountAsync("wallet.accounts where debits_pending <> 0"));
    }

    [Theory]
    [InlineData("4242", 6)]
    [InlineData("balance:EUR", 5)]
    public async Task A_refund_whose_worker_is_killed_at_any_step_goes_back_once(string method, int stepsLeast)
    {
        await using var stage = await StartAsync();
        var buyer = await stage.SignUpAsync();
        var seq = await stage.OfferAsync(buyer.Thread, amount: "1.00", elements: StepsMax);
        await stage.GiveAsync(buyer.Id, 100_00);
        var pay = method is "balance:EUR" ? method : await buyer.AddCardAsync(method);
        var steps = 0;
        for (; steps < StepsMax; steps++)
        {
            var (_, created) = await buyer.PayAsync(seq, pay, element: steps);
            var id = Guid.Parse(created.Text("id"));
            await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);
            var (refund, _) = await stage.Get<RefundStore>().CreateAsync(Stage.Halcyon, id, Guid.NewGuid(), 40, null, [1], Stage.Ct);
            var finished = await KillAtAsync(steps, () => stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct));

            await stage.EndLeasesAsync();
            await Stage.WaitAsync($"refund {refund.Id} to be finished by another worker", async () =>
            {
                await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);
                return (await stage.Get<RefundStore>().ListAsync(id, Stage.Ct))[0].State == RefundState.Succeeded;
            });
            await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);

            var purchase = await buyer.GetAsync(id.ToString());
            Assert.True("partly_refunded" == purchase.Text("state"), $"Killed at step {steps}, it ended as {purchase}.");
            if (finished)
            {
                break;
            }
        }

        Assert.InRange(steps, stepsLeast, StepsMax - 1);
        await stage.SettleAsync();
        Assert.Equal(2 * (steps + 1), await stage.CountAsync("threads.events where kind = 3"));
        Assert.Equal(steps + 1, stage.Orders.All.Count);
        Assert.Equal(steps + 1, stage.Refunds.All.Count);
        Assert.Equal(method is "balance:EUR" ? 0 : steps + 1, await stage.CountAsync("payments.sandbox_refunds where amount_minor = 40"));
        Assert.Equal(method is "balance:EUR" ? steps + 1 : 0, await stage.CountAsync("wallet.transfers where code = 'refund' and amount_minor = 40"));
    }

    [Fact]
    public async Task A_refund_that_is_made_counts_before_the_purchase_says_so()
    {
        await using var stage = await StartAsync();
        var buyer = await stage.SignUpAsync();
        await stage.GiveAsync(buyer.Id, 300_00);
        var (_, created) = await buyer.PayAsync(await stage.OfferAsync(buyer.Thread), "balance:EUR");
        var id = Guid.Parse(created.Text("id"));
        await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);
        var refunds = stage.Get<RefundStore>();
        var (refund, _) = await refunds.CreateAsync(Stage.Halcyon, id, Guid.NewGuid(), 200_00, null, [1], Stage.Ct);
        var row = await stage.Get<PurchaseStore>().LeaseAsync(id, TimeSpan.FromSeconds(9), Stage.Ct) ?? throw new InvalidOperationException("Nobody else had it.");
        Assert.False(await stage.Get<SettleRefunds>().AdvanceAsync(row, Stage.Ct));

        // The worker dies here: the refund is made, and the purchase does not know yet.
        var (status, problem) = await stage.RefundAsync(id.ToString(), 14_61);

        Assert.Equal((422, "refund_exceeds"), (status, problem.Text("code")));
        await stage.EndLeasesAsync();
        await stage.SettleAsync();
        Assert.Equal(200_00, (await buyer.GetAsync(id.ToString())).GetProperty("refunded").GetProperty("amountMinor").GetInt64());
    }

    [Fact]
    public async Task The_thread_is_told_once_however_often_the_teller_is_killed()
    {
        await using var stage = await StartAsync(failAppends: true);
        var buyer = await stage.SignUpAsync();
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("4242"));

        await stage.Get<AdvancePurchase>().RunAsync(Guid.Parse(created.Text("id")), Stage.Ct);
        await stage.SettleAsync();

        Assert.Single(await buyer.PaymentEventsAsync());
        Assert.Single(stage.Orders.All);
        Assert.Equal([1], stage.Orders.PaymentEventsSeen);
    }

    [Fact]
    public async Task A_worker_that_was_only_slow_cannot_write_over_its_successor()
    {
        await using var stage = await StartAsync();
        var buyer = await stage.SignUpAsync();
        var seq = await stage.OfferAsync(buyer.Thread);
        var (_, created) = await buyer.PayAsync(seq, await buyer.AddCardAsync("4242"));
        var id = Guid.Parse(created.Text("id"));
        var store = stage.Get<PurchaseStore>();
        var slow = await store.LeaseAsync(id, TimeSpan.FromSeconds(9), Stage.Ct) ?? throw new InvalidOperationException("Nobody else had it.");
        Assert.Null(await store.LeaseAsync(id, TimeSpan.FromSeconds(9), Stage.Ct));

        await stage.EndLeasesAsync();
        await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);

        await Assert.ThrowsAsync<LeaseLostException>(() => store.ApplyAsync(slow, new Observation.Begun(), Stage.Ct));
        await Assert.ThrowsAsync<LeaseLostException>(() => store.ReleaseAsync(slow, null, Stage.Ct));
        await Assert.ThrowsAsync<LeaseLostException>(() => store.RenewAsync(slow, TimeSpan.FromSeconds(9), Stage.Ct));
        Assert.Equal("captured", (await buyer.GetAsync(created.Text("id"))).Text("state"));
        await stage.SettleAsync();
    }

    [Fact]
    public async Task Two_workers_at_once_charge_once()
    {
        await using var stage = await StartAsync();
        var buyer = await stage.SignUpAsync();
        var seq = await stage.OfferAsync(buyer.Thread, elements: 10);
        var card = await buyer.AddCardAsync("4242");
        for (var element = 0; element < 10; element++)
        {
            var (_, created) = await buyer.PayAsync(seq, card, element: element);
            var id = Guid.Parse(created.Text("id"));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct)));
            Assert.Equal("captured", (await buyer.GetAsync(created.Text("id"))).Text("state"));
        }

        await stage.SettleAsync();
        Assert.Equal(10, stage.Orders.All.Count);
        Assert.Equal(10, stage.Merchant.Asked.Count);
    }

    private static Task<Stage> StartAsync(bool failAppends = false) => Stage.StartAsync(workers: 0, prepare: false, services: services =>
    {
        var merchant = (Merchant?)services.Last(s => s.ServiceType == typeof(IConfirmPurchase)).ImplementationInstance ?? throw new InvalidOperationException("The stage plays the merchant.");
        services.RemoveAll<IConfirmPurchase>();
        services.AddSingleton<IConfirmPurchase>(new MortalMerchant(merchant));
        services.RemoveAll<IProcessor>();
        services.AddSingleton<IProcessor>(provider => new MortalProcessor(provider.GetRequiredService<SandboxProcessor>()));
        var ledger = services.Last(s => s.ServiceType == typeof(ILedger));
        services.RemoveAll<ILedger>();
        services.AddSingleton<ILedger>(provider => new MortalLedger((ILedger)ledger.ImplementationFactory!(provider))); // Registered by a factory, as the server does.
        if (failAppends)
        {
            FailEachAppendOnce.AddTo(services);
        }
    });

    /// <returns>Whether the work came to its end before its death.</returns>
    private static async Task<bool> KillAtAsync(int step, Func<Task> work)
    {
        using var listener = Death.AtStatements();
        try
        {
            await Death.AfterAsync(step, work);
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private static Task FinishAsync(Stage stage, Buyer buyer, Guid id) => Stage.WaitAsync($"purchase {id} to be finished by another worker", async () =>
    {
        await stage.Get<AdvancePurchase>().RunAsync(id, Stage.Ct);
        if (Stage.IsSettled(await buyer.GetAsync(id.ToString())))
        {
            return true;
        }

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        return false;
    });

    private sealed class MortalMerchant(IConfirmPurchase inner) : IConfirmPurchase
    {
        public Task<ConfirmOutcome> ConfirmAsync(PurchaseToConfirm purchase, CancellationToken cancellationToken) => Death.AroundAsync(() => inner.ConfirmAsync(purchase, cancellationToken));
    }

    // The sandbox is a remote service: what it does inside, it does whether or not we are alive.
    private sealed class MortalProcessor(IProcessor inner) : IProcessor
    {
        public string Name => inner.Name;

        public ProcessorTraits Traits => inner.Traits;

        public Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken) => inner.BeginSaveAsync(customer, cancellationToken);

        public Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken) => inner.SaveAsync(token, customer, cancellationToken);

        public Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken) => inner.DeleteSavedAsync(cardRef, cancellationToken);

        public Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken) => FarAwayAsync(() => inner.ChargeAsync(charge, cancellationToken));

        public Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken) =>
            FarAwayAsync(() => inner.CaptureAsync(requestKey, paymentRef, amountMinor, cancellationToken));

        public Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken) => FarAwayAsync(() => inner.VoidAsync(paymentRef, cancellationToken));

        public Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken) => FarAwayAsync(() => inner.RefundAsync(refund, cancellationToken));

        public Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken) =>
            FarAwayAsync(() => inner.FindRefundAsync(refund, refundRef, cancellationToken));

        public Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken) => FarAwayAsync(() => inner.GetAsync(paymentRef, cancellationToken));

        public Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken) => FarAwayAsync(() => inner.FindByReferenceAsync(reference, cancellationToken));

        public Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken) => inner.SendOneUnitAsync(cancellationToken);

        public Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken) => inner.ParseWebhookAsync(call, cancellationToken);

        private static Task<ProcessorAnswer> FarAwayAsync(Func<Task<ProcessorAnswer>> call) => Death.AroundAsync(() => Death.SuspendedAsync(call));
    }
}

/// <summary>A ledger that its caller may not live to ask, or to hear from.</summary>
internal sealed class MortalLedger(ILedger inner) : ILedger
{
    public Task<IReadOnlyList<TransferOutcome>> PostAsync(IReadOnlyList<Transfer> transfers, CancellationToken cancellationToken) => Death.AroundAsync(() => inner.PostAsync(transfers, cancellationToken));

    public Task<TransferOutcome?> FindAsync(Guid transfer, CancellationToken cancellationToken) => Death.AroundAsync(() => inner.FindAsync(transfer, cancellationToken));

    public Task<Balance> ReadBalanceAsync(Account account, CancellationToken cancellationToken) => inner.ReadBalanceAsync(account, cancellationToken);

    public Task<Balance> ReadBalanceAsync(Account account, DateTimeOffset asOf, CancellationToken cancellationToken) => inner.ReadBalanceAsync(account, asOf, cancellationToken);

    public Task<IReadOnlyList<Balance>> ReadBalancesAsync(PersonId person, CancellationToken cancellationToken) => inner.ReadBalancesAsync(person, cancellationToken);
}

/// <summary>Dying after so many steps, for whatever runs within.</summary>
internal static class Death
{
    private static readonly AsyncLocal<Countdown?> countdown = new();

    public static async Task AfterAsync(int steps, Func<Task> work)
    {
        countdown.Value = new(steps);
        try
        {
            await work();
        }
        finally
        {
            countdown.Value = null;
        }
    }

    public static async Task<T> AroundAsync<T>(Func<Task<T>> call)
    {
        Step();
        var answer = await call();
        Step();
        return answer;
    }

    public static async Task<T> SuspendedAsync<T>(Func<Task<T>> call)
    {
        countdown.Value = null;
        return await call();
    }

    /// <summary>Npgsql tells of each statement before it is sent; telling is a place to die.</summary>
    public static ActivityListener AtStatements()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => countdown.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            ActivityStarted = _ => Step(),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static void Step()
    {
        if (countdown.Value is { } life && Interlocked.Decrement(ref life.Left) < 0)
        {
            throw new KilledException();
        }
    }

    private sealed class Countdown(int left)
    {
        public int Left = left;
    }
}

internal sealed class KilledException() : Exception("Killed by the test.");
