using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Town.Friends;

/// <summary>One connection to the live gateway: hello, frames in, frames out, a ping now and then.</summary>
internal sealed class LiveSocket : IAsyncDisposable
{
    private const int FrameMost = 1024 * 1024;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromMilliseconds(500);

    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly byte[] buffer = new byte[16 * 1024];

    /// <param name="resume">Thread to the last number that is known: what came later is told again.</param>
    public async Task ConnectAsync(Uri live, string token, IReadOnlyDictionary<string, long> resume, CancellationToken cancellation)
    {
        await socket.ConnectAsync(live, cancellation);
        var known = new JsonObject();
        foreach (var (thread, seq) in resume) known[thread] = seq;
        await SendAsync(new JsonObject { ["op"] = "hello", ["token"] = token, ["resume"] = known }, cancellation);
    }

    /// <summary>The server's word for why it closed, once it has.</summary>
    public int? CloseCode => (int?)socket.CloseStatus;

    /// <summary>The frames until the connection ends. Keeps it alive meanwhile.</summary>
    public async IAsyncEnumerable<JsonElement> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pings = PingAsync(alive.Token);
        using var frame = new MemoryStream();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part;
                try
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
                }
                catch (WebSocketException)
                {
                    yield break;
                }
                if (part.MessageType == WebSocketMessageType.Close || frame.Length + part.Count > FrameMost) yield break;
                frame.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                using var document = JsonDocument.Parse(frame.GetBuffer().AsMemory(0, (int)frame.Length));
                frame.SetLength(0);
                yield return document.RootElement.Clone();
            }
        }
        finally
        {
            await alive.CancelAsync();
            await pings;
        }
    }

    /// <summary>Sends a frame; on a connection that has ended it does nothing, for the reader notices that by itself.</summary>
    public async Task SendAsync(JsonObject frame, CancellationToken cancellation)
    {
        await sending.WaitAsync(cancellation);
        try
        {
            if (socket.State != WebSocketState.Open) return;
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame, FrameJson.Default.JsonObject), WebSocketMessageType.Text, true, cancellation);
        }
        catch (WebSocketException)
        {
            // The reader ends the connection.
        }
        finally
        {
            sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(CloseWithin);
        try
        {
            if (socket.State == WebSocketState.Open) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            // Gone already.
        }
        socket.Dispose();
        sending.Dispose();
    }

    private async Task PingAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingEvery, cancellation);
                await SendAsync(new JsonObject { ["op"] = "ping" }, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class FrameJson : System.Text.Json.Serialization.JsonSerializerContext;
