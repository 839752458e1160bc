using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Stoa.Payments.Purchases;

/// <summary>Works on purchases: at once those begun or told of here, and each second whatever is due, on whichever node its worker died.</summary>
internal sealed partial class PurchaseLane(PurchaseStore purchases, IServiceProvider services, IOptions<PaymentsOptions> options, ILogger<PurchaseLane> log) : BackgroundService
{
    private const int WaitingMax = 4096;
    private static readonly TimeSpan sweepEvery = TimeSpan.FromSeconds(1);

    // When it is full, the sweep finds what was dropped.
    private readonly Channel<Guid> waiting = Channel.CreateBounded<Guid>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Says that this purchase can be worked on.</summary>
    public void Start(Guid purchase) => waiting.Writer.TryWrite(purchase);

    /// <summary>Finds what is due and hands it to the workers.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var due = await purchases.ListDueAsync(WaitingMax / 8, cancellationToken);
        foreach (var purchase in due)
        {
            Start(purchase);
        }

        return due.Count;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.WorkersMax == 0
        ? Task.CompletedTask
        : Task.WhenAll(Enumerable.Range(0, options.Value.WorkersMax).Select(_ => WorkAsync(stoppingToken)).Append(SweepAllAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        // Resolved late: whoever advances a purchase may, through the merchant's side, depend on all of the server.
        var advance = (AdvancePurchase?)services.GetService(typeof(AdvancePurchase)) ?? throw new InvalidOperationException("AdvancePurchase is not registered.");
        try
        {
            await foreach (var purchase in waiting.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await advance.RunAsync(purchase, stoppingToken);
                }
#pragma warning disable CA1031 // One purchase that cannot be advanced must not stop the others; its lease runs out and the sweep brings it back.
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogFailed(exception, purchase);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way is taken up by the next start.
        }
    }

    private async Task SweepAllAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(sweepEvery);
        try
        {
            do
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    LogSweepFailed(exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    [LoggerMessage(405, LogLevel.Error, "Purchase {Purchase} could not be advanced; it is tried again when its lease is over.")]
    private partial void LogFailed(Exception exception, Guid purchase);

    [LoggerMessage(406, LogLevel.Warning, "Due purchases could not be listed; tried again in a second.")]
    private partial void LogSweepFailed(Exception exception);
}
