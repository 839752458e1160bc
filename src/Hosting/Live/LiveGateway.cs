using System.Buffers;
using System.Collections.Frozen;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Nodes;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Hosting.Live;

/// <summary><c>GET /live</c>: one socket from upgrade to end. What the frames mean is the modules' business.</summary>
internal sealed partial class LiveGateway(
    LiveConnections connections, ISessions sessions, AllowedOrigins origins, IEnumerable<ILiveOp> ops, IEnumerable<ILiveWatch> watches, IEnumerable<ILiveReplay> replays,
    IEnumerable<ILiveListener> listeners, INodes nodes, IOptions<LiveOptions> options, IOptions<StoaOptions> stoa, TimeProvider time, ILogger<LiveGateway> log)
{
    private const int BufferBytes = 4 * 1024;
    private static readonly byte[] pong = """{"op":"pong"}"""u8.ToArray();

    private readonly FrozenDictionary<string, ILiveOp> ops = ops.ToFrozenDictionary(op => op.Op, StringComparer.Ordinal);
    private readonly ILiveWatch[] watches = [.. watches];
    private readonly ILiveReplay[] replays = [.. replays];
    private readonly ILiveListener[] listeners = [.. listeners];
    private readonly LiveOptions options = options.Value;

    public async Task ServeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not SharedUpgrade shared || !context.WebSockets.IsWebSocketRequest)
        {
            await Problem.Invalid("websocket_expected", "This address speaks WebSocket of version 13 over HTTP/1.1.", "Connect with a WebSocket client.").AsResult().ExecuteAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var stream = shared.Stream ?? throw new InvalidOperationException("The WebSocket was accepted without an upgrade of the connection.");
        var connection = new LiveConnection(context, socket, stream, options, time);
        try
        {
            if (connections.TryOpen(connection, options.ConnectionsMax))
            {
                await ServeAsync(context, connection, socket);
            }
            else
            {
                connection.Close(LiveClose.TooMany);
                await ReadUntilClosedAsync(connection, socket, context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Devices go without a word; nothing to tell anybody.
        }
        finally
        {
            connection.EndWatches();
            if (connections.Leave(connection))
            {
                Array.ForEach(listeners, listener => listener.Disconnected(connection.Person));
            }
        }
    }

    private async Task ServeAsync(HttpContext context, LiveConnection connection, WebSocket socket)
    {
        var cancellationToken = context.RequestAborted;
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !origins.Admit(context.Request, origin))
        {
            connection.Close(LiveClose.OriginRefused);
            await ReadUntilClosedAsync(connection, socket, cancellationToken);
            return;
        }

        var (windowStart, framesInWindow) = (time.GetTimestamp(), 0);
        while (true)
        {
            // Nothing is rented while nothing comes: an idle connection holds no buffer.
            var ahead = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
            if (ahead.MessageType == WebSocketMessageType.Close)
            {
                await connection.CloseAsync();
                return;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                (buffer, var length) = await ReceiveAsync(socket, ahead, buffer, cancellationToken);
                if (length == Closed)
                {
                    await connection.CloseAsync();
                    return;
                }

                if (connection.IsClosing)
                {
                    continue;
                }

                connection.Heard();
                if (length <= 0)
                {
                    connection.Close(LiveClose.Malformed);
                }
                else if (TooMany(ref windowStart, ref framesInWindow))
                {
                    connection.Close(LiveClose.TooMany);
                }
                else if (!connection.IsKnown)
                {
                    await OpenAsync(context, connection, buffer.AsMemory(0, length), origin.Length > 0);
                }
                else
                {
                    await HandleAsync(connection, buffer.AsMemory(0, length), cancellationToken);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Hello: who is it, and what have they missed.</summary>
    private async Task OpenAsync(HttpContext context, LiveConnection connection, ReadOnlyMemory<byte> frame, bool hasOrigin)
    {
        if (ReadOp(frame.Span) is not { } op || (op == "hello" ? ReadHello(frame.Span) : new()) is not { } hello)
        {
            connection.Close(LiveClose.Malformed);
            return;
        }

        // A browser sends its cookie along whoever asks; only with an Origin that was admitted does it speak for the person.
        var token = op != "hello" ? null : hello.Token ?? (hasOrigin ? context.Request.Cookies[StoaSignIn.CookieName] : null);
        if (token is null || await sessions.FindAsync(token, context.RequestAborted) is not { } known)
        {
            connection.Close(LiveClose.NotSignedIn);
            return;
        }

        connection.Identify(known.Person, known.Session);
        var first = connections.Join(connection, options.ConnectionsPerPersonMax);

        // A session that ended between the look-up and the joining was told of too early for us: look again.
        if (await sessions.FindAsync(token, context.RequestAborted) is null)
        {
            connection.Close(LiveClose.NotSignedIn);
            return;
        }

        foreach (var watch in watches)
        {
            connection.Keep(await watch.BeginAsync(known.Person, context.RequestAborted));
        }

        connection.Send(LiveFrames.Ready(known.Person, nodes.Others.Select(node => node.Address).OfType<string>()));
        foreach (var replay in replays)
        {
            await replay.ReplayAsync(connection, hello.Resume ?? new Dictionary<ThreadId, long>(), context.RequestAborted);
        }

        connection.EndReplay();
        foreach (var listener in listeners)
        {
            await listener.ConnectedAsync(connection, first, context.RequestAborted);
        }
    }

    private async ValueTask HandleAsync(LiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        switch (ReadOp(frame.Span))
        {
            case null:
                connection.Close(LiveClose.Malformed);
                return;
            case "ping":
                connection.Send(pong);
                return;
            case { } name when ops.TryGetValue(name, out var op):
                try
                {
                    await op.HandleAsync(connection, frame, cancellationToken);
                }
                catch (ProblemException refused)
                {
                    connection.Send(LiveFrames.Error(refused.Problem.Code, refused.Problem.Detail, null));
                }
#pragma warning disable CA1031 // One frame that fails must not end the socket; the failure is logged and told.
                catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    LogFailed(exception, name);
                    connection.Send(LiveFrames.Error("internal_error", "The server could not do this.", null));
                }

                return;
            default:
                connection.Send(LiveFrames.Error("unknown_op", "The frame's op is none that a client sends.", null));
                return;
        }
    }

    private bool TooMany(ref long windowStart, ref int frames)
    {
        if (time.GetElapsedTime(windowStart) >= TimeSpan.FromSeconds(10))
        {
            (windowStart, frames) = (time.GetTimestamp(), 0);
        }

        return ++frames > options.FramesPerTenSeconds && stoa.Value.Limits;
    }

    private const int Closed = -2;
    private const int Refused = -1;

    /// <returns>The frame's length in the buffer; <see cref="Refused"/> when oversized or binary, <see cref="Closed"/> when the client has closed.</returns>
    private async ValueTask<(byte[] Buffer, int Length)> ReceiveAsync(
        WebSocket socket, ValueWebSocketReceiveResult result, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (!result.EndOfMessage)
        {
            if (length == buffer.Length)
            {
                if (length > options.FrameBytesMax)
                {
                    return (buffer, Refused);
                }

                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return (buffer, Closed);
            }

            length += result.Count;
        }

        return (buffer, result.MessageType == WebSocketMessageType.Text && length <= options.FrameBytesMax ? length : Refused);
    }

    private static async Task ReadUntilClosedAsync(LiveConnection connection, WebSocket socket, CancellationToken cancellationToken)
    {
        var nothing = new byte[256];
        while ((await socket.ReceiveAsync(nothing.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
        {
        }

        await connection.CloseAsync();
    }

    /// <summary>The member <c>op</c>, wherever it stands; null when the frame is no JSON object with one.</summary>
    private static string? ReadOp(ReadOnlySpan<byte> frame)
    {
        try
        {
            string? op = null;
            var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = 32 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isOp = op is null && reader.ValueTextEquals("op"u8);
                reader.Read();
                if (isOp && reader.TokenType == JsonTokenType.String)
                {
                    op = reader.GetString();
                }

                reader.Skip();
            }

            // Reading on finds rubbish after the object.
            return reader.Read() ? null : op;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static HelloFrame? ReadHello(ReadOnlySpan<byte> frame)
    {
        try
        {
            return JsonSerializer.Deserialize(frame, LiveJson.Default.HelloFrame);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(115, LogLevel.Error, "The live operation {Op} failed.")]
    private partial void LogFailed(Exception exception, string op);
}

/// <summary>A client's first frame.</summary>
internal sealed record HelloFrame(string Op = "", string? Token = null, Dictionary<ThreadId, long>? Resume = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false, MaxDepth = 8)]
[JsonSerializable(typeof(HelloFrame))]
internal sealed partial class LiveJson : JsonSerializerContext;
