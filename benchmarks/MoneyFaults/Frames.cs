using System.Buffers.Binary;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Reads PostgreSQL's frames as they come by: a type, a length, and what it holds.</summary>
internal sealed class Frames(bool startsUntyped)
{
    private const int HeadMax = 6;
    private readonly byte[] header = new byte[5];
    private readonly byte[] head = new byte[HeadMax];
    private bool untyped = startsUntyped;
    private int headerRead;
    private int headRead;
    private int left = -1;

    /// <summary>Of the last feed: what asks for an answer of its own.</summary>
    public int Questions { get; private set; }

    /// <summary>Of the last feed: "ready for the next".</summary>
    public int Answers { get; private set; }

    public bool Commits { get; private set; }

    /// <summary>Of the last feed: the client says goodbye.</summary>
    public bool Ends { get; private set; }

    /// <summary>The state of the session when it was last ready: I idle, T in a transaction, E in a failed one.</summary>
    public char Session { get; private set; } = 'I';

    /// <summary>Between two frames.</summary>
    public bool AtBoundary => left < 0 && headerRead == 0;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        (Questions, Answers, Commits, Ends) = (0, 0, false, false);
        while (bytes.Length > 0 || left == 0)
        {
            if (left < 0)
            {
                var needed = untyped ? 4 : 5;
                var taken = Math.Min(needed - headerRead, bytes.Length);
                bytes[..taken].CopyTo(header.AsSpan(headerRead));
                headerRead += taken;
                bytes = bytes[taken..];
                if (headerRead < needed)
                {
                    return;
                }

                (left, headRead) = (BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(needed - 4)) - 4, 0);
            }

            var body = Math.Min(left, bytes.Length);
            var seen = Math.Min(HeadMax - headRead, body);
            bytes[..seen].CopyTo(head.AsSpan(headRead));
            (headRead, left) = (headRead + seen, left - body);
            bytes = bytes[body..];
            if (left == 0)
            {
                End();
            }
            else if (bytes.Length == 0)
            {
                return;
            }
        }
    }

    private void End()
    {
        if (!untyped)
        {
            var type = (char)header[0];
            Questions += type is 'Q' or 'S' or 'F' ? 1 : 0;
            Ends |= type == 'X';
            if (type == 'Z')
            {
                Answers++;
                Session = (char)head[0];
            }

            Commits |= type == 'Q' && head.AsSpan(0, headRead).SequenceEqual("COMMIT"u8);
        }

        (untyped, headerRead, left) = (false, 0, -1);
    }
}
