using Stoa.Kernel;

namespace Stoa.Wallet;

/// <summary>Names of the merchants that money went to or came from. Wallet knows no pages; the Payments module asks who does.</summary>
public interface IMerchantNames
{
    /// <summary>Names as people see them; unknown pages are left out.</summary>
    ValueTask<IReadOnlyDictionary<PageId, string>> FindAsync(IReadOnlyCollection<PageId> merchants, CancellationToken cancellationToken);
}
