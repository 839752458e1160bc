using System.Buffers;
using System.Buffers.Binary;
using Stoa.Threads.Log;

namespace Stoa.Threads.Live;

/// <summary>Committed events on their way to other nodes: a version (1), then event after event, in the order of the commits.</summary>
/// <remarks>A node that meets a version it does not know looks into the log instead.</remarks>
internal static class EventBytes
{
    private const byte Version = 1;
    private const int HeadLength = 74;

    /// <summary>In messages of about this size: a broker is no place for megabytes.</summary>
    private const int BytesMax = 256 * 1024;

    public static IEnumerable<ReadOnlyMemory<byte>> Write(IReadOnlyList<CommittedEvent> events)
    {
        for (var i = 0; i < events.Count;)
        {
            var output = new ArrayBufferWriter<byte>(Math.Min(BytesMax, 64 + ((events.Count - i) * 384)));
            output.Write([Version]);
            do
            {
                Write(output, events[i++]);
            }
            while (i < events.Count && output.WrittenCount < BytesMax);

            yield return output.WrittenMemory;
        }
    }

    /// <returns>Null for another version's.</returns>
    public static List<CommittedEvent>? Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0 || bytes.Span[0] != Version)
        {
            return null;
        }

        var events = new List<CommittedEvent>();
        for (var rest = bytes[1..]; rest.Length > 0;)
        {
            var head = rest.Span;
            var length = BinaryPrimitives.ReadInt32BigEndian(head[58..]);
            var (of, unseenBy) = (BinaryPrimitives.ReadInt64BigEndian(head[62..]), new long[BinaryPrimitives.ReadInt32BigEndian(head[70..])]);
            var kind = BinaryPrimitives.ReadInt16BigEndian(head[40..]);
            var at = new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(head[42..]), TimeSpan.Zero);
            var lives = BinaryPrimitives.ReadInt32BigEndian(head[50..]);
            var what = new NewEvent(
                new(BinaryPrimitives.ReadInt64BigEndian(head)), new(BinaryPrimitives.ReadInt64BigEndian(head[16..])), new Guid(head[24..40]),
                EventKind.Name(kind), rest.Slice(HeadLength, length));
            var result = new AppendResult(AppendVerdict.Appended, BinaryPrimitives.ReadInt64BigEndian(head[8..]), at, false, BinaryPrimitives.ReadInt32BigEndian(head[54..]))
            {
                ExpiresAt = lives == 0 ? null : at.AddSeconds(lives),
            };
            for (var i = 0; i < unseenBy.Length; i++)
            {
                unseenBy[i] = BinaryPrimitives.ReadInt64BigEndian(head[(HeadLength + length + (8 * i))..]);
            }

            events.Add(new(new(what, kind, 0, at) { Of = of == 0 ? null : (of, unseenBy) }, result));
            rest = rest[(HeadLength + length + (8 * unseenBy.Length))..];
        }

        return events;
    }

    // thread 8, seq 8, sender 8, client id 16, kind 2, at 8, lives for (seconds, 0 for ever) 4, version of the members 4, length of the body 4,
    // number of the event it is about (0 for none) 8, how many may not see that one 4, body, those who may not 8 each.
    private static void Write(ArrayBufferWriter<byte> output, CommittedEvent told)
    {
        var (what, result) = (told.Event.What, told.Result);
        var (of, unseenBy) = told.Event.Of ?? (0, []);
        var length = HeadLength + what.Body.Length + (8 * unseenBy.Count);
        var head = output.GetSpan(length);
        BinaryPrimitives.WriteInt64BigEndian(head, what.Thread.Value);
        BinaryPrimitives.WriteInt64BigEndian(head[8..], result.Seq);
        BinaryPrimitives.WriteInt64BigEndian(head[16..], what.Sender.Value);
        what.ClientId.TryWriteBytes(head[24..]);
        BinaryPrimitives.WriteInt16BigEndian(head[40..], told.Event.Kind);
        BinaryPrimitives.WriteInt64BigEndian(head[42..], result.At.UtcTicks);
        BinaryPrimitives.WriteInt32BigEndian(head[50..], result.ExpiresAt is { } expires ? (int)(expires - result.At).TotalSeconds : 0);
        BinaryPrimitives.WriteInt32BigEndian(head[54..], result.MembersVersion);
        BinaryPrimitives.WriteInt32BigEndian(head[58..], what.Body.Length);
        BinaryPrimitives.WriteInt64BigEndian(head[62..], of);
        BinaryPrimitives.WriteInt32BigEndian(head[70..], unseenBy.Count);
        what.Body.Span.CopyTo(head[HeadLength..]);
        for (var i = 0; i < unseenBy.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(head[(HeadLength + what.Body.Length + (8 * i))..], unseenBy[i]);
        }

        output.Advance(length);
    }
}
