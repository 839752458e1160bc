using System.Net;
using System.Text;

namespace Stoa.Bench.Load;

/// <summary>Two devices at the live gateway, members of one thread.</summary>
internal sealed class LivePair : DeliveryPair
{
    private static readonly string text = new('x', 200);
    private readonly string thread;
    private readonly LiveClient sender;
    private readonly LiveClient recipient;

    private LivePair(string thread, LiveClient sender, LiveClient recipient)
    {
        (this.thread, this.sender, this.recipient) = (thread, sender, recipient);
        _ = ReadAsync(() => IsEventAsync(recipient));
        _ = ReadAsync(async () =>
        {
            await IsEventAsync(sender);
            return false;
        });
    }

    public static async Task<LivePair> ConnectAsync(IPEndPoint to, string thread, string senderToken, string recipientToken, CancellationToken cancellationToken, IPEndPoint? recipientAt = null)
    {
        var recipient = await LiveClient.ConnectAsync(recipientAt ?? to, recipientToken, cancellationToken);
        return new(thread, await LiveClient.ConnectAsync(to, senderToken, cancellationToken), recipient);
    }

    public override void Dispose()
    {
        sender.Dispose();
        recipient.Dispose();
    }

    protected override ValueTask SendAsync(CancellationToken cancellationToken) =>
        sender.SendAsync(Encoding.ASCII.GetBytes($$"""{"op":"send","thread":"{{thread}}","clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}"""), cancellationToken);

    private static async ValueTask<bool> IsEventAsync(LiveClient client)
    {
        var frame = await client.ReceiveAsync(CancellationToken.None);
        return LiveClient.IsOp(frame.Span, "error"u8) ? throw new IOException(Encoding.UTF8.GetString(frame.Span)) : LiveClient.IsOp(frame.Span, "event"u8);
    }
}
