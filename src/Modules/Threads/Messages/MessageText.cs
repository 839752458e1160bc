using System.Globalization;
using System.Text;
using Stoa.Kernel;

namespace Stoa.Threads.Messages;

/// <summary>What a person may write: any script, one normal form, nothing that only machines see, and no card's number.</summary>
internal static class MessageText
{
    public const int BytesMax = 16 * 1024;

    /// <param name="clean">The text in NFC, with the numbers of cards hidden; empty when refused.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryClean(string text, out string clean)
    {
        clean = "";
        // A text of letters and digits only is the usual case and needs no second look.
        if (!Ascii.IsValid(text))
        {
            // Half of a pair cannot be stored as UTF-8, and normalising it throws.
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    i++;
                }
                else if (char.IsSurrogate(text[i]))
                {
                    return "The text has half of a character (a lone surrogate).";
                }
            }

            text = text.Normalize(NormalizationForm.FormC);
        }

        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\n' or '\t'))
            {
                return $"The text has the control character U+{((int)c).ToString("X4", CultureInfo.InvariantCulture)}; line feed and tab are the only ones allowed.";
            }
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return "The text is empty.";
        }

        if (Encoding.UTF8.GetByteCount(text) is > BytesMax and var bytes)
        {
            return $"The text has {bytes} bytes in UTF-8; at most {BytesMax}.";
        }

        // Before it is stored anywhere. The length stays, and with it the places of marks.
        clean = CardNumbers.Mask(text);
        return null;
    }
}
