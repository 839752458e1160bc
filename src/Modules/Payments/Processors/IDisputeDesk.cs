namespace Stoa.Payments.Processors;

/// <summary>A processor at which disputes can be answered from here. One that is not this is answered in the processor's own console.</summary>
internal interface IDisputeDesk
{
    /// <summary>The newest dispute of a payment.</summary>
    /// <returns>Null when there is none; <c>Unclear</c> stands for no answer.</returns>
    Task<DisputeAnswer> FindDisputeAsync(string paymentRef, CancellationToken cancellationToken);

    /// <summary>Gives the payer right: the money is theirs. The same again changes nothing.</summary>
    Task<DisputeAnswer> AcceptDisputeAsync(string paymentRef, CancellationToken cancellationToken);

    /// <summary>Contests it with a text, for good: afterwards the payer's bank decides.</summary>
    /// <param name="requestKey">The same text under the same key is sent once.</param>
    Task<DisputeAnswer> ContestDisputeAsync(string requestKey, string paymentRef, string evidence, CancellationToken cancellationToken);
}

/// <summary>What came of a call about a dispute.</summary>
internal abstract record DisputeAnswer
{
    private DisputeAnswer()
    {
    }

    /// <param name="AnswerBy">When evidence stops being taken; null: the processor does not say.</param>
    public sealed record Known(DisputeStatus Status, DateTimeOffset? AnswerBy) : DisputeAnswer;

    /// <param name="Code"><c>not_found</c>, <c>dispute_closed</c> (decided, or its time is over), <c>config</c>, <c>invalid</c>.</param>
    public sealed record Refused(string Code) : DisputeAnswer;

    /// <summary>No answer: it may have been done. Look again.</summary>
    public sealed record Unclear : DisputeAnswer;
}
