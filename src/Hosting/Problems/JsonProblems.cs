using System.Text.Json;
using System.Text.RegularExpressions;

namespace Stoa.Hosting.Problems;

/// <summary>Says what is wrong with a JSON body, in the reader's terms: names of members, never of our types.</summary>
public static partial class JsonProblems
{
    /// <param name="exception">From reading a request's body with the options of <see cref="ProblemServices"/>, or a context made from them.</param>
    public static Problem Of(JsonException exception)
    {
        if (exception.InnerException is JsonException || exception.GetType() != typeof(JsonException))
        {
            // The reader's own, internal exception: not JSON, or nested too deep.
            return Problem.Invalid("malformed_json", $"The body is no JSON: it breaks at line {(exception.LineNumber ?? 0) + 1}, byte {exception.BytePositionInLine ?? 0}.",
                "Send one JSON object in UTF-8, nested at most 32 deep.");
        }

        // The framework tells these cases apart by their texts only; a test holds each of them.
        var message = exception.Message;
        if (Unmapped().Match(message) is { Success: true } unmapped)
        {
            return Problem.Invalid("unknown_member", $"The body has a member '{unmapped.Groups["name"].Value}' that this call does not know.",
                "Leave it out; docs/protocol/http.md lists the members.");
        }

        if (Duplicate().Match(message) is { Success: true } duplicate)
        {
            return Problem.Invalid("repeated_member", $"The body has the member '{duplicate.Groups["name"].Value}' twice.", "Send each member once.");
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            return Problem.Invalid("invalid_request", $"The body lacks {missing.Groups["names"].Value.TrimEnd('.')}.", "Send all members that the call needs.");
        }

        var path = exception.Path is { Length: > 1 } found ? found.TrimStart('$', '.') : Null().Match(message) is { Success: true } isNull ? isNull.Groups["name"].Value : "";
        return path.Length == 0
            ? Problem.Invalid("invalid_request", "The body is not of the shape this call needs.", "Send a JSON object as docs/protocol/http.md describes it.")
            : Problem.Invalid("invalid_request", $"The member '{path}' is of another kind than this call needs.", "Compare it with docs/protocol/http.md.")
                with
            { Errors = new Dictionary<string, string[]> { [path] = ["Wrong kind of value."] } };
    }

    [GeneratedRegex("The JSON property '(?<name>[^']*)' could not be mapped to any .NET member", RegexOptions.NonBacktracking)]
    private static partial Regex Unmapped();

    [GeneratedRegex("Duplicate property '(?<name>[^']*)' encountered", RegexOptions.NonBacktracking)]
    private static partial Regex Duplicate();

    [GeneratedRegex("missing required properties including: (?<names>.*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Missing();

    [GeneratedRegex("The (?:constructor parameter|property or field) '(?<name>[^']*)' on type .* doesn't allow", RegexOptions.NonBacktracking)]
    private static partial Regex Null();
}
