using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Stoa.Bench.Load;

/// <summary>The least a gateway can do: what one of a pair sends is passed to the other and acknowledged, without store, sign-in or JSON. Runs as a process of its own.</summary>
/// <remarks>The hello's token is the pair's number and <c>a</c> or <c>b</c>.</remarks>
internal static class LiveCeiling
{
    private static readonly byte[] ready = """{"op":"ready"}"""u8.ToArray();
    private static readonly byte[] sent = Encoding.ASCII.GetBytes($$"""{"op":"sent","clientId":"{{Guid.Empty}}","thread":"7000000000000000","seq":1234,"id":"m_AAAAAAAAAAAAAAAAAAAAAA","at":"2026-01-01T00:00:00.000Z","repeat":false}""");
    private static readonly byte[] news = Encoding.ASCII.GetBytes($$$"""{"op":"event","thread":"7000000000000000","event":{"seq":1234,"id":"m_AAAAAAAAAAAAAAAAAAAAAA","kind":"message","sender":"7000000000000000","at":"2026-01-01T00:00:00.000Z","text":"{{{new string('x', 200)}}}"}}""");

    public static async Task<int> ServeAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        var devices = new ConcurrentDictionary<string, WebSocket>();
        app.UseWebSockets(new() { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Run(context => context.WebSockets.IsWebSocketRequest ? RelayAsync(context, devices) : Task.CompletedTask);
        await app.StartAsync();
        // Ends with the process that started it: standard input closes.
        await Console.In.ReadToEndAsync();
        Environment.Exit(0);
        return 0;
    }

    private static async Task RelayAsync(HttpContext context, ConcurrentDictionary<string, WebSocket> devices)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        string? other = null;
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                // As the gateway does: nothing is held for a socket that is silent. The buffer is the price of this loop's simplicity.
                var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (other is null)
                {
                    var token = Encoding.ASCII.GetString(buffer, 0, received.Count).Split("\"token\":\"")[1].Split('"')[0];
                    devices[token] = socket;
                    other = string.Create(CultureInfo.InvariantCulture, $"{token[..^1]}{(token[^1] == 'a' ? 'b' : 'a')}");
                    await socket.SendAsync(ready, WebSocketMessageType.Text, true, context.RequestAborted);
                }
                else if (devices.TryGetValue(other, out var to))
                {
                    // Only one of a pair sends, so nobody else writes to either.
                    await to.SendAsync(news, WebSocketMessageType.Text, true, context.RequestAborted);
                    await socket.SendAsync(sent, WebSocketMessageType.Text, true, context.RequestAborted);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The generator has gone.
        }
    }
}
