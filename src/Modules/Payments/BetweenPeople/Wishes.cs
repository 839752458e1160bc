using System.Security.Cryptography;
using System.Text;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What all requests of this feature have in common: a key, an amount, and what one writes beside it.</summary>
internal static class Wishes
{
    public const int NoteMax = 280;

    /// <summary>The id that follows from who asks and their key: another person's same key is another thing.</summary>
    /// <exception cref="ProblemException">400 <c>invalid_request</c>.</exception>
    public static Guid IdOf(string purpose, PersonId person, Guid key) => key != Guid.Empty
        ? DerivedId.Of(purpose, $"{person}/{key:D}")
        : throw new ProblemException(Problem.Invalid("invalid_request", "key is a UUID made by the client.", "Make one when the sheet opens, and keep it for repeats."));

    public static byte[] HashOf(params ReadOnlySpan<object?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            // A length before each part: no two lists of parts read alike.
            var written = FormattableString.Invariant($"{part}");
            text.Append(written.Length).Append(':').Append(written);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <exception cref="ProblemException">400 <c>invalid_request</c>, 422 <c>amount_out_of_range</c>.</exception>
    public static void CheckAmount(Money amount, long most)
    {
        // A struct can be read without its members: what is missing is null here, whatever the type says.
        if (amount.Currency is null)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "The amount has no currency.", "Send {\"amountMinor\":…, \"currency\":\"EUR\"}."));
        }

        if (amount.AmountMinor < 1 || amount.AmountMinor > most)
        {
            throw MoneyProblems.OutOfRange(amount, most).AsException();
        }
    }

    /// <summary>The note in one normal form; null for none.</summary>
    /// <exception cref="ProblemException">400 <c>note_invalid</c>.</exception>
    public static string? CleanNote(string? note)
    {
        if (string.IsNullOrWhiteSpace(note))
        {
            return null;
        }

        string? wrong = null;
        try
        {
            note = note.Trim().Normalize(NormalizationForm.FormC);
            wrong = note.EnumerateRunes().Count() > NoteMax ? $"has more than {NoteMax} characters" : note.Any(c => char.IsControl(c) && c != '\n') ? "has a control character" : null;
        }
        catch (ArgumentException)
        {
            wrong = "has half of a character (a lone surrogate)";
        }

        return wrong is null ? note : throw new ProblemException(Problem.Invalid("note_invalid", $"The note {wrong}.", "Correct the note."));
    }
}
