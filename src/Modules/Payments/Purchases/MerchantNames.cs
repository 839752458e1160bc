using Stoa.Kernel;
using Stoa.Threads;
using Stoa.Wallet;

namespace Stoa.Payments.Purchases;

/// <summary>Tells Wallet what merchants are called: as their pages are.</summary>
internal sealed class MerchantNames(IPageDirectory pages) : IMerchantNames
{
    public async ValueTask<IReadOnlyDictionary<PageId, string>> FindAsync(IReadOnlyCollection<PageId> merchants, CancellationToken cancellationToken) =>
        (await pages.FindAsync(merchants, cancellationToken)).ToDictionary(page => page.Key, page => page.Value.Name);
}
