using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Live;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary><c>GET /api/presence?people=</c>: of those one shares a direct thread with and who show it; others are left out.</summary>
internal static class ReadPresence
{
    private const int Most = 100;

    public sealed record PresencePage(IReadOnlyList<Seen> People);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/presence", HandleAsync).For(Audience.Person)
            .WithName("readPresence").WithTags("People").WithSummary("Who of these is here, or was last").Produces<PresencePage>().ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<IResult> HandleAsync(HttpContext context, Presence presence, CancellationToken cancellationToken, string? people = null)
    {
        var asked = (people ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ids = asked.Select(text => (Known: PersonId.TryParse(text, null, out var id), Id: id)).ToArray();
        if (ids.Length is 0 or > Most || Array.Exists(ids, id => !id.Known))
        {
            return Problem.Invalid("invalid_request", $"'people' has {ids.Length} parts; it takes 1 to {Most} ids of people, with commas between.", "Send people=7123…,7456….").AsResult();
        }

        var seen = await presence.FindAsync(context.Person(), [.. ids.Select(id => id.Id).Distinct()], cancellationToken);
        return TypedResults.Json(new PresencePage(seen), ThreadsJson.Default.PresencePage);
    }
}
