using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Markers;

/// <summary><c>PUT /api/threads/{id}/read</c>: moves my marker forward; an older number changes nothing.</summary>
internal static class MarkRead
{
    public sealed record MarkReadRequest(long? Seq = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/read", HandleAsync).For(Audience.Person)
            .WithName("markRead").WithTags("Threads").WithSummary("I have read up to an event").Accepts<MarkReadRequest>("application/json")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(string id, HttpContext context, MarkerLane markers, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.MarkReadRequest);
        if (request.Seq is not >= 0)
        {
            return Problem.Invalid("invalid_request", "'seq' is missing or negative.", "Send the number of the newest event that was read.").AsResult();
        }

        return ThreadId.TryParse(id, null, out var thread) && await markers.MoveAsync(new(thread, context.Person(), request.Seq.Value, 0), cancellationToken)
            ? TypedResults.NoContent()
            : ThreadProblems.NotFound.AsResult();
    }
}
