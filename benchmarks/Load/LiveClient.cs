using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stoa.Bench.Load;

/// <summary>One device at the live gateway. A bare socket with as much of RFC 6455 as the gateway's frames need: the generator shares the cores with the server.</summary>
internal sealed class LiveClient : IDisposable
{
    private const int HeaderMax = 8;
    private const byte TextFrame = 0x81;
    private const byte CloseFrame = 0x88;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] received = new byte[2048];
    private int length;
    private int taken;

    private LiveClient()
    {
    }

    /// <summary>Connects, says hello and returns once the server is ready.</summary>
    /// <param name="resume">The member <c>resume</c> of the hello, a JSON object; null to leave it out.</param>
    /// <exception cref="IOException">Refused or cut.</exception>
    public static async Task<LiveClient> ConnectAsync(IPEndPoint to, string token, CancellationToken cancellationToken, string? resume = null)
    {
        var client = new LiveClient();
        try
        {
            await client.socket.ConnectAsync(to, cancellationToken);
            await client.UpgradeAsync(cancellationToken);
            await client.SendAsync(Encoding.ASCII.GetBytes($$"""{"op":"hello","token":"{{token}}"{{(resume is null ? "" : $",\"resume\":{resume}")}}}"""), cancellationToken);
            while (!IsOp((await client.ReceiveAsync(cancellationToken)).Span, "ready"u8))
            {
            }

            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Whether a frame is of this kind; the server writes the member <c>op</c> first.</summary>
    public static bool IsOp(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> op) =>
        frame.StartsWith("{\"op\":\""u8) && frame[7..].StartsWith(op) && frame.Length > 7 + op.Length && frame[7 + op.Length] == (byte)'"';

    /// <summary>Sends one text frame. One at a time for each client.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var frame = new byte[HeaderMax + json.Length];
        frame[0] = TextFrame;
        var at = 2;
        if (json.Length < 126)
        {
            frame[1] = (byte)(0x80 | json.Length);
        }
        else
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)json.Length));
            at = 4;
        }

        // Masked with zeros, which changes nothing and saves the cores: no proxy is on the way that a mask would protect.
        json.CopyTo(frame.AsMemory(at + 4));
        await socket.SendAsync(frame.AsMemory(0, at + 4 + json.Length), cancellationToken);
    }

    /// <returns>The next text frame; valid until the next call.</returns>
    /// <exception cref="IOException">The server has closed the connection.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(out var frame))
            {
                return frame;
            }

            received.AsSpan(taken, length - taken).CopyTo(received);
            (length, taken) = (length - taken, 0);
            if (length == received.Length)
            {
                Array.Resize(ref received, received.Length * 2);
            }

            var read = await socket.ReceiveAsync(received.AsMemory(length), cancellationToken);
            length += read > 0 ? read : throw new IOException("The server has cut the connection.");
        }
    }

    public void Dispose() => socket.Dispose();

    private bool TryTake(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        var bytes = received.AsSpan(taken, length - taken);
        if (bytes.Length < 2)
        {
            return false;
        }

        var (from, size) = bytes[1] switch
        {
            < 126 => (2, (int)bytes[1]),
            126 when bytes.Length >= 4 => (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])),
            127 when bytes.Length >= 10 => (10, checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]))),
            _ => (0, 0),
        };
        if (from == 0 || bytes.Length < from + size)
        {
            return false;
        }

        if (bytes[0] == CloseFrame)
        {
            throw new IOException($"The server closed the connection with {BinaryPrimitives.ReadUInt16BigEndian(bytes[from..])}.");
        }

        frame = received.AsMemory(taken + from, size);
        taken += from + size;
        return bytes[0] == TextFrame ? true : throw new IOException($"The server sent a frame of kind {bytes[0]:x2}.");
    }

    private async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await socket.SendAsync("GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"u8.ToArray(), cancellationToken);
        while (true)
        {
            var read = await socket.ReceiveAsync(received.AsMemory(length), cancellationToken);
            length += read > 0 ? read : throw new IOException("The server cut the connection instead of upgrading it.");
            var end = received.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                taken = received.AsSpan().StartsWith("HTTP/1.1 101"u8) ? end + 4 : throw new IOException($"No upgrade: {Encoding.ASCII.GetString(received, 0, end)}");
                return;
            }
        }
    }
}
