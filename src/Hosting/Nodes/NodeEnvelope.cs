using System.Buffers.Binary;
using System.Text;

namespace Stoa.Hosting.Nodes;

internal enum EnvelopeKind : byte
{
    News = 0,

    /// <summary>Each second, so that silence means something and a lost last message is noticed.</summary>
    Beat = 1,

    /// <summary>A beat that others answer with one of their own, so that the newcomer knows them at once.</summary>
    Hello = 2,

    /// <summary>The last message of a node that stops.</summary>
    Bye = 3,
}

/// <summary>What goes over the wire: version (1), kind (1), node (16), number (8), topic length (1), topic, body.</summary>
/// <param name="Number">Counts a node's messages of all kinds and topics from 1, without a hole; dropped ones are counted.</param>
internal readonly record struct NodeEnvelope(EnvelopeKind Kind, Guid Node, long Number, string Topic, ReadOnlyMemory<byte> Body)
{
    private const byte Version = 1;
    private const int HeadLength = 27;

    public ReadOnlyMemory<byte> ToBytes()
    {
        var topicLength = Encoding.UTF8.GetByteCount(Topic);
        var bytes = new byte[HeadLength + topicLength + Body.Length];
        bytes[0] = Version;
        bytes[1] = (byte)Kind;
        Node.TryWriteBytes(bytes.AsSpan(2));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(18), Number);
        bytes[26] = checked((byte)topicLength);
        Encoding.UTF8.GetBytes(Topic, bytes.AsSpan(HeadLength));
        Body.Span.CopyTo(bytes.AsSpan(HeadLength + topicLength));
        return bytes;
    }

    /// <returns>Null for what a program of another make has sent.</returns>
    public static NodeEnvelope? Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < HeadLength || span[0] != Version || span[1] > (byte)EnvelopeKind.Bye || span.Length < HeadLength + span[26])
        {
            return null;
        }

        var topicEnd = HeadLength + span[26];
        return new((EnvelopeKind)span[1], new Guid(span[2..18]), BinaryPrimitives.ReadInt64BigEndian(span[18..]),
            Encoding.UTF8.GetString(span[HeadLength..topicEnd]), bytes[topicEnd..]);
    }
}
