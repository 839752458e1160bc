using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Events;

/// <summary><c>GET /api/threads/{id}/events</c>: a piece of the log in order. What a socket missed is closed here, and a found message is shown where it stands.</summary>
internal static class ListEvents
{
    private const int PageDefault = 50;
    private const int PageMax = 100;

    private static readonly Problem noEvent = Problem.NotFound("message_not_found", "message");

    public sealed record EventsPage(IReadOnlyList<RawJson> Events, long LastSeq);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/threads/{id}/events", HandleAsync).For(Audience.Person)
            .WithName("listEvents").WithTags("Threads").WithSummary("Events of a thread: after a number, before one, around one, or the newest").Produces<EventsPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, EventReader events, CancellationToken cancellationToken, long? after = null, long? before = null, long? around = null, int limit = PageDefault)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if (new[] { after, before, around }.Count(given => given is not null) > 1 || after < 0 || before < 0 || around < 0)
        {
            return Problem.Invalid("invalid_request", "'after', 'before' and 'around' are numbers of events, and only one of them is given.", "Send one of them, or none for the newest.").AsResult();
        }

        if (around is { } middle)
        {
            return await events.ReadAroundAsync(context.Person(), thread, Math.Min(middle, long.MaxValue / 2), Math.Clamp(limit, 1, PageMax), cancellationToken) switch
            {
                null => ThreadProblems.NotFound.AsResult(),
                { Events.Count: 0 } => noEvent.AsResult(),
                var piece => TypedResults.Json(piece, ThreadsJson.Default.EventsPage),
            };
        }

        return await events.ReadAsync(context.Person(), thread, after, before, Math.Clamp(limit, 1, PageMax), cancellationToken) is { } page
            ? TypedResults.Json(page, ThreadsJson.Default.EventsPage)
            : ThreadProblems.NotFound.AsResult();
    }
}
