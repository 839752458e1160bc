namespace Stoa.Media.Checks;

/// <summary>What a rebuilt content is made of, in order: ranges of the upload, bytes of ours, and zeros in the place of what was dropped.</summary>
internal sealed class Pieces
{
    // Content of many tiny parts would make the plan larger than the content.
    private const int CountMax = 200_000;

    private readonly List<Piece> pieces = [];

    public long Length { get; private set; }

    public IReadOnlyList<Piece> All => pieces;

    public void Copy(long offset, long length)
    {
        if (length == 0)
        {
            return;
        }

        if (pieces is [.., { Literal: null, Offset: >= 0 } last] && last.Offset + last.Length == offset)
        {
            pieces[^1] = last with { Length = last.Length + length };
            Length += length;
            return;
        }

        Add(new(offset, length, null));
    }

    public void Write(params byte[] literal) => Add(new(-1, literal.Length, literal));

    public void Zeros(long length)
    {
        if (length > 0)
        {
            Add(new(-1, length, null));
        }
    }

    public void Append(Pieces others)
    {
        foreach (var piece in others.pieces)
        {
            if (piece is { Literal: null, Offset: >= 0 })
            {
                Copy(piece.Offset, piece.Length);
            }
            else
            {
                Add(piece);
            }
        }
    }

    private void Add(Piece piece)
    {
        ContentRefusedException.Unless(pieces.Count < CountMax, "The content has too many parts.");
        pieces.Add(piece);
        Length += piece.Length;
    }
}

/// <param name="Offset">In the upload; -1 for a literal or, without one, for zeros.</param>
internal readonly record struct Piece(long Offset, long Length, byte[]? Literal);

/// <summary>Reads a rebuilt content from its beginning to its end.</summary>
internal sealed class RebuiltStream(Content content, Pieces pieces) : Stream
{
    private int index;
    private long within;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => pieces.Length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var filled = 0;
        while (filled < buffer.Length && index < pieces.All.Count)
        {
            var piece = pieces.All[index];
            var into = buffer.Slice(filled, (int)Math.Min(buffer.Length - filled, piece.Length - within));
            var read = into.Length;
            if (piece.Literal is not null)
            {
                piece.Literal.AsMemory((int)within, read).CopyTo(into);
            }
            else if (piece.Offset < 0)
            {
                into.Span.Clear();
            }
            else
            {
                read = await content.ReadAsync(piece.Offset + within, into, cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException("The upload is shorter than when it was checked.");
                }
            }

            (filled, within) = (filled + read, within + read);
            if (within == piece.Length)
            {
                (index, within) = (index + 1, 0);
            }
        }

        Position += filled;
        return filled;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("It is read once, from the beginning.");

    public override void SetLength(long value) => throw new NotSupportedException("It is read only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read only.");
}
