using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Stoa.Bots.Graph;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Sending;

/// <summary>How often a page may call; beyond it 613. Counted on each node: it guards the server, no money hangs on it.</summary>
internal sealed class CallLimits(IOptions<BotsOptions> options, IOptions<StoaOptions> server) : IDisposable
{
    private readonly PartitionedRateLimiter<PageId> sends = PartitionedRateLimiter.Create<PageId, PageId>(page => RateLimitPartition.GetTokenBucketLimiter(
        page, _ => new()
        {
            TokenLimit = options.Value.SendsPerSecondAndPage,
            TokensPerPeriod = options.Value.SendsPerSecondAndPage,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
        }));

    private readonly PartitionedRateLimiter<PageId> profileChanges = PartitionedRateLimiter.Create<PageId, PageId>(page => RateLimitPartition.GetFixedWindowLimiter(
        page, _ => new() { PermitLimit = options.Value.ProfileChangesPerTenMinutes, Window = TimeSpan.FromMinutes(10), AutoReplenishment = true }));

    /// <exception cref="GraphException">613.</exception>
    public void TakeSend(PageId page) => Take(sends, page);

    /// <exception cref="GraphException">613.</exception>
    public void TakeProfileChange(PageId page) => Take(profileChanges, page);

    public void Dispose()
    {
        sends.Dispose();
        profileChanges.Dispose();
    }

    private void Take(PartitionedRateLimiter<PageId> limiter, PageId page)
    {
        using var lease = limiter.AttemptAcquire(page);
        if (!lease.IsAcquired && server.Value.Limits)
        {
            throw new GraphException(GraphErrors.TooManyCalls);
        }
    }
}
