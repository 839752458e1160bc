using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Stoa.People.Profile;

internal static partial class Locales
{
    private static readonly string[] spoken = ["en", "fr", "pl", "he", "ar"];

    /// <summary>A well-formed tag in the usual case (<c>pl-PL</c>), or null.</summary>
    public static string? Canonical(string tag)
    {
        if (!Tag().IsMatch(tag))
        {
            return null;
        }

        var parts = tag.Split('-');
        parts[0] = parts[0].ToLowerInvariant();
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = parts[i].Length switch
            {
                2 => parts[i].ToUpperInvariant(),
                4 => char.ToUpperInvariant(parts[i][0]) + parts[i][1..].ToLowerInvariant(),
                _ => parts[i].ToLowerInvariant(),
            };
        }

        return string.Join('-', parts);
    }

    /// <summary>The first language of the browser that we speak; English when there is none.</summary>
    public static string OfRequest(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value?.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(language => spoken.Contains(language)) ?? "en";

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
