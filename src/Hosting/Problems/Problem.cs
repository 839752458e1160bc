using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Stoa.Hosting.Problems;

/// <summary>What went wrong, in the terms of RFC 9457 with a stable code and a way out.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable and written in lower_snake_case; clients decide by it.</param>
/// <param name="Title">What was tried.</param>
/// <param name="Detail">Why it did not work, with the values that matter.</param>
/// <param name="Fix">What helps.</param>
public sealed record Problem(int Status, string Code, string Title, string Detail, string Fix)
{
    /// <summary>By member of the request, as it is written in JSON: what is wrong with it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Seconds after which asking again makes sense; becomes the header <c>Retry-After</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What one may not see answers as what does not exist.</summary>
    public static Problem NotFound(string code, string what) =>
        new(StatusCodes.Status404NotFound, code, $"Look up {what}", $"There is no such {what}, or it is not yours to see.", "Check the id.");

    public static Problem Invalid(string code, string detail, string fix) =>
        new(StatusCodes.Status400BadRequest, code, "Read the request", detail, fix);

    public ProblemHttpResult AsResult() => TypedResults.Problem(AsDetails());

    public ProblemDetails AsDetails()
    {
        var details = new ProblemDetails { Status = Status, Title = Title, Detail = Detail, Type = "about:blank" };
        details.Extensions["code"] = Code;
        details.Extensions["fix"] = Fix;
        if (RetryAfterSeconds is { } seconds)
        {
            // Becomes a header on the way out, whoever writes the document.
            details.Extensions[ProblemServices.RetryAfter] = seconds;
        }

        if (Errors is not null)
        {
            details.Extensions["errors"] = Errors;
        }

        return details;
    }
}

/// <summary>Carries a <see cref="Problem"/> out of a place that has no answer to give it in. Becomes the problem document.</summary>
public sealed class ProblemException(Problem problem) : Exception($"{problem.Code}: {problem.Detail}")
{
    public Problem Problem { get; } = problem;
}
