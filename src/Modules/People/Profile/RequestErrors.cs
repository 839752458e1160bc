using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;

namespace Stoa.People.Profile;

/// <summary>Gathers what is wrong with a request, so that one answer tells all of it.</summary>
internal sealed class RequestErrors
{
    private readonly Dictionary<string, string[]> errors = new(StringComparer.Ordinal);

    /// <returns><paramref name="value"/>; when it is null, <paramref name="why"/> is noted for the member.</returns>
    public T? Take<T>(string member, T? value, string? why) where T : class
    {
        if (value is null)
        {
            errors[member] = [why ?? "is missing"];
        }

        return value;
    }

    public Problem? AsProblem(string tried) => errors.Count == 0
        ? null
        : new(StatusCodes.Status400BadRequest, "invalid_request", tried,
            string.Join("; ", errors.Select(error => $"{error.Key} {error.Value[0]}")) + ".", "Correct the members named in errors.")
        { Errors = errors };
}
