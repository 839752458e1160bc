using System.Text.Json;
using System.Text.RegularExpressions;

namespace Stoa.Browser.Tests;

/// <summary>The texts of the web client in one language: a test names a text by its key and so survives a better wording.</summary>
internal sealed class Words(string language)
{
    private static readonly string root = FindRoot();
    private readonly Dictionary<string, JsonElement> files = [];

    public static Words English { get; } = new("en");

    public string Of(string feature, string key)
    {
        if (!files.TryGetValue(feature, out var texts))
        {
            var folder = feature is "app" or "ui" ? feature : $"features/{feature}";
            texts = files[feature] = JsonElement.Parse(File.ReadAllText(Path.Combine(root, "web/src", folder, "locales", $"{language}.json")));
        }

        return texts.TryGetProperty(key, out var text) ? text.GetString() ?? "" : throw new KeyNotFoundException($"{language}/{feature} has no text '{key}'.");
    }

    /// <summary>The text with anything where it has a stand-in.</summary>
    public Regex Pattern(string feature, string key) =>
        new($"^{string.Join(".*", Regex.Split(Of(feature, key), @"\{\{[^}]*\}\}").Select(Regex.Escape))}$", RegexOptions.Singleline);

    private static string FindRoot()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        while (here is not null && !File.Exists(Path.Combine(here.FullName, "Stoa.slnx")))
        {
            here = here.Parent;
        }

        return here?.FullName ?? throw new InvalidOperationException($"No Stoa.slnx above {AppContext.BaseDirectory}.");
    }
}
