using System.Net;
using System.Text;

namespace Stoa.Bench.Load;

/// <summary>Pairs of devices of which one sends and the other receives; each message is sent when an earlier one of the same lane has arrived.</summary>
internal sealed class DeliveryLoad : IDisposable
{
    private readonly List<Pair> pairs = [];

    public int Devices => pairs.Count * 2;

    /// <param name="pairs">Thread, and the tokens of its two members.</param>
    public static async Task<DeliveryLoad> ConnectAsync(IPEndPoint to, IEnumerable<(string Thread, string Sender, string Recipient)> pairs, CancellationToken cancellationToken)
    {
        var load = new DeliveryLoad();
        foreach (var (thread, sender, recipient) in pairs)
        {
            var receiving = await LiveClient.ConnectAsync(to, recipient, cancellationToken);
            load.pairs.Add(new(thread, await LiveClient.ConnectAsync(to, sender, cancellationToken), receiving));
        }

        return load;
    }

    /// <summary>As many messages under way as there are lanes, each from the sender's socket to the recipient's.</summary>
    public Task<(double PerSecond, Latencies Latencies, long Refused)> RunAsync(int lanes, int seconds, CancellationToken cancellationToken, ProcessorTime? meter = null)
    {
        var turns = new int[lanes];
        // Pairs are dealt to the lanes, so that no pair has two messages under way.
        return ClosedLoop.RunAsync(lanes, seconds, async (lane, cancel) =>
        {
            var mine = (pairs.Count - lane + lanes - 1) / lanes;
            await pairs[lane + (turns[lane]++ % mine * lanes)].DeliverAsync(cancel);
            return true;
        }, cancellationToken, meter);
    }

    public void Dispose() => pairs.ForEach(pair => pair.Dispose());

    private sealed class Pair : IDisposable
    {
        private static readonly string text = new('x', 200);
        private readonly string thread;
        private readonly LiveClient sender;
        private readonly LiveClient recipient;
        private volatile TaskCompletionSource? arrives;

        public Pair(string thread, LiveClient sender, LiveClient recipient)
        {
            (this.thread, this.sender, this.recipient) = (thread, sender, recipient);
            _ = ReadAsync(recipient, isRecipient: true);
            _ = ReadAsync(sender, isRecipient: false);
        }

        public async Task DeliverAsync(CancellationToken cancellationToken)
        {
            // Its continuation, the next send, runs where the frame was read: another change of threads would be the generator's own slowness.
            var arrived = arrives = new();
            await sender.SendAsync(Encoding.ASCII.GetBytes($$"""{"op":"send","thread":"{{thread}}","clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}"""), cancellationToken);
            await arrived.Task;
        }

        public void Dispose()
        {
            sender.Dispose();
            recipient.Dispose();
        }

        private async Task ReadAsync(LiveClient client, bool isRecipient)
        {
            try
            {
                while (true)
                {
                    var frame = await client.ReceiveAsync(CancellationToken.None);
                    if (LiveClient.IsOp(frame.Span, "error"u8))
                    {
                        throw new IOException(Encoding.UTF8.GetString(frame.Span));
                    }

                    if (isRecipient && LiveClient.IsOp(frame.Span, "event"u8))
                    {
                        arrives?.TrySetResult();
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                arrives?.TrySetException(exception);
            }
        }
    }
}
