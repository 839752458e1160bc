using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Live;
using Xunit;

namespace Stoa.Server.Tests.Matrix;

/// <summary>Every frame a client can send, with the outcome for a member of the thread, a stranger, and a member whom the other side blocked; and who gets no further than the greeting.</summary>
public sealed class FrameMatrixTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="Stranger">What the device is told beside news: <c>error code</c>, the op of the answer, or nothing.</param>
    private sealed record FrameRow(string Op, string Frame, string Stranger, string Member, string Blocked);

    private static readonly FrameRow[] rows =
    [
        new("ping", """{"op":"ping"}""", "pong", "pong", "pong"),
        new("send", """{"op":"send","thread":"{direct}","clientId":"{uuid}","text":"hello"}""", "error thread_not_found", "sent", "error thread_not_found"),
        new("edit", """{"op":"edit","thread":"{direct}","seq":1,"clientId":"{uuid}","text":"hello there"}""", "error thread_not_found", "sent", "error thread_not_found"),
        new("react", """{"op":"react","thread":"{direct}","seq":1,"clientId":"{uuid}","emoji":"👍"}""", "error thread_not_found", "sent", "error thread_not_found"),
        new("unsend", """{"op":"unsend","thread":"{direct}","seq":1,"clientId":"{uuid}"}""", "error thread_not_found", "sent", "error thread_not_found"),
        // Nobody is shown a stranger's typing, and nobody need tell the stranger.
        new("typing", """{"op":"typing","thread":"{direct}","on":true}""", "", "", ""),
        new("read", """{"op":"read","thread":"{direct}","seq":1}""", "error thread_not_found", "", ""),
        new("delivered", """{"op":"delivered","thread":"{direct}","seq":1}""", "error thread_not_found", "", ""),
    ];

    [Fact]
    public async Task Every_frame_gets_the_answer_that_the_matrix_says()
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            foreach (var (handle, expected) in ((string, string)[])[("noa", row.Stranger), ("zofia", row.Member), ("piotr", row.Blocked)])
            {
                var mine = handle == "piotr" ? row with { Frame = row.Frame.Replace("{direct}", "{blocked}", StringComparison.Ordinal) } : row;
                var answer = await AskAsync(world, await world.SignInAsync(handle, Cancel), mine);
                if (answer != expected)
                {
                    wrong.Add($"{row.Op} by {handle}: '{answer}', expected '{expected}'");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("""{"op":"hello","token":"made-up"}""", 4001)]
    [InlineData("""{"op":"hello"}""", 4001)]
    [InlineData("""{"op":"send","thread":"7000000000000000","clientId":"0b1f6b0e-5b0e-4c0e-9b0e-0b1f6b0e5b0e","text":"hello"}""", 4001)]
    public async Task Nobody_gets_past_the_greeting_without_a_session(string first, int closeCode)
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);
        using var socket = await OpenAsync(world);

        await SayAsync(socket, first);

        Assert.Equal(closeCode, await ReadUntilClosedAsync(socket));
    }

    [Fact]
    public async Task A_bot_s_token_opens_no_live_socket()
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);
        using var socket = await OpenAsync(world);

        await SayAsync(socket, $$"""{"op":"hello","token":"{{world.PageToken}}"}""");

        Assert.Equal(4001, await ReadUntilClosedAsync(socket));
    }

    [Fact]
    public async Task Every_frame_that_the_server_takes_has_a_row()
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);
        var taken = world.Server.Services.GetServices<ILiveOp>().Select(op => op.Op).Append("ping");

        Assert.Equal(taken.Order(StringComparer.Ordinal), rows.Select(row => row.Op).Order(StringComparer.Ordinal));
    }

    /// <summary>Sends the frame and then a ping: what came before the pong (and the answer to what is written, which follows its commit) is the outcome.</summary>
    private static async Task<string> AskAsync(MatrixWorld world, string token, FrameRow row)
    {
        using var socket = await OpenAsync(world);
        await SayAsync(socket, $$"""{"op":"hello","token":"{{token}}"}""");
        while (await HearAsync(socket) is { } greeting && greeting.GetProperty("op").GetString() != "ready")
        {
        }

        await SayAsync(socket, world.Fill(row.Frame));
        if (row.Op != "ping")
        {
            await SayAsync(socket, """{"op":"ping"}""");
        }

        var (answer, ponged) = ("", false);
        while (!ponged || (row.Op is "send" or "edit" or "react" or "unsend" && answer.Length == 0))
        {
            var frame = await HearAsync(socket);
            var op = frame.GetProperty("op").GetString();
            ponged |= op == "pong";
            answer = op switch
            {
                "error" => $"error {frame.GetProperty("code").GetString()}",
                "sent" => "sent",
                "pong" when row.Op == "ping" => "pong",
                _ => answer,
            };
        }

        return answer;
    }

    private static async Task<ClientWebSocket> OpenAsync(MatrixWorld world)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{world.Server.Address.Port}/live"), Cancel);
        return socket;
    }

    private static Task SayAsync(ClientWebSocket socket, string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, Cancel);

    private static async Task<JsonElement> HearAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, Cancel);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return part.MessageType == WebSocketMessageType.Close
            ? throw new InvalidOperationException($"The socket was closed: {(int?)part.CloseStatus} {part.CloseStatusDescription}")
            : JsonElement.Parse(message.ToArray());
    }

    private static async Task<int> ReadUntilClosedAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        while (true)
        {
            if (await socket.ReceiveAsync(buffer, Cancel) is { MessageType: WebSocketMessageType.Close } closed)
            {
                return (int)(closed.CloseStatus ?? 0);
            }
        }
    }
}
