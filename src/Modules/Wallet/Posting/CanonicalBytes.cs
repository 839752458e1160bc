using System.Buffers.Binary;
using System.Text;

namespace Stoa.Wallet.Posting;

/// <summary>The bytes of a transfer that the chain hashes: written once, stored with the row, never made again for hashing.</summary>
/// <remarks>
/// Version 1, integers big-endian: version 1 byte; seq, linkedFrom 8 each; id 16; kind 1; debit owner 8, kind 1; credit owner 8, kind 1;
/// currency 3; amount 8; posted at 8 (microseconds since 1970); balance and held after of debit, then credit, 8 each;
/// hold 16 (zeros: none); hold expires at 8 (least value: never); code and reference, each 2 bytes of length (0xFFFF: absent) and UTF-8.
/// A change of the layout is a new version beside this one, since old rows keep theirs.
/// </remarks>
internal static class CanonicalBytes
{
    private const byte Version = 1;
    private const int FixedLength = 1 + (3 * 8) + 1 + 9 + 9 + 3 + 8 + 8 + (4 * 8) + 16 + 8 + 8;
    private const ushort Absent = 0xFFFF;

    public static byte[] Of(StoredTransfer transfer)
    {
        var bytes = new byte[FixedLength + 2 + Length(transfer.Code) + 2 + Length(transfer.Reference)];
        var rest = bytes.AsSpan();
        Write(ref rest, Version);
        Write(ref rest, transfer.Seq);
        Write(ref rest, transfer.LinkedFrom);
        Write(ref rest, transfer.Id);
        Write(ref rest, (byte)transfer.Kind);
        Write(ref rest, transfer.Debit.Owner);
        Write(ref rest, (byte)transfer.Debit.Kind);
        Write(ref rest, transfer.Credit.Owner);
        Write(ref rest, (byte)transfer.Credit.Kind);
        Encoding.ASCII.GetBytes(transfer.Debit.Currency.Code, rest);
        rest = rest[3..];
        Write(ref rest, transfer.AmountMinor);
        Write(ref rest, Microseconds(transfer.PostedAt));
        Write(ref rest, transfer.DebitAfter.PostedMinor);
        Write(ref rest, transfer.DebitAfter.HeldMinor);
        Write(ref rest, transfer.CreditAfter.PostedMinor);
        Write(ref rest, transfer.CreditAfter.HeldMinor);
        Write(ref rest, transfer.Hold ?? Guid.Empty);
        Write(ref rest, transfer.HoldExpiresAt is { } at ? Microseconds(at) : long.MinValue);
        Write(ref rest, transfer.Code);
        Write(ref rest, transfer.Reference);
        return rest.IsEmpty ? bytes : throw new InvalidOperationException($"The layout left {rest.Length} bytes unwritten.");
    }

    private static int Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Write(ref Span<byte> rest, byte value)
    {
        rest[0] = value;
        rest = rest[1..];
    }

    private static void Write(ref Span<byte> rest, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(rest, value);
        rest = rest[8..];
    }

    private static void Write(ref Span<byte> rest, Guid value)
    {
        value.TryWriteBytes(rest, bigEndian: true, out var written);
        rest = rest[written..];
    }

    private static void Write(ref Span<byte> rest, string? text)
    {
        if (text is null)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, Absent);
            rest = rest[2..];
            return;
        }

        var written = Encoding.UTF8.GetBytes(text, rest[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)written));
        rest = rest[(2 + written)..];
    }
}
