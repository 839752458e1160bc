using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stoa.Bench.Load;

/// <summary>One keep-alive connection that posts, waits for the answer, and posts again. A bare socket: the generator shares the cores with the server.</summary>
internal sealed class HttpSender : IDisposable
{
    private static readonly byte[] headEnd = "\r\n\r\n"u8.ToArray();

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] request = new byte[4096];
    private readonly byte[] answer = new byte[16_384];
    private readonly byte[] head;

    /// <param name="head">Request line and headers without Content-Length, each line ended by CR LF.</param>
    private HttpSender(string head) => this.head = Encoding.ASCII.GetBytes(head);

    public static async Task<HttpSender> ConnectAsync(IPEndPoint to, string head, CancellationToken cancellationToken)
    {
        var sender = new HttpSender(head);
        await sender.socket.ConnectAsync(to, cancellationToken);
        return sender;
    }

    /// <returns>The status of the answer, which has been read to its end.</returns>
    public async ValueTask<int> PostAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await socket.SendAsync(request.AsMemory(0, Write(body.Span)), cancellationToken);
        var have = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(have), cancellationToken);
            if (read == 0)
            {
                throw new IOException("The server closed the connection in the middle of an answer.");
            }

            have += read;
            if (TryRead(answer.AsSpan(0, have), out var status))
            {
                return status;
            }
        }
    }

    public void Dispose() => socket.Dispose();

    private int Write(ReadOnlySpan<byte> body)
    {
        var at = request.AsSpan();
        head.CopyTo(at);
        at = at[head.Length..];
        "Content-Length: "u8.CopyTo(at);
        at = at[16..];
        Utf8Formatter.TryFormat(body.Length, at, out var digits);
        at = at[digits..];
        headEnd.CopyTo(at);
        at = at[headEnd.Length..];
        body.CopyTo(at);
        return request.Length - at.Length + body.Length;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out int status)
    {
        status = 0;
        var end = bytes.IndexOf(headEnd);
        if (end < 0)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(bytes[9..], out status, out _))
        {
            throw new IOException("What came is no HTTP answer.");
        }

        var headers = bytes[..end];
        var rest = bytes[(end + headEnd.Length)..];
        var length = headers.IndexOf("Content-Length: "u8);
        if (length >= 0)
        {
            return Utf8Parser.TryParse(headers[(length + 16)..], out int bodyLength, out _) && rest.Length >= bodyLength;
        }

        return headers.IndexOf("chunked"u8) < 0 || rest.EndsWith("0\r\n\r\n"u8);
    }
}
