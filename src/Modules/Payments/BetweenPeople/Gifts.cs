namespace Stoa.Payments.BetweenPeople;

/// <summary>Where a gift can be.</summary>
internal enum GiftState
{
    /// <summary>Wanted and written down; the ledger has not put it aside yet.</summary>
    Created,

    /// <summary>Members may take.</summary>
    Open,

    /// <summary>Its time is over: nobody takes any more, and the rest is on its way back.</summary>
    Ending,

    /// <summary>All of it was taken.</summary>
    Finished,

    /// <summary>The rest is with the giver again.</summary>
    Returned,

    /// <summary>Nothing moved.</summary>
    Failed,
}

internal enum GiftSeen
{
    PutAside,
    Refused,
    TimeIsOver,
    AllTaken,
    RestIsBack,
}

internal static class Gifts
{
    public const int PortionsMax = 100;

    public static bool IsFinal(this GiftState state) => state is GiftState.Finished or GiftState.Returned or GiftState.Failed;

    /// <returns>The state after it, the same for what was seen before; null for what cannot follow.</returns>
    public static GiftState? Next(this GiftState state, GiftSeen seen) => (state, seen) switch
    {
        (GiftState.Created or GiftState.Open, GiftSeen.PutAside) => GiftState.Open,
        (GiftState.Created or GiftState.Failed, GiftSeen.Refused) => GiftState.Failed,
        (GiftState.Open or GiftState.Ending, GiftSeen.TimeIsOver) => GiftState.Ending,
        (GiftState.Open or GiftState.Ending or GiftState.Finished, GiftSeen.AllTaken) => GiftState.Finished,
        (GiftState.Ending or GiftState.Returned, GiftSeen.RestIsBack) => GiftState.Returned,
        _ => null,
    };

    /// <summary>As equal as minor units allow: what does not divide goes to the first ones, one unit each.</summary>
    public static long[] Equally(long amountMinor, int portions)
    {
        var (each, left) = Math.DivRem(amountMinor, portions);
        return [.. Enumerable.Range(0, portions).Select(i => i < left ? each + 1 : each)];
    }

    /// <summary>By chance, none of them nothing, together the whole. Each is drawn up to twice the mean of what is left, so that the first and the last have the same chances.</summary>
    /// <param name="draw">A number from the first to the second, both included.</param>
    public static long[] ByChance(long amountMinor, int portions, Func<long, long, long> draw)
    {
        var shares = new long[portions];
        for (var i = 0; i < portions - 1; i++)
        {
            var (left, heads) = (amountMinor, portions - i);
            // Those who come after need one unit each at least.
            shares[i] = draw(1, Math.Min(Math.Max(1, (2 * (left / heads)) - 1), left - (heads - 1)));
            amountMinor -= shares[i];
        }

        shares[portions - 1] = amountMinor;
        return shares;
    }
}
