using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Wallet;

/// <summary>A head of the chain as it was, kept outside of the database: whoever can rewrite all of the ledger cannot rewrite what was carried away before.</summary>
/// <param name="Block">Number of the chain's block.</param>
/// <param name="SeqTo">The last transfer that it closes over.</param>
/// <param name="Hash">In lower-case hexadecimal digits.</param>
/// <param name="ClosedAt">When the block was closed.</param>
public sealed record ChainAnchor(long Block, long SeqTo, string Hash, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset ClosedAt)
{
    /// <summary>One line of a file of anchors.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Balances.WalletJson.Default.ChainAnchor);
}
