namespace Stoa.Payments.Purchases;

/// <summary>Renews a lease while its worker waits for others, and says when it is lost. In the machine's time: it is about this process being alive.</summary>
internal sealed class KeptLease : IAsyncDisposable
{
    private readonly CancellationTokenSource over;
    private readonly CancellationTokenSource lost;
    private readonly Task renewing;

    public KeptLease(PurchaseStore purchases, PurchaseRow row, TimeSpan lasts, CancellationToken cancellationToken)
    {
        over = new();
        lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        renewing = RenewAsync(purchases, row, lasts);
    }

    /// <summary>Ends with the caller's token, or when another worker has taken over.</summary>
    public CancellationToken Lost => lost.Token;

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await renewing;
        over.Dispose();
        lost.Dispose();
    }

    private async Task RenewAsync(PurchaseStore purchases, PurchaseRow row, TimeSpan lasts)
    {
        try
        {
            using var timer = new PeriodicTimer(lasts / 3);
            while (await timer.WaitForNextTickAsync(over.Token))
            {
                await purchases.RenewAsync(row, lasts, over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
        catch (Exception exception) when (exception is LeaseLostException or Npgsql.NpgsqlException or TimeoutException)
        {
            // Stopped early rather than late: what it would still have written is fenced off anyway.
            await lost.CancelAsync();
        }
    }
}
