namespace Stoa.Payments.Processors;

/// <summary>A call to a processor has an end: what is not answered by then is not answered.</summary>
internal static class Patience
{
    // Beyond what a person waits for; the reconciler goes on.
    private static readonly TimeSpan processorAnswersWithin = TimeSpan.FromSeconds(30);

    public static async Task<ProcessorAnswer> CallAsync(TimeProvider time, Func<CancellationToken, Task<ProcessorAnswer>> call, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(processorAnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ProcessorAnswer.Unclear.Instance;
        }
    }
}
