using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Events;

/// <summary><c>GET /api/threads/{id}/events</c>: a piece of the log in order. What a socket missed is closed here.</summary>
internal static class ListEvents
{
    private const int PageDefault = 50;
    private const int PageMax = 100;

    public sealed record EventsPage(IReadOnlyList<RawJson> Events, long LastSeq);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/events", HandleAsync).For(Audience.Person)
            .WithName("listEvents").WithTags("Threads").WithSummary("Events of a thread: after a number, before one, or the newest").Produces<EventsPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, EventReader events, CancellationToken cancellationToken, long? after = null, long? before = null, int limit = PageDefault)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if ((after is not null && before is not null) || after < 0 || before < 0)
        {
            return Problem.Invalid("invalid_request", "'after' and 'before' are numbers of events, and only one of them is given.", "Send one of them, or neither for the newest.").AsResult();
        }

        return await events.ReadAsync(context.Person(), thread, after, before, Math.Clamp(limit, 1, PageMax), cancellationToken) is { } page
            ? TypedResults.Json(page, ThreadsJson.Default.EventsPage)
            : ThreadProblems.NotFound.AsResult();
    }
}
