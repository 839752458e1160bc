using System.Globalization;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Webhooks;

/// <summary>What a delivery carries beside its body (docs/protocol/webhooks.md).</summary>
internal static class WebhookHeaders
{
    /// <param name="timestamp">Seconds of real time: the verifier compares with its own clock.</param>
    public static IReadOnlyList<(string Name, string Value)> Compose(string secret, Guid webhook, long number, long timestamp, ReadOnlySpan<byte> body)
    {
        var id = webhook.ToString();
        return
        [
            ("User-Agent", "facebookexternalua"),
            ("Accept", "*/*"),
            ("X-Hub-Signature", WebhookBytes.SignSha1(secret, body)),
            ("X-Hub-Signature-256", WebhookBytes.SignSha256(secret, body)),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture)),
            ("webhook-signature", WebhookBytes.SignStandard(secret, id, timestamp, body)),
            ("Stoa-Sequence", number.ToString(CultureInfo.InvariantCulture)),
        ];
    }
}
