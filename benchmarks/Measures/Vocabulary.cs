using System.Text;

namespace Stoa.Bench.Measures;

/// <summary>Made-up words of five languages' letters, as often as words are: the second half as often as the first, the tenth a tenth. The same in each run.</summary>
internal sealed class Vocabulary
{
    private const int WordsEach = 30_000;
    private const int TextBytes = 200;

    // Consonants, then vowels; scripts that write no vowels have none.
    private static readonly (string Consonants, string Vowels)[] letters =
    [
        ("bcdfghklmnprstvw", "aeiou"), ("bcdfglmnprstvç", "aeéèiouà"), ("bcćdgjklłmnprsśtwzżź", "aąeęioóuy"), ("אבגדהוזחטיכלמנסעפצקרשת", ""), ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", ""),
    ];

    private readonly string[][] words;
    private readonly double[] cumulative;
    private readonly Random random = new(7);

    public Vocabulary()
    {
        words = [.. letters.Select(set => MakeWords(set.Consonants, set.Vowels))];
        cumulative = new double[WordsEach];
        var sum = 0.0;
        for (var i = 0; i < WordsEach; i++)
        {
            cumulative[i] = sum += 1.0 / (i + 2.7);
        }
    }

    public static IReadOnlyList<string> Kinds { get; } = ["rare", "medium", "common", "prefix", "two words", "two common words", "nowhere", "mistyped"];

    /// <summary>The body of an event with a text of about 200 bytes, half of them in the first language.</summary>
    public string Message()
    {
        var language = random.Next(2) == 0 ? 0 : random.Next(1, letters.Length);
        var text = new StringBuilder("{\"text\":\"", TextBytes + 16);
        for (var bytes = 0; bytes < TextBytes;)
        {
            var word = Pick(language);
            text.Append(bytes == 0 ? "" : " ").Append(word);
            bytes += Encoding.UTF8.GetByteCount(word) + 1;
        }

        return text.Append("\"}").ToString();
    }

    public IEnumerable<string> Queries(string kind, int count)
    {
        var choosing = new Random(kind.Length);
        for (var i = 0; i < count; i++)
        {
            var set = words[i % letters.Length];
            // By rank a word of the first language stands in this share of its messages: 0.03 %, 1 %, 25 % and more.
            yield return kind switch
            {
                "rare" => set[choosing.Next(8_000, WordsEach)],
                "medium" => set[choosing.Next(200, 400)],
                "common" => set[choosing.Next(0, 12)],
                "prefix" => set[choosing.Next(40, 20_000)][..3],
                "two words" => $"{set[choosing.Next(20, 60)]} {set[choosing.Next(300, 3_000)]}",
                "two common words" => $"{set[choosing.Next(0, 6)]} {set[choosing.Next(6, 20)]}",
                "nowhere" => $"zzq{choosing.Next(100)}x",
                _ => Mistype(set[choosing.Next(60, 400)], choosing),
            };
        }
    }

    private string Pick(int language)
    {
        var found = Array.BinarySearch(cumulative, random.NextDouble() * cumulative[^1]);
        return words[language][found < 0 ? ~found : found];
    }

    /// <summary>Two letters of the second half exchanged, or one doubled.</summary>
    private static string Mistype(string word, Random choosing)
    {
        var at = choosing.Next(word.Length / 2, word.Length);
        return at + 1 < word.Length && word[at] != word[at + 1] ? word[..at] + word[at + 1] + word[at] + word[(at + 2)..] : word[..at] + word[at] + word[at] + word[at..];
    }

    /// <summary>The more often a word is said, the shorter it is.</summary>
    private static string[] MakeWords(string consonants, string vowels)
    {
        var making = new Random(consonants.Length);
        var made = new HashSet<string>(StringComparer.Ordinal);
        var list = new List<string>(WordsEach);
        while (list.Count < WordsEach)
        {
            var length = (list.Count < 30 ? 2 : list.Count < 300 ? 4 : 5) + making.Next(0, list.Count < 30 ? 2 : 5);
            var word = string.Create(length, (making, consonants, vowels), static (signs, state) =>
            {
                for (var i = 0; i < signs.Length; i++)
                {
                    var set = i % 2 == 1 && state.vowels.Length > 0 ? state.vowels : state.consonants;
                    signs[i] = set[state.making.Next(set.Length)];
                }
            });
            if (made.Add(word))
            {
                list.Add(word);
            }
        }

        return [.. list];
    }
}
