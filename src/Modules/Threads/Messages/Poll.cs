using System.Text.Json;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary>A question with options, as a person sends it.</summary>
internal sealed record PollToSend(string? Question = null, string[]? Options = null, bool Multiple = false, DateTimeOffset? ClosesAt = null);

/// <summary>A checked poll.</summary>
internal sealed record Poll(string Question, IReadOnlyList<string> Options, bool Multiple, DateTimeOffset? ClosesAt)
{
    public const int OptionsMax = 12;
    private const int QuestionMax = 300;
    private const int OptionMax = 100;

    /// <exception cref="Hosting.Problems.ProblemException">400 <c>poll_invalid</c>.</exception>
    public static Poll Of(PollToSend poll, DateTimeOffset now)
    {
        var question = Line(poll.Question, QuestionMax) ?? throw Wrong($"'question' is not 1 to {QuestionMax} characters of text.");
        if (poll.Options is not { Length: >= 2 and <= OptionsMax })
        {
            throw Wrong($"'options' has {poll.Options?.Length ?? 0} entries; a poll has 2 to {OptionsMax}.");
        }

        var options = Array.ConvertAll(poll.Options, option => Line(option, OptionMax) ?? throw Wrong($"An option is not 1 to {OptionMax} characters of text."));
        if (options.Distinct(StringComparer.Ordinal).Count() != options.Length)
        {
            throw Wrong("Two options are the same.");
        }

        return poll.ClosesAt is { } closesAt && (closesAt <= now || closesAt.Year > 9000)
            ? throw Wrong("'closesAt' is not in the future.")
            : new(question, options, poll.Multiple, poll.ClosesAt);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("poll"u8);
        json.WriteString("question"u8, Question);
        json.WriteStartArray("options"u8);
        foreach (var option in Options)
        {
            json.WriteStringValue(option);
        }

        json.WriteEndArray();
        if (Multiple)
        {
            json.WriteBoolean("multiple"u8, true);
        }

        if (ClosesAt is { } closesAt)
        {
            Span<byte> at = stackalloc byte[Instant.Length];
            json.WriteString("closesAt"u8, at[..Instant.Write(at, closesAt)]);
        }

        json.WriteEndObject();
    }

    private static string? Line(string? text, int max) => text is not null && MessageText.TryClean(text, out var clean) is null && clean.Length <= max ? clean : null;

    private static Hosting.Problems.ProblemException Wrong(string detail) => MessageProblems.Wrong("poll_invalid", detail, "Compare with docs/protocol/http.md, 'Attachments'.");
}
