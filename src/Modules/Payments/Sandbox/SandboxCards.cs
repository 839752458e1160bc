namespace Stoa.Payments.Sandbox;

/// <summary>How the sandbox behaves when it is asked to charge a card.</summary>
internal enum SandboxBehaviour
{
    Succeeds,
    IsDeclined,
    LacksFunds,
    HasExpired,

    /// <summary>The payer's bank asks them first.</summary>
    AsksThePayer,

    /// <summary>The charge is made, and its answer lost. A resend is answered.</summary>
    LosesTheAnswer,

    /// <summary>The request is lost each time: there is never a charge and never an answer.</summary>
    LosesTheRequest,

    /// <summary>Answers "under way"; the charge is made a little later and told of twice.</summary>
    TellsLateAndTwice,

    /// <summary>Charged, and disputed soon after.</summary>
    IsDisputed,

    /// <summary>A refund is under way for a while before it is made.</summary>
    RefundsLate,

    /// <summary>A refund seems made, and its bank sends it back later.</summary>
    RefundFailsLater,
}

/// <summary>The sandbox's test cards as the server knows them: by brand and last four. Their numbers stand in the card page alone.</summary>
internal static class SandboxCards
{
    private static readonly Dictionary<(string Brand, string Last4), SandboxBehaviour> known = new()
    {
        [("visa", "4242")] = SandboxBehaviour.Succeeds,
        [("mastercard", "4444")] = SandboxBehaviour.Succeeds,
        [("amex", "0005")] = SandboxBehaviour.Succeeds,
        [("visa", "0002")] = SandboxBehaviour.IsDeclined,
        [("visa", "9995")] = SandboxBehaviour.LacksFunds,
        [("visa", "0069")] = SandboxBehaviour.HasExpired,
        [("visa", "3184")] = SandboxBehaviour.AsksThePayer,
        [("visa", "0119")] = SandboxBehaviour.LosesTheAnswer,
        [("visa", "0127")] = SandboxBehaviour.LosesTheRequest,
        [("visa", "0341")] = SandboxBehaviour.TellsLateAndTwice,
        [("visa", "0259")] = SandboxBehaviour.IsDisputed,
        [("visa", "7726")] = SandboxBehaviour.RefundsLate,
        [("visa", "5126")] = SandboxBehaviour.RefundFailsLater,
    };

    public static IReadOnlyCollection<(string Brand, string Last4)> All => known.Keys;

    public static bool IsKnown(string brand, string last4) => known.ContainsKey((brand, last4));

    public static SandboxBehaviour BehaviourOf(string brand, string last4) => known[(brand, last4)];
}
