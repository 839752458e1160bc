namespace Stoa.Payments.BetweenPeople;

/// <summary>Where a share of a bill can be. A request to one person is a bill with one share.</summary>
internal enum ShareState
{
    Open,

    /// <summary>A transfer for it is under way; when that fails, the share is open again.</summary>
    Paying,

    Paid,
    Declined,

    /// <summary>The asker wants it no more.</summary>
    Cancelled,

    Expired,
}

internal enum ShareAct
{
    BeginPaying,
    Pay,
    FailToPay,
    Decline,
    Cancel,
    Expire,
}

/// <summary>What a bill comes to, of all its shares.</summary>
internal enum BillState
{
    Open,

    /// <summary>Some have paid, and others still may.</summary>
    PartlyPaid,

    Paid,

    /// <summary>Nobody will pay any more, and not all have.</summary>
    Declined,
    Cancelled,
    Expired,
}

internal static class Shares
{
    public static bool IsFinal(this ShareState state) => state is not (ShareState.Open or ShareState.Paying);

    /// <returns>The state after the act; null when it is not possible (any more), and nothing happens.</returns>
    public static ShareState? Next(this ShareState state, ShareAct act) => (state, act) switch
    {
        (ShareState.Open, ShareAct.BeginPaying) => ShareState.Paying,
        (ShareState.Paying, ShareAct.Pay) => ShareState.Paid,
        (ShareState.Paying, ShareAct.FailToPay) => ShareState.Open,
        (ShareState.Open, ShareAct.Decline) => ShareState.Declined,
        (ShareState.Open, ShareAct.Cancel) => ShareState.Cancelled,
        (ShareState.Open, ShareAct.Expire) => ShareState.Expired,
        _ => null,
    };

    public static BillState Sum(IReadOnlyCollection<ShareState> shares) => shares switch
    {
        _ when shares.All(share => share == ShareState.Paid) => BillState.Paid,
        _ when shares.Any(share => !share.IsFinal()) => shares.Contains(ShareState.Paid) ? BillState.PartlyPaid : BillState.Open,
        _ when shares.Contains(ShareState.Expired) => BillState.Expired,
        _ when shares.Contains(ShareState.Cancelled) => BillState.Cancelled,
        _ => BillState.Declined,
    };

    /// <summary>Divides a bill by the number of heads, the asker's own among them. What does not divide stays with the asker.</summary>
    /// <returns>What each of the others bears, and what the asker does: together the amount, to the last minor unit. Null when a share would be nothing.</returns>
    public static (long Each, long Own)? Equally(long amountMinor, int others, bool withMyself)
    {
        var each = amountMinor / (others + (withMyself ? 1 : 0));
        return each < 1 ? null : (each, amountMinor - (each * others));
    }
}
