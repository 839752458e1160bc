using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Refunds;

[JsonConverter(typeof(SnakeCaseEnumConverter<RefundState>))]
internal enum RefundState
{
    /// <summary>Asked for, or on its way: it counts against what is left to refund.</summary>
    Pending,

    Succeeded,

    /// <summary>Nothing went back, or it came back.</summary>
    Failed,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<RefundFailure>))]
internal enum RefundFailure
{
    /// <summary>The processor refuses: too late, disputed, or its account is closed to it.</summary>
    Refused,

    /// <summary>Something else has given the money back in the meantime, in the processor's own console say.</summary>
    Exceeds,

    /// <summary>The merchant's balance does not hold so much.</summary>
    InsufficientFunds,

    /// <summary>The payer's bank sent it back.</summary>
    Returned,

    /// <summary>The processor surely never received it.</summary>
    ProcessorUnavailable,
}

/// <summary>A stored refund of a purchase.</summary>
internal sealed record Refund(
    Guid Id, Guid Purchase, Money Amount, string? Reason, RefundState State, RefundFailure? Failure, string? ProcessorRef, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>One refund is one request, however often it is sent.</summary>
    public string RequestKey => $"refund/{Id}";
}

/// <summary>What has gone back of a purchase through us, and what is on its way.</summary>
internal readonly record struct RefundSums(long SucceededMinor, long PendingMinor)
{
    /// <summary>All that has gone back for certain: ours, and what the processor knows beyond ours.</summary>
    /// <param name="processorMinor">The processor's own sum, with what is on its way; 0 where there is none.</param>
    public long TotalMinor(long processorMinor) => SucceededMinor + Math.Max(0, processorMinor - SucceededMinor - PendingMinor);
}
