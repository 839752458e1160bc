using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Stoa.Media.Uploads;

/// <summary>What an uploader says about an upload: <c>Upload-Metadata</c> of tus, pairs of a key and a value in base 64.</summary>
/// <param name="Name">Cleaned; may be empty.</param>
/// <param name="Type">As declared: only good for choosing a limit, the content decides what it is.</param>
/// <param name="ClientId">Made by the client before the first try: the same begins no second upload.</param>
/// <param name="Waveform">Up to 100 values from 0 to 31.</param>
internal sealed record UploadMetadata(string Name, string Type, Guid? ClientId, byte[]? Waveform)
{
    private const int HeaderMax = 4096;
    private const int NameMax = 200;
    private const int WaveformMax = 100;

    /// <param name="wrong">What is wrong with it, as a sentence.</param>
    public static bool TryParse(string header, [NotNullWhen(true)] out UploadMetadata? metadata, out string wrong)
    {
        (metadata, wrong) = (null, "Upload-Metadata is no list of keys and values in base 64.");
        if (header.Length > HeaderMax)
        {
            wrong = $"Upload-Metadata is longer than {HeaderMax} characters.";
            return false;
        }

        var pairs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split(' ') is [var first, var second] ? (first, second) : (pair, "");
            var bytes = new byte[value.Length];
            if (key.Contains(' ', StringComparison.Ordinal) || !Convert.TryFromBase64String(value, bytes, out var length) || !pairs.TryAdd(key, bytes[..length]))
            {
                return false;
            }
        }

        var (clientId, waveform) = (Guid.Empty, pairs.GetValueOrDefault("waveform"));
        if (pairs.TryGetValue("clientId", out var id) && !Guid.TryParseExact(Encoding.UTF8.GetString(id), "D", out clientId))
        {
            wrong = "The clientId in Upload-Metadata is no UUID.";
            return false;
        }

        if (waveform is not null && (waveform.Length > WaveformMax || waveform.Any(value => value > 31)))
        {
            wrong = $"The waveform in Upload-Metadata has more than {WaveformMax} values, or one above 31.";
            return false;
        }

        var type = Encoding.UTF8.GetString(pairs.GetValueOrDefault("filetype") ?? []);
        metadata = new(CleanName(Encoding.UTF8.GetString(pairs.GetValueOrDefault("filename") ?? [])), type.Length <= 100 && type.All(char.IsAscii) ? type : "",
            id is null ? null : clientId, waveform is { Length: > 0 } ? waveform : null);
        return true;
    }

    /// <summary>The last part of a path, in NFC, without what hides, turns or controls text, at most 200 characters with the ending kept.</summary>
    internal static string CleanName(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new StringBuilder();
        foreach (var rune in last.EnumerateRunes())
        {
            // The replacement stands for what was no character at all.
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned) && rune != Rune.ReplacementChar)
            {
                clean.Append(rune);
            }
        }

        var text = clean.ToString().Normalize(NormalizationForm.FormC).Trim(' ', '.');
        if (text.Length <= NameMax)
        {
            return text;
        }

        var ending = Path.GetExtension(text) is { Length: <= 12 } extension ? extension : "";
        var kept = NameMax - ending.Length;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept), ending);
    }
}
