using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>One socket at the gateway. Keeps every frame in the order in which it came.</summary>
public sealed class Device : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket socket = new();
    private readonly Channel<JsonElement> frames = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> seen = [];
    private Task reading = Task.CompletedTask;

    /// <summary>Frames that a wait has looked at.</summary>
    public IReadOnlyList<JsonElement> Seen => seen;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Device> OpenAsync(Uri server)
    {
        var device = new Device();
        await device.socket.ConnectAsync(new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/live" }.Uri, Ct);
        device.reading = device.ReadAllAsync();
        return device;
    }

    /// <summary>Signed in.</summary>
    /// <param name="resume">The last number that the device has, by thread.</param>
    public static async Task<Device> OpenAsync(Person person, IReadOnlyDictionary<string, long>? resume = null)
    {
        var device = await OpenAsync(person.Server);
        await device.SendAsync(resume is null ? new { op = "hello", token = person.Token } : new { op = "hello", token = person.Token, resume });
        Assert.Equal(person.Id, Person.Text(await device.NextAsync("ready"), "person"));
        return device;
    }

    public Task SendAsync(object frame) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame));

    public Task SendAsync(ReadOnlyMemory<byte> frame, WebSocketMessageType type = WebSocketMessageType.Text) => socket.SendAsync(frame, type, true, Ct).AsTask();

    /// <summary>The next frame with this op that fits; what comes before it is passed over.</summary>
    public async Task<JsonElement> NextAsync(string op, Func<JsonElement, bool>? fits = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(patience);
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(limit.Token))
            {
                seen.Add(frame);
                if (Person.Text(frame, "op") == op && (fits is null || fits(frame)))
                {
                    return frame;
                }
            }
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
        }

        throw new TimeoutException($"Waited for a frame '{op}'. The socket is {socket.State} ({(int?)socket.CloseStatus}); the last frames were:\n{string.Join("\n", seen.TakeLast(12))}");
    }

    /// <summary>The next event of a thread.</summary>
    public async Task<JsonElement> NextEventAsync(string thread) =>
        (await NextAsync("event", frame => Person.Text(frame, "thread") == thread)).GetProperty("event");

    /// <summary>The code with which the server closes.</summary>
    public async Task<int> WaitForCloseAsync()
    {
        await reading.WaitAsync(patience, Ct);
        return (int)(socket.CloseStatus ?? throw new InvalidOperationException($"The socket ended as {socket.State}, without a code."));
    }

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        await reading;
        socket.Dispose();
    }

    private async Task ReadAllAsync()
    {
        var buffer = new byte[32 * 1024];
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
                }

                text.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    frames.Writer.TryWrite(JsonElement.Parse(text.ToArray()));
                    text.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The server is gone, or we are.
        }

        frames.Writer.TryComplete();
    }
}
