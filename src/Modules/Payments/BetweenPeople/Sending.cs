namespace Stoa.Payments.BetweenPeople;

/// <summary>Where money that somebody sends can be.</summary>
internal enum SendingState
{
    /// <summary>Wanted and written down; the ledger has not been asked, or its answer was lost.</summary>
    Created,

    /// <summary>Held on the sender's balance until its time comes; they may still take it back.</summary>
    Waiting,

    /// <summary>Out of the sender's balance and in nobody's: it waits for somebody who has not joined yet.</summary>
    Unclaimed,

    Sent,
    Cancelled,
    Returned,

    /// <summary>Nothing moved.</summary>
    Failed,
}

/// <summary>What the ledger said. Nothing else changes where money is.</summary>
internal enum SendingSeen
{
    Held,
    PutAside,
    Arrived,
    TakenBack,
    GivenBack,
    Refused,
}

internal static class Sending
{
    public static bool IsFinal(this SendingState state) => state is SendingState.Sent or SendingState.Cancelled or SendingState.Returned or SendingState.Failed;

    /// <returns>The state after it, the same one for what was seen before, and null for what cannot follow: a bug, since the ledger resolves a hold once.</returns>
    public static SendingState? Next(this SendingState state, SendingSeen seen) => (state, seen) switch
    {
        (SendingState.Created, SendingSeen.Held) or (SendingState.Waiting, SendingSeen.Held) => SendingState.Waiting,
        (SendingState.Created, SendingSeen.PutAside) or (SendingState.Unclaimed, SendingSeen.PutAside) => SendingState.Unclaimed,
        (SendingState.Created or SendingState.Waiting or SendingState.Unclaimed or SendingState.Sent, SendingSeen.Arrived) => SendingState.Sent,
        (SendingState.Waiting or SendingState.Cancelled, SendingSeen.TakenBack) => SendingState.Cancelled,
        (SendingState.Unclaimed or SendingState.Returned, SendingSeen.GivenBack) => SendingState.Returned,
        (SendingState.Created or SendingState.Failed, SendingSeen.Refused) => SendingState.Failed,
        _ => null,
    };
}
