using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>Frames that no client of good will sends: cut, twisted, huge, deep, of the wrong types; by a seed, so that a failure comes again.</summary>
internal static class HostileFrames
{
    private static readonly string[] ops = ["send", "typing", "read", "delivered", "hello", "ping", "edit", "unsend", "react", "event", "ready", "", "\u202e", "constructor"];
    private static readonly string[] members = ["thread", "clientId", "text", "payload", "replyTo", "seq", "on", "token", "resume", "entities", "attachments", "poll", "__proto__"];
    private static readonly int[] documented = [1000, 4000, 4001, 4008, 4009];

    public static (byte[] Frame, WebSocketMessageType Type) Next(Random dice, string thread)
    {
        var text = dice.Next(6) switch
        {
            0 => new string('[', dice.Next(1, 3_000)),
            1 => Object(dice, thread, depth: 0),
            2 => Object(dice, thread, depth: 0)[..^dice.Next(1, 6)],
            3 => string.Concat(Enumerable.Range(0, dice.Next(1, 400)).Select(_ => (char)dice.Next(1, 0xD7FF))),
            4 => $$"""{"op":"send","thread":"{{thread}}","clientId":"{{Guid.NewGuid()}}","text":{{JsonSerializer.Serialize(Nasty(dice))}}}""",
            _ => Object(dice, thread, depth: 0) + Object(dice, thread, depth: 0),
        };
        var frame = Encoding.UTF8.GetBytes(text);
        if (dice.Next(4) == 0)
        {
            for (var i = 0; i < 1 + (frame.Length / 40); i++)
            {
                frame[dice.Next(frame.Length)] = (byte)dice.Next(256);
            }
        }

        // Text that is no UTF-8 is a client that breaks the WebSocket protocol; ours refuses to send it as such.
        return (frame, dice.Next(12) == 0 || !IsUtf8(frame) ? WebSocketMessageType.Binary : WebSocketMessageType.Text);
    }

    /// <summary>The device gets its pong, or was closed with a code that the protocol names; no error frame speaks of an inside failure.</summary>
    public static async Task EndsAsDocumentedAsync(Device device)
    {
        try
        {
            await device.NextAsync("pong");
        }
        catch (TimeoutException)
        {
            Assert.Contains(await device.WaitForCloseAsync(), documented);
        }

        Assert.DoesNotContain(device.Seen, frame => frame.TryGetProperty("code", out var code) && code.ValueEquals("internal_error"));
    }

    private static string Object(Random dice, string thread, int depth)
    {
        var fields = Enumerable.Range(0, dice.Next(0, 6)).Select(_ => $"{JsonSerializer.Serialize(members[dice.Next(members.Length)])}:{Value(dice, thread, depth)}");
        return $$"""{"op":{{(dice.Next(5) == 0 ? Value(dice, thread, depth) : JsonSerializer.Serialize(ops[dice.Next(ops.Length)]))}}{{string.Concat(fields.Select(field => "," + field))}}}""";
    }

    private static string Value(Random dice, string thread, int depth) => dice.Next(9) switch
    {
        0 => JsonSerializer.Serialize(thread),
        1 => JsonSerializer.Serialize(Guid.NewGuid()),
        2 => "-1",
        3 => "1e400",
        4 => "99999999999999999999999",
        5 => dice.Next(2) == 0 ? "true" : "null",
        6 when depth < 4 => Object(dice, thread, depth + 1),
        7 when depth < 4 => $"[{Value(dice, thread, depth + 1)},{Value(dice, thread, depth + 1)}]",
        _ => JsonSerializer.Serialize(Nasty(dice)),
    };

    private static string Nasty(Random dice) => dice.Next(6) switch
    {
        0 => new string('x', dice.Next(1, 40_000)),
        1 => "\u202eright to left\u202d",
        2 => "a" + string.Concat(Enumerable.Repeat("\u0301", dice.Next(1, 10_000))),
        3 => "'; drop table threads.events; --",
        4 => "<script>alert(1)</script>\0",
        _ => "👩‍👩‍👧‍👦\ufeff\u200d",
    };

    private static bool IsUtf8(byte[] frame)
    {
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(frame);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
