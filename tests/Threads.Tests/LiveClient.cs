using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>A device at the gateway: remembers every frame in order, and fails with what it waited for.</summary>
public sealed class LiveClient : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<JsonElement> seen = new();
    private readonly Channel<JsonElement> frames = Channel.CreateUnbounded<JsonElement>();
    private Task reading = Task.CompletedTask;

    private LiveClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    /// <summary>Every frame so far.</summary>
    public IReadOnlyList<JsonElement> Seen => [.. seen];

    public static async Task<LiveClient> OpenAsync(Uri address, Action<ClientWebSocketOptions>? configure = null, bool read = true)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        var client = new LiveClient(socket);
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/live" }.Uri, TestContext.Current.CancellationToken);
        if (read)
        {
            client.StartReading();
        }

        return client;
    }

    /// <summary>Opened and greeted.</summary>
    public static async Task<LiveClient> ConnectAsync(Uri address, string token, object? resume = null)
    {
        var client = await OpenAsync(address);
        await client.SendAsync(resume is null ? new { op = "hello", token } : new { op = "hello", token, resume });
        await client.WaitAsync("ready");
        return client;
    }

    public void StartReading() => reading = ReadAllAsync();

    public Task SendAsync(object frame) => SendTextAsync(JsonSerializer.Serialize(frame));

    public Task SendTextAsync(string text) =>
        Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>The next frame with this op that fits; others in between are passed over.</summary>
    public async Task<JsonElement> WaitAsync(string op, Func<JsonElement, bool>? fits = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(limit.Token))
            {
                if (frame.GetProperty("op").GetString() == op && (fits is null || fits(frame)))
                {
                    return frame;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new TimeoutException($"Waited for a frame '{op}'; socket is {Socket.State} ({(int?)Socket.CloseStatus}); came: {string.Join("\n", seen.TakeLast(20))}");
    }

    /// <summary>Events of one thread up to a number, in the order in which they came.</summary>
    public async Task<List<JsonElement>> WaitForEventsAsync(string thread, long upTo)
    {
        // What an earlier wait has passed over counts as well.
        if (!EventsOf(thread).Exists(e => e.GetProperty("seq").GetInt64() >= upTo))
        {
            await WaitAsync("event", frame => frame.GetProperty("thread").GetString() == thread && frame.GetProperty("event").GetProperty("seq").GetInt64() >= upTo);
        }

        return EventsOf(thread);
    }

    public List<JsonElement> EventsOf(string thread) =>
        [.. Seen.Where(frame => frame.GetProperty("op").GetString() == "event" && frame.GetProperty("thread").GetString() == thread).Select(frame => frame.GetProperty("event"))];

    /// <summary>The code with which the server closes.</summary>
    public async Task<int> WaitForCloseAsync()
    {
        try
        {
            await reading.WaitAsync(patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited for the server to close; came: {string.Join("\n", seen.TakeLast(20))}");
        }

        return (int)(Socket.CloseStatus ?? throw new InvalidOperationException($"The socket ended as {Socket.State} without a code."));
    }

    public async ValueTask DisposeAsync()
    {
        if (Socket.State == WebSocketState.Open)
        {
            Socket.Abort();
        }

        await reading;
        Socket.Dispose();
    }

    private async Task ReadAllAsync()
    {
        var buffer = new byte[64 * 1024];
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                var result = await Socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
                }

                text.Write(buffer, 0, result.Count);
                if (result.EndOfMessage)
                {
                    var frame = JsonSerializer.Deserialize<JsonElement>(text.ToArray());
                    text.SetLength(0);
                    seen.Enqueue(frame);
                    frames.Writer.TryWrite(frame);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
        }

        frames.Writer.TryComplete();
    }
}
