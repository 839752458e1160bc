using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Stoa.Kernel;

namespace Stoa.Threads.Wire;

/// <summary>Writes a stored event as the protocol shows it: its own members first, then those of the body as they were stored.</summary>
internal static class EventJson
{
    // seq 19, id 24, kind 7, sender 19, at 24, client id 36, and the names around them.
    private const int HeadMax = 256;

    /// <param name="clientId">Only for its sender.</param>
    public static void Write(
        IBufferWriter<byte> output, ThreadId thread, long seq, MemberId sender, Guid? clientId, string kind, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var head = output.GetSpan(HeadMax);
        Utf8.TryWrite(head, CultureInfo.InvariantCulture,
            $"{{\"seq\":{seq},\"id\":\"{new MessageId(thread, seq).ToString()}\",\"kind\":\"{kind}\",\"sender\":\"{sender.Value}\",\"at\":\"", out var length);
        length += Instant.Write(head[length..], at);
        head[length++] = (byte)'"';
        if (clientId is { } id)
        {
            Utf8.TryWrite(head[length..], CultureInfo.InvariantCulture, $",\"clientId\":\"{id}\"", out var more);
            length += more;
        }

        var members = Members(body);
        head[length++] = members.IsEmpty ? (byte)'}' : (byte)',';
        output.Advance(length);
        if (!members.IsEmpty)
        {
            output.Write(members);
            output.Write("}"u8);
        }
    }

    public static byte[] ToArray(ThreadId thread, long seq, MemberId sender, Guid? clientId, string kind, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var output = new ArrayBufferWriter<byte>(HeadMax + body.Length);
        Write(output, thread, seq, sender, clientId, kind, at, body);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The inside of an object's braces; empty for an object without members.</summary>
    private static ReadOnlySpan<byte> Members(ReadOnlySpan<byte> body)
    {
        var text = body.Trim(" \n\r\t"u8);
        return text is [(byte)'{', .., (byte)'}'] ? text[1..^1].Trim(" \n\r\t"u8) : throw new ArgumentException("The body of an event is a JSON object.", nameof(body));
    }
}
