using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The frames that Threads sends (docs/protocol/live.md).</summary>
internal static class ThreadFrames
{
    /// <summary>The beginning of an event frame; the event and a closing brace follow.</summary>
    public static void BeginEvent(IBufferWriter<byte> output, ThreadId thread)
    {
        Utf8.TryWrite(output.GetSpan(64), CultureInfo.InvariantCulture, $"{{\"op\":\"event\",\"thread\":\"{thread.Value}\",\"event\":", out var length);
        output.Advance(length);
    }

    public static ReadOnlyMemory<byte> Event(ThreadId thread, RawJson json)
    {
        var output = new ArrayBufferWriter<byte>(80 + json.Utf8.Length);
        BeginEvent(output, thread);
        output.Write(json.Utf8.Span);
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Thread(ThreadView view)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write("""{"op":"thread","thread":"""u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(view, ThreadsJson.Default.ThreadView));
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Gap(ThreadId thread, long from, long to) => LiveFrames.Write((thread, from, to), static (json, gap) =>
    {
        json.WriteString("op"u8, "gap"u8);
        json.WriteString("thread"u8, gap.thread.ToString());
        json.WriteNumber("from"u8, gap.from);
        json.WriteNumber("to"u8, gap.to);
    });

    public static ReadOnlyMemory<byte> Left(ThreadId thread) => LiveFrames.Write(thread, static (json, thread) =>
    {
        json.WriteString("op"u8, "left"u8);
        json.WriteString("thread"u8, thread.ToString());
    });

    /// <param name="read">0 for whoever does not see it.</param>
    public static ReadOnlyMemory<byte> Receipt(ThreadId thread, MemberId member, long read, long delivered) => LiveFrames.Write((thread, member, read, delivered), static (json, moved) =>
    {
        json.WriteString("op"u8, "receipt"u8);
        json.WriteString("thread"u8, moved.thread.ToString());
        json.WriteString("member"u8, moved.member.ToString());
        json.WriteNumber("read"u8, moved.read);
        json.WriteNumber("delivered"u8, moved.delivered);
    });

    public static ReadOnlyMemory<byte> Typing(ThreadId thread, MemberId member, bool on) => LiveFrames.Write((thread, member, on), static (json, shown) =>
    {
        json.WriteString("op"u8, "typing"u8);
        json.WriteString("thread"u8, shown.thread.ToString());
        json.WriteString("member"u8, shown.member.ToString());
        json.WriteBoolean("on"u8, shown.on);
    });

    /// <summary>One person's state as members of the frame, several in a list.</summary>
    public static ReadOnlyMemory<byte> Presence(IReadOnlyCollection<Seen> people) => LiveFrames.Write(people, static (json, people) =>
    {
        json.WriteString("op"u8, "presence"u8);
        if (people.Count == 1)
        {
            Write(json, people.First());
            return;
        }

        json.WriteStartArray("people"u8);
        foreach (var one in people)
        {
            json.WriteStartObject();
            Write(json, one);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, Seen seen)
    {
        json.WriteString("person"u8, seen.Person.ToString());
        json.WriteBoolean("online"u8, seen.Online);
        if (seen.LastSeen is { } at)
        {
            json.WriteString("lastSeen"u8, Instant.Text(at));
        }
    }

    public static ReadOnlyMemory<byte> Sent(ThreadId thread, Guid clientId, AppendResult result) => LiveFrames.Write((thread, clientId, result), static (json, sent) =>
    {
        Span<byte> at = stackalloc byte[Instant.Length];
        json.WriteString("op"u8, "sent"u8);
        json.WriteString("clientId"u8, sent.clientId);
        json.WriteString("thread"u8, sent.thread.ToString());
        json.WriteNumber("seq"u8, sent.result.Seq);
        json.WriteString("id"u8, new MessageId(sent.thread, sent.result.Seq).ToString());
        json.WriteString("at"u8, at[..Instant.Write(at, sent.result.At)]);
        json.WriteBoolean("repeat"u8, sent.result.Verdict == AppendVerdict.Repeated);
    });
}
