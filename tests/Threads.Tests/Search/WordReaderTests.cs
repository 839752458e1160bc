using Stoa.Threads.Search;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>What is a word, and which written forms are the same one.</summary>
public sealed class WordReaderTests
{
    public static TheoryData<string, string> Texts => new()
    {
        // Latin: case, accents, letters that only look like accents, punctuation.
        { "Hello, World!", "hello world" },
        { "don't O'Brien rock’n’roll", "dont obrien rocknroll" },
        { "Où est l'hôtel d’Anaïs ? Qu'importe", "ou est hotel anais importe" },
        { "aujourd'hui s'il", "aujourdhui il" },
        { "Cœur et æther, Straße", "coeur et aether strasse" },
        { "Zażółć gęślą jaźń w Łodzi", "zazolc gesla jazn w lodzi" },
        { "İstanbul Iğdır ılık", "istanbul igdir ilik" },
        { "Ångström øl smørrebrød þing Ðuro", "angstrom ol smorrebrod thing duro" },
        // Hebrew: niqqud, final forms, abbreviations.
        { "שָׁלוֹם עוֹלָם", "שלומ עולמ" },
        { "שלום, עולם!", "שלומ עולמ" },
        { "צה״ל צה\"ל ג'ירפה", "צהל צהל גירפה" },
        { "מֶלֶךְ־הָעוֹלָם", "מלכ העולמ" },
        // Arabic: tashkeel, tatweel, variants of letters, the article, digits.
        { "مُحَمَّد مـحـمـد", "محمد محمد" },
        { "أحمد إلى آخر ٱسم", "احمد الي اخر اسم" },
        { "الكتاب والكتاب كتاب", "الكتاب كتاب والكتاب كتاب كتاب" },
        { "مدرسة علی کبیر", "مدرسه علي كبير" },
        { "رقم ١٢٣", "رقم 123" },
        // Other alphabets.
        { "Ёлка ЁЛКА", "елка елка" },
        { "Σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ σισυφοσ" },
        { "हिन्दी में", "हिन्दी में" },
        { "한국어 서울", "한국어 서울" },
        // Digits, codes, addresses.
        { "LO281 at 20:58, seat 12A", "lo281 at 20 58 seat 12a" },
        { "https://example.com/a_b?c=d", "https example com a b c d" },
        { "+48 600-700-800", "48 600 700 800" },
        { "½ ﬁne ＦＵＬＬ ①", "1 2 fine full 1" },
        // Scripts without gaps: pairs, and the last letter alone.
        { "東京都", "東京 京都 都" },
        { "ガーデン", "ガー ーデ デン ン" },
        { "iPhone発売", "iphone 発売 売" },
        { "東", "東" },
        // Emoji: one word each, whatever its colour.
        { "ok 👍🏽👍 ❤️", "ok 👍 👍 ❤" },
        { "👨‍👩‍👧‍👦 🇵🇱🇮🇱", "👨‍👩‍👧‍👦 🇵🇱 🇮🇱" },
        { "1️⃣", "1" },
        // What is no word, and what hides in words.
        { " \t\n…—!?'\"«»&|<>():*\\", "" },
        { "te\u202Est \u202Bword\u202C so\u00ADft zero\u200Bwidth", "test word soft zerowidth" },
        { "\uD83D alone \uDC4D", "alone" },
        { new string('a', 40), new string('a', 32) },
        { "z" + new string('\u0301', 10_000) + "x", "zx" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_has_these_words(string text, string words) =>
        Assert.Equal(words, string.Join(' ', WordReader.Read(text).Select(word => word.Text)));

    [Theory]
    [InlineData("l'hôtel", "hotel", 1)]
    [InlineData("الكتاب", "كتاب", 1)]
    [InlineData("الك", "الك", 1)]
    [InlineData("東京都", "東京 京都", 1)]
    [InlineData("one, two three", "one two three", 3)]
    [InlineData("'a' & 'b':* | !c <-> \\", "a b c", 3)]
    public void A_query_has_these_words(string query, string words, int written)
    {
        var read = WordReader.ReadQuery(query, out var count);

        Assert.Equal(words, string.Join(' ', read.Select(word => word.Text)));
        Assert.Equal(written, count);
    }

    [Theory]
    [InlineData("Où est l'hôtel ?")]
    [InlineData("東京都 한국어 👨‍👩‍👧‍👦 שָׁלוֹם")]
    [InlineData("ﷺ ½ ﬁne")]
    public void A_word_stands_where_it_says(string text)
    {
        foreach (var word in WordReader.Read(text))
        {
            var written = text.Substring(word.Start, word.Length);
            Assert.Contains(WordReader.Read(written), again => again.Text == word.Text);
        }
    }

    [Fact]
    public void Half_a_million_signs_of_anything_are_read()
    {
        var random = new Random(7);
        var text = string.Create(500_000, random, static (signs, random) =>
        {
            for (var i = 0; i < signs.Length; i++)
            {
                signs[i] = (char)random.Next(0x10000);
            }
        });

        Assert.All(WordReader.Read(text), word =>
        {
            Assert.InRange(word.Text.Length, 1, Word.LengthMax);
            Assert.InRange(word.Start, 0, text.Length - 1);
            Assert.InRange(word.End, word.Start + 1, text.Length);
            Assert.DoesNotContain(word.Text, sign => char.IsWhiteSpace(sign) || sign is '\'' or '\\' or '@' or '#');
        });
    }
}
