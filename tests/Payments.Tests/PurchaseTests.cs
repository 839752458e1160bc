using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Xunit;
using static Stoa.Payments.Purchases.PurchaseFailure;
using static Stoa.Payments.Purchases.PurchaseState;

namespace Stoa.Payments.Tests;

/// <summary>The state machine, state by state and observation by observation, without a server.</summary>
public sealed class PurchaseTests
{
    private const string Url = "http://pay.localhost/sandbox/challenge/1";

    private static readonly Observation begun = new Observation.Begun();
    private static readonly Observation accepted = new Observation.MerchantAnswered(ConfirmOutcome.Accepted);
    private static readonly Observation refused = new Observation.MerchantAnswered(ConfirmOutcome.Refused);
    private static readonly Observation silent = new Observation.MerchantAnswered(ConfirmOutcome.NoAnswer);
    private static readonly Observation unclear = new Observation.OutcomeUnclear();
    private static readonly Observation neverReceived = new Observation.NeverReceived();
    private static readonly Observation captured = new Observation.PaymentIs(PaymentStatus.Captured);
    private static readonly Observation declined = new Observation.PaymentIs(PaymentStatus.Failed, CardDeclined);
    private static readonly Observation lacksFunds = new Observation.PaymentIs(PaymentStatus.Failed, InsufficientFunds);
    private static readonly Observation asks = new Observation.PaymentIs(PaymentStatus.RequiresAction, ActionUrl: Url);
    private static readonly Observation processing = new Observation.PaymentIs(PaymentStatus.Processing);
    private static readonly Observation voided = new Observation.PaymentIs(PaymentStatus.Voided);
    private static readonly Observation refunded = new Observation.PaymentIs(PaymentStatus.Refunded);

    private static readonly Observation allBack = new Observation.PaymentIs(PaymentStatus.Refunded, RefundedMinor: 100);

