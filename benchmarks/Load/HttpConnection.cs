using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stoa.Bench.Load;

/// <summary>One keep-alive connection that asks, waits for the answer, and asks again. A bare socket: the generator shares the cores with the server.</summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] headEnd = "\r\n\r\n"u8.ToArray();

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] request = new byte[4096];
    private byte[] answer = new byte[4096];
    private int answerLength;

    private HttpConnection()
    {
    }

    public static async Task<HttpConnection> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var connection = new HttpConnection();
        await connection.socket.ConnectAsync(to, cancellationToken);
        return connection;
    }

    /// <summary>Request line and headers without Content-Length, each line ended by CR LF.</summary>
    public static byte[] Head(string method, string path, string token) =>
        Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{(method == "GET" ? "" : "Content-Type: application/json\r\n")}");

    /// <summary>The last answer's body; null when it came in chunks. Valid until the next request.</summary>
    public ReadOnlyMemory<byte>? Body { get; private set; }

    /// <param name="head">See <see cref="Head"/>.</param>
    /// <returns>The status of the answer, which has been read to its end.</returns>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await socket.SendAsync(request.AsMemory(0, Write(head.Span, body.Span)), cancellationToken);
        answerLength = 0;
        while (true)
        {
            if (answerLength == answer.Length)
            {
                Array.Resize(ref answer, answer.Length * 2);
            }

            var read = await socket.ReceiveAsync(answer.AsMemory(answerLength), cancellationToken);
            if (read == 0)
            {
                throw new IOException("The server closed the connection in the middle of an answer.");
            }

            answerLength += read;
            if (TryRead(answer.AsSpan(0, answerLength), out var status, out var bodyFrom))
            {
                Body = bodyFrom is { } from ? answer.AsMemory(from..answerLength) : null;
                return status;
            }
        }
    }

    /// <summary>Whether these bytes stand in the last answer, in chunks or not.</summary>
    public bool AnswerContains(ReadOnlySpan<byte> bytes) => answer.AsSpan(0, answerLength).IndexOf(bytes) >= 0;

    public void Dispose() => socket.Dispose();

    private int Write(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var at = request.AsSpan();
        head.CopyTo(at);
        at = at[head.Length..];
        if (body.Length > 0)
        {
            "Content-Length: "u8.CopyTo(at);
            at = at[16..];
            Utf8Formatter.TryFormat(body.Length, at, out var digits);
            at = at[digits..];
            "\r\n"u8.CopyTo(at);
            at = at[2..];
        }

        "\r\n"u8.CopyTo(at);
        at = at[2..];
        body.CopyTo(at);
        return request.Length - at.Length + body.Length;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out int status, out int? bodyFrom)
    {
        (status, bodyFrom) = (0, null);
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
            bodyFrom = end + headEnd.Length;
            return Utf8Parser.TryParse(headers[(length + 16)..], out int bodyLength, out _) && rest.Length >= bodyLength;
        }

        return headers.IndexOf("chunked"u8) < 0 || rest.EndsWith("0\r\n\r\n"u8);
    }
}
