using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Stoa.Media.Checks;

/// <summary>Bytes of an upload, read by position through one window of 64 KB however large they are. Not for several threads at once.</summary>
internal sealed class Content : IDisposable
{
    public const int WindowBytes = 64 * 1024;

    private readonly SafeFileHandle? file;
    private readonly ReadOnlyMemory<byte> memory;
    private readonly byte[] window = new byte[WindowBytes];
    private long windowStart;
    private int windowLength;

    /// <param name="file">Read only; disposed of with this.</param>
    public Content(SafeFileHandle file)
    {
        this.file = file;
        Length = RandomAccess.GetLength(file);
    }

    public Content(ReadOnlyMemory<byte> memory)
    {
        this.memory = memory;
        Length = memory.Length;
    }

    public long Length { get; }

    /// <summary>How much was read from the file so far: a reader that runs in circles is noticed by it.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Up to <paramref name="count"/> bytes, fewer only at the end. Valid until the next call.</summary>
    /// <param name="count">At most <see cref="WindowBytes"/>.</param>
    public ReadOnlySpan<byte> Peek(long offset, int count)
    {
        if (offset < 0 || offset >= Length || count <= 0)
        {
            return [];
        }

        count = (int)Math.Min(Math.Min(count, WindowBytes), Length - offset);
        if (offset < windowStart || offset + count > windowStart + windowLength)
        {
            Fill(offset, count);
        }

        var from = (int)(offset - windowStart);
        return window.AsSpan(from, Math.Min(count, windowLength - from));
    }

    /// <summary>What is at hand from here on, at least two bytes unless it ends before: to look through without reading anything twice.</summary>
    public ReadOnlySpan<byte> Ahead(long offset)
    {
        var inWindow = offset >= windowStart ? windowStart + windowLength - offset : 0;
        return Peek(offset, inWindow >= 2 ? (int)inWindow : WindowBytes);
    }

    /// <summary>Exactly so many bytes.</summary>
    /// <exception cref="ContentRefusedException">It ends before.</exception>
    public ReadOnlySpan<byte> Read(long offset, int count)
    {
        var bytes = Peek(offset, count);
        return bytes.Length == count ? bytes : throw ContentRefusedException.CutOff();
    }

    public byte Byte(long offset) => Read(offset, 1)[0];

    public int U16(long offset) => BinaryPrimitives.ReadUInt16BigEndian(Read(offset, 2));

    public int U16Little(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Read(offset, 2));

    public int U24Little(long offset) => Byte(offset) | (U16Little(offset + 1) << 8);

    public uint U32(long offset) => BinaryPrimitives.ReadUInt32BigEndian(Read(offset, 4));

    public uint U32Little(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Read(offset, 4));

    public bool Has(long offset, ReadOnlySpan<byte> bytes) => Peek(offset, bytes.Length).SequenceEqual(bytes);

    /// <summary>For what is handed to somebody who reads on: does not move the window.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            return await RandomAccess.ReadAsync(file, into, offset, cancellationToken);
        }

        var count = (int)Math.Clamp(Length - offset, 0, into.Length);
        memory.Slice((int)offset, count).CopyTo(into);
        return count;
    }

    public void Dispose() => file?.Dispose();

    private void Fill(long offset, int count)
    {
        (windowStart, windowLength) = (offset, 0);
        while (windowLength < count && ReadSource(offset + windowLength, window.AsSpan(windowLength)) is > 0 and var read)
        {
            windowLength += read;
            BytesRead += read;
        }
    }

    private int ReadSource(long offset, Span<byte> into)
    {
        if (file is not null)
        {
            return RandomAccess.Read(file, into, offset);
        }

        var count = (int)Math.Clamp(Length - offset, 0, into.Length);
        memory.Span.Slice((int)offset, count).CopyTo(into);
        return count;
    }
}