    private static readonly (Purchase From, Observation Seen, Purchase To, Verdict Verdict)[] table =
    [
        (At(Created), begun, At(Confirming), Verdict.Applied),

        (At(Confirming), begun, At(Confirming), Verdict.Repeated),
        (At(Confirming), accepted, At(Authorising), Verdict.Applied),
        (At(Confirming), refused, At(MerchantRefused), Verdict.Applied),
        (At(Confirming), silent, At(MerchantNoAnswer), Verdict.Applied),

        (At(Authorising), captured, At(Captured), Verdict.Applied),
        (At(Authorising), declined, At(CardDeclined), Verdict.Applied),
        (At(Authorising), lacksFunds, At(InsufficientFunds), Verdict.Applied),
        (At(Authorising), asks, Asking, Verdict.Applied),
        (At(Authorising), processing, At(Unknown), Verdict.Applied),
        (At(Authorising), unclear, At(Unknown), Verdict.Applied),
        (At(Authorising), neverReceived, At(ProcessorUnavailable), Verdict.Applied),
        (At(Authorising), voided, At(Cancelled), Verdict.Applied),
        (At(Authorising), refunded, At(Refunded), Verdict.Applied),
        // The merchant's word counts once: a late no, asked a second time by a crash, does not stop a charge under way.
        (At(Authorising), accepted, At(Authorising), Verdict.Repeated),
        (At(Authorising), refused, At(Authorising), Verdict.Ignored),

        (Asking, asks, Asking, Verdict.Repeated),
        (Asking, captured, At(Captured), Verdict.Applied),
        (Asking, new Observation.PaymentIs(PaymentStatus.Failed, AuthenticationFailed), At(AuthenticationFailed), Verdict.Applied),
        (Asking, voided, At(Cancelled), Verdict.Applied),
        (Asking, processing, At(Unknown), Verdict.Applied),
        (Asking, unclear, Asking, Verdict.Ignored),

        (At(Unknown), captured, At(Captured), Verdict.Applied),
        (At(Unknown), declined, At(CardDeclined), Verdict.Applied),
        (At(Unknown), asks, Asking, Verdict.Applied),
        (At(Unknown), neverReceived, At(ProcessorUnavailable), Verdict.Applied),
        (At(Unknown), refunded, At(Refunded), Verdict.Applied),
        (At(Unknown), unclear, At(Unknown), Verdict.Repeated),
        (At(Unknown), processing, At(Unknown), Verdict.Repeated),

        (At(Captured), captured, At(Captured), Verdict.Repeated),
        (At(Captured), refunded, At(Refunded), Verdict.Applied),
        (At(Captured), declined, At(Captured), Verdict.Ignored),
        (At(Captured), voided, At(Captured), Verdict.Ignored),
        (At(Captured), processing, At(Captured), Verdict.Ignored),
        (At(Captured), asks, At(Captured), Verdict.Ignored),
        (At(Captured), unclear, At(Captured), Verdict.Ignored),
        (At(Captured), neverReceived, At(Captured), Verdict.Ignored),
        (At(Captured), refused, At(Captured), Verdict.Ignored),

        (At(CardDeclined), captured, At(Captured), Verdict.Contradicts),
        (At(ProcessorUnavailable), captured, At(Captured), Verdict.Contradicts),
        (At(Cancelled), captured, At(Captured), Verdict.Contradicts),
        (At(CardDeclined), declined, At(CardDeclined), Verdict.Repeated),
        (At(CardDeclined), asks, At(CardDeclined), Verdict.Ignored),
        (At(CardDeclined), refunded, At(CardDeclined), Verdict.Ignored),
        (At(CardDeclined), unclear, At(CardDeclined), Verdict.Ignored),
        (At(MerchantRefused), captured, At(MerchantRefused), Verdict.Ignored),
        (At(MerchantNoAnswer), captured, At(MerchantNoAnswer), Verdict.Ignored),
        (At(MerchantRefused), accepted, At(MerchantRefused), Verdict.Ignored),

        (At(Captured), Back(40), Partly(40), Verdict.Applied),
        (At(Unknown), Back(40), Partly(40), Verdict.Applied),
        (At(CardDeclined), Back(40), Partly(40), Verdict.Contradicts),
        (Partly(40), Back(40), Partly(40), Verdict.Repeated),
        (Partly(40), Back(70), Partly(70), Verdict.Applied),
        (Partly(70), allBack, All, Verdict.Applied),
        (Partly(40), declined, Partly(40), Verdict.Ignored),
        (Partly(40), unclear, Partly(40), Verdict.Ignored),
        (All, allBack, All, Verdict.Repeated),
        (All, declined, All, Verdict.Ignored),
        // A bank that sends a refund back: believed, and a person should look.
        (All, Back(40), Partly(40), Verdict.Contradicts),
        (Partly(40), captured, At(Captured), Verdict.Contradicts),
        (All, captured, At(Captured), Verdict.Contradicts),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, table.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_seen_moves_a_purchase_as_the_table_says(int row)
    {
        var (from, seen, to, verdict) = table[row];

        Assert.Equal((to, verdict), from.Apply(seen));
    }

    [Fact]
    public void Nothing_seen_before_the_merchant_agreed_charges()
    {
        foreach (var early in new[] { captured, declined, asks, processing, unclear, neverReceived, refunded })
        {
            Assert.Equal((At(Created), Verdict.Ignored), At(Created).Apply(early));
            Assert.Equal((At(Confirming), Verdict.Ignored), At(Confirming).Apply(early));
        }
    }

    [Fact]
    public void Any_order_of_a_charge_s_news_ends_captured()
    {
        Observation[] news = [unclear, processing, captured, asks, declined];
        foreach (var order in Permutations(news))
        {
            var purchase = order.Aggregate(At(Authorising), (current, seen) => current.Apply(seen).Next);

            // Once captured was seen, nothing takes it away; a decline seen before it is contradicted by it.
            Assert.Equal(Captured, purchase.State);
        }
    }

    private static IEnumerable<Observation[]> Permutations(Observation[] of) =>
        of.Length <= 1 ? [of] : of.SelectMany((first, i) => Permutations([.. of[..i], .. of[(i + 1)..]]).Select(rest => (Observation[])[first, .. rest]));

    private static Purchase Asking => new(RequiresAction, ActionUrl: Url);

    private static Purchase All => new(Refunded, RefundedMinor: 100);

    private static Purchase Partly(long minor) => new(PartlyRefunded, RefundedMinor: minor);

    private static Observation.PaymentIs Back(long minor) => new Observation.PaymentIs(PaymentStatus.Captured, RefundedMinor: minor);

    private static Purchase At(PurchaseState state) => new(state);

    private static Purchase At(PurchaseFailure failure) => new(Failed, failure);
}
