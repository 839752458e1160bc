using System.Buffers.Binary;
using System.Text;

namespace Stoa.Threads.Search;

/// <summary>Reads a block's words in the form in which PostgreSQL sends a <c>tsvector</c>: their number, then of each its UTF-8 with a zero at the end and its positions.</summary>
internal ref struct BlockBytes
{
    // A position's two highest bits are a weight, which no word here has.
    private const int PositionMask = 0x3FFF;

    private ReadOnlySpan<byte> rest;
    private ReadOnlySpan<byte> positions;
    private int left;

    public BlockBytes(ReadOnlySpan<byte> sent)
    {
        left = BinaryPrimitives.ReadInt32BigEndian(sent);
        rest = sent[4..];
    }

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Word { get; private set; }

    /// <summary>Bit 0 is the first event of the block.</summary>
    public readonly ulong Places
    {
        get
        {
            var places = 0UL;
            for (var at = 0; at < positions.Length; at += 2)
            {
                places |= 1UL << ((BinaryPrimitives.ReadUInt16BigEndian(positions[at..]) & PositionMask) - 1);
            }

            return places;
        }
    }

    public bool Next()
    {
        if (left-- <= 0)
        {
            return false;
        }

        var length = rest.IndexOf((byte)0);
        Word = rest[..length];
        var end = length + 3 + (BinaryPrimitives.ReadUInt16BigEndian(rest[(length + 1)..]) * 2);
        positions = rest[(length + 3)..end];
        rest = rest[end..];
        return true;
    }

    /// <summary>The events of the block that have all of these.</summary>
    public static ulong FindAll(ReadOnlySpan<byte> sent, IReadOnlyList<(string Text, bool IsPrefix)> lexemes)
    {
        var wanted = lexemes.Select(lexeme => (Utf8: Encoding.UTF8.GetBytes(lexeme.Text), lexeme.IsPrefix)).ToArray();
        var found = new ulong[wanted.Length];
        var words = new BlockBytes(sent);
        while (words.Next())
        {
            for (var i = 0; i < wanted.Length; i++)
            {
                if (wanted[i].IsPrefix ? words.Word.StartsWith(wanted[i].Utf8) : words.Word.SequenceEqual(wanted[i].Utf8))
                {
                    found[i] |= words.Places;
                }
            }
        }

        return found.Aggregate(ulong.MaxValue, (all, places) => all & places);
    }
}
