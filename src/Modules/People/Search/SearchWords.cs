using System.Globalization;
using System.Text;
using Dapper;
using Npgsql;
using Stoa.Kernel;

namespace Stoa.People.Search;

/// <summary>How a name becomes words to search by: compatibility forms folded, marks and case dropped.</summary>
internal static class SearchWords
{
    private const int WordsMax = 12;

    public static string[] Fold(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format)
            {
                continue;
            }

            // Letters that no decomposition opens, and that people leave out when they type in a hurry.
            words.Append(rune.Value switch
            {
                'ł' or 'Ł' => "l",
                'ø' or 'Ø' => "o",
                'đ' or 'Đ' => "d",
                'ß' => "ss",
                'æ' or 'Æ' => "ae",
                'œ' or 'Œ' => "oe",
                '_' or '.' => rune.ToString(),
                _ => Rune.IsLetterOrDigit(rune) || category is UnicodeCategory.OtherSymbol ? Rune.ToLowerInvariant(rune).ToString() : " ",
            });
        }

        return words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Take(WordsMax).ToArray();
    }

    public static Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, string handle, string name, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            delete from people.search_words where person_id = @person and word <> all(@words);
            insert into people.search_words (word, person_id) select w, @person from unnest(@words) as w on conflict do nothing
            """,
            new { person = person.Value, words = Fold(name).Append(handle).Distinct(StringComparer.Ordinal).ToArray() }, transaction, cancellationToken: cancellationToken));
}
