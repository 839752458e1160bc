using System.Collections.Frozen;

namespace Stoa.Town.Geography;

/// <summary>Country names that people add to a city, or write alone. ISO 3166-1 alpha-2, with its English names and nicknames.</summary>
internal static class Countries
{
    private const string Table =
        """
        US united states;usa;america;u s a|GB united kingdom;uk;england;great britain;britain;scotland;wales|ES spain|DE germany|FR france|IT italy
        RU russia|CN china|BR brazil|IN india|JP japan|CA canada|TR turkey;turkiye|MX mexico|ID indonesia|AU australia|GR greece;hellas
        AE united arab emirates;uae;emirates|NO norway|SA saudi arabia|KR south korea;korea|TH thailand|IR iran|MY malaysia|NL netherlands;holland
        PT portugal|PH philippines|TW taiwan|SE sweden|CH switzerland|PL poland;polska|MA morocco|EG egypt|BE belgium|PK pakistan|VN vietnam
        IE ireland|CO colombia|DK denmark|DZ algeria|AT austria|VE venezuela|AR argentina|TN tunisia|UA ukraine|HR croatia|CZ czech republic;czechia
        QA qatar|ZA south africa|DO dominican republic|FI finland|RO romania|UZ uzbekistan|KZ kazakhstan|CY cyprus|IL israel|KE kenya|CL chile
        BS bahamas|KW kuwait|ET ethiopia|PE peru|BD bangladesh|OM oman|CR costa rica|NG nigeria|PA panama|MT malta|JO jordan|HU hungary
        NZ new zealand|MM myanmar;burma|CU cuba|RS serbia|LV latvia|LK sri lanka|EC ecuador|BG bulgaria|JM jamaica|LT lithuania|IQ iraq
        BH bahrain|LB lebanon|HN honduras|LU luxembourg|TZ tanzania|SN senegal|AZ azerbaijan|MV maldives|NP nepal|GH ghana|IS iceland|SV el salvador
        BY belarus|LA laos|GE georgia|AM armenia|MU mauritius|KY cayman islands|AL albania|SI slovenia|EE estonia|KG kyrgyzstan|FJ fiji
        UG uganda|ME montenegro|SK slovakia|BA bosnia;bosnia and herzegovina|UY uruguay|MK north macedonia;macedonia|BB barbados|PY paraguay|MD moldova
        KH cambodia|GT guatemala|SC seychelles|XK kosovo
        """;

    private static readonly FrozenDictionary<string, string> Codes = Table
        .Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .SelectMany(row => row[3..].Split(';').Select(name => (name, code: row[..2])))
        .ToFrozenDictionary(pair => pair.name, pair => pair.code);

    /// <summary>The country that exactly these folded words name, or null.</summary>
    public static string? Named(string words) => Codes.GetValueOrDefault(words.StartsWith("the ", StringComparison.Ordinal) ? words[4..] : words);

    /// <summary>"paris france" is "paris" in FR; words without a country at the end stay as they are.</summary>
    public static (string Words, string? Country) SplitOff(string words)
    {
        for (var at = words.IndexOf(' ', StringComparison.Ordinal); at > 0; at = words.IndexOf(' ', at + 1))
        {
            if (Named(words[(at + 1)..]) is { } code) return (words[..at], code);
        }
        return (words, null);
    }
}
