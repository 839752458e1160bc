using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests.Nodes;

/// <summary>A person's device at the gateway of one node; remembers every frame in the order in which it came.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentQueue<JsonElement> frames = new();
    private Task reading = Task.CompletedTask;

    public IReadOnlyList<JsonElement> Frames => [.. frames];

    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public static async Task<Device> ConnectAsync(Uri node, string token, object? resume = null)
    {
        var device = new Device();
        await device.socket.ConnectAsync(new UriBuilder(node) { Scheme = "ws", Path = "/live" }.Uri, TestContext.Current.CancellationToken);
        device.reading = device.ReadAllAsync();
        await device.SendAsync(resume is null ? new { op = "hello", token } : new { op = "hello", token, resume });
        await device.WaitAsync("ready", _ => true);
        return device;
    }

    public Task SendAsync(object frame) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>The first frame with this op that fits, whenever it came.</summary>
    public async Task<JsonElement> WaitAsync(string op, Func<JsonElement, bool> fits)
    {
        JsonElement? found = null;
        await Waiting.UntilAsync(() =>
        {
            found = frames.Where(frame => frame.GetProperty("op").GetString() == op && fits(frame)).Select(frame => (JsonElement?)frame).FirstOrDefault();
            return Task.FromResult(found is not null);
        }, $"a frame '{op}' comes; socket is {socket.State}");
        return found ?? default;
    }

    /// <summary>Waits until the device was told that this person is, or is not, here; alone or among others.</summary>
    public Task WaitForPresenceAsync(string person, bool online) => WaitAsync("presence", frame =>
        (frame.TryGetProperty("people", out var people) ? people.EnumerateArray().ToArray() : [frame])
        .Any(one => one.GetProperty("person").GetString() == person && one.GetProperty("online").GetBoolean() == online));

    /// <summary>The numbers of a thread's events, in the order in which they came.</summary>
    public List<long> SeqsOf(string thread) => [.. EventsOf(thread).Select(e => e.GetProperty("seq").GetInt64())];

    public IEnumerable<JsonElement> EventsOf(string thread) =>
        frames.Where(frame => frame.GetProperty("op").GetString() == "event" && frame.GetProperty("thread").GetString() == thread).Select(frame => frame.GetProperty("event"));

    /// <summary>Every number from one to another came once, in order, and no other.</summary>
    public async Task AssertEveryEventOnceAsync(string thread, long from, long to)
    {
        await Waiting.UntilAsync(() => Task.FromResult(SeqsOf(thread) is [.., var last] && last >= to), $"event {to} comes; came {Describe(SeqsOf(thread))}");
        Assert.Equal(Enumerable.Range(0, (int)(to - from + 1)).Select(n => from + n), SeqsOf(thread));
    }

    public Task WaitForEndAsync() => Waiting.ForAsync(reading, "the socket to end");

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        await reading;
        socket.Dispose();
    }

    private static string Describe(List<long> seqs)
    {
        var jumps = Enumerable.Range(1, Math.Max(0, seqs.Count - 1)).Where(i => seqs[i] != seqs[i - 1] + 1).Select(i => $"{seqs[i]} after {seqs[i - 1]}");
        return $"{seqs.Count} up to {seqs.LastOrDefault()}; {string.Join("; ", jumps)}";
    }

    private async Task ReadAllAsync()
    {
        var buffer = new byte[64 * 1024];
        using var text = new MemoryStream();
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                text.Write(buffer, 0, result.Count);
                if (result.EndOfMessage)
                {
                    frames.Enqueue(JsonSerializer.Deserialize<JsonElement>(text.ToArray()));
                    text.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The node is gone, or the test has ended.
        }
    }
}
