using System.Buffers.Binary;
using System.Buffers.Text;

namespace Stoa.Kernel;

/// <summary>The id of an event on the wire, <c>m_</c> and 22 characters, derived from the thread and the event's number in it.</summary>
public readonly record struct MessageId(ThreadId Thread, long Seq)
{
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Thread.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Seq);
        return string.Concat("m_", Base64Url.EncodeToString(bytes));
    }

    /// <returns>False for anything that <see cref="ToString"/> would not have written.</returns>
    public static bool TryParse(string? text, out MessageId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text is not { Length: 24 } || !text.StartsWith("m_", StringComparison.Ordinal) || !Base64Url.IsValid(text.AsSpan(2))
            || !Base64Url.TryDecodeFromChars(text.AsSpan(2), bytes, out var written) || written != 16)
        {
            return false;
        }

        id = new(new(BinaryPrimitives.ReadInt64BigEndian(bytes)), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        return id.Thread.Value > 0 && id.Seq > 0 && id.ToString() == text;
    }
}
