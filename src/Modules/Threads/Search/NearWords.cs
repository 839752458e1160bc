using System.Text;
using Npgsql;

namespace Stoa.Threads.Search;

/// <summary>
/// Words like the one that was written, from one's own blocks alone: what others write is never a proposal. A proposal counts only
/// when messages with it were found, and those are read as their reader may see them.
/// </summary>
internal sealed class NearWords(IReadOnlyList<string> wanted, Func<int, bool> isPrefix)
{
    /// <summary>Of the newest blocks, as they are sent. A mistyped word is mostly about something recent, and all blocks of a busy person would take too long.</summary>
    private const int BytesMax = 512 * 1024;

    private const int BlocksAtOnce = 128;
    private const int ProposalsMax = 3;

    private readonly Sought[] sought = [.. wanted.Select((word, i) => new Sought(word, isPrefix(i)))];

    /// <returns>Lists of words to look for instead, the likeliest first; none when nothing is like them.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> ProposeAsync(NpgsqlConnection connection, IReadOnlyList<PlannedBlock> blocks, CancellationToken cancellationToken)
    {
        if (!sought.Any(word => word.ErrorsMax > 0))
        {
            return [];
        }

        var left = BytesMax;
        foreach (var some in blocks.Chunk(BlocksAtOnce).TakeWhile(_ => left > 0))
        {
            await foreach (var (_, _, words) in FindMessages.ReadBlocksAsync(connection, some, null, cancellationToken))
            {
                Look(words);
                left -= words.Length;
            }
        }

        var missing = sought.Where(word => !word.Exists).ToList();
        if (missing.Count == 0 || missing.Any(word => word.Near.Count == 0))
        {
            return [];
        }

        var best = missing.ToDictionary(word => word, word => word.Best());
        return [.. Enumerable.Range(0, Math.Min(ProposalsMax, best.Values.Max(words => words.Count)))
            .Select(i => sought.Select(word => word.Exists ? word.Text : best[word][Math.Min(i, best[word].Count - 1)]).ToList())];
    }

    private void Look(byte[] block)
    {
        var words = new BlockBytes(block);
        while (words.Next())
        {
            foreach (var word in sought)
            {
                word.Compare(words.Word);
            }
        }
    }

    private sealed class Sought
    {
        private readonly byte[] utf8;
        private readonly ulong letters;
        private readonly bool isPrefix;

        public Sought(string text, bool isPrefix)
        {
            (Text, this.isPrefix) = (text, isPrefix);
            utf8 = Encoding.UTF8.GetBytes(text);
            letters = LettersOf(utf8);
            // Numbers are not mistyped words, and in short words everything is like everything.
            ErrorsMax = text.Length < 4 || text.Any(char.IsDigit) || text.Any(c => c >= '\u0E00') ? 0 : text.Length < 8 ? 1 : 2;
        }

        public string Text { get; }

        public int ErrorsMax { get; }

        public bool Exists { get; private set; }

        /// <summary>By word: how many errors away, and in how many blocks it was seen.</summary>
        public Dictionary<string, (int Errors, int Blocks)> Near { get; } = new(StringComparer.Ordinal);

        public List<string> Best() => [.. Near.OrderBy(near => near.Value.Errors).ThenByDescending(near => near.Value.Blocks).ThenBy(near => near.Key, StringComparer.Ordinal).Select(near => near.Key)];

        public void Compare(ReadOnlySpan<byte> word)
        {
            if (isPrefix ? word.StartsWith(utf8) : word.SequenceEqual(utf8))
            {
                Exists = true;
                return;
            }

            // Cheap looks first: nearly all words end here. A letter takes one or two bytes in the scripts that come so far, and one error changes two of them at most.
            if (ErrorsMax == 0 || Exists || Math.Abs(word.Length - utf8.Length) > ErrorsMax * 2
                || System.Numerics.BitOperations.PopCount(LettersOf(word) ^ letters) > ErrorsMax * 4)
            {
                return;
            }

            var text = Encoding.UTF8.GetString(word);
            var errors = Errors(Text, text, ErrorsMax);
            if (errors <= ErrorsMax)
            {
                Near[text] = (errors, Near.GetValueOrDefault(text).Blocks + 1);
            }
        }

        private static ulong LettersOf(ReadOnlySpan<byte> utf8)
        {
            var letters = 0UL;
            foreach (var letter in utf8)
            {
                letters |= 1UL << (letter & 63);
            }

            return letters;
        }
    }

    /// <summary>Letters to put in, take out, put in another's place or exchange with the next; above <paramref name="most"/> not exact.</summary>
    internal static int Errors(string one, string other, int most)
    {
        if (Math.Abs(one.Length - other.Length) > most)
        {
            return most + 1;
        }

        var (before, last, row) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[other.Length];
    }
}
