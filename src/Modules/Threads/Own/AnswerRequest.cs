using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Membership;
using Stoa.Threads.Messages;

namespace Stoa.Threads.Own;

/// <summary><c>PUT</c> and <c>DELETE /api/threads/{id}/accept</c>: a stranger's request becomes a conversation, or is gone and the stranger blocked; of a group, one leaves it.</summary>
/// <remarks>Whatever order the two come in, an acceptance stands: it may take a refusal back, a refusal comes too late after it.</remarks>
internal static class AnswerRequest
{
    public static readonly Problem AcceptedBefore = new(StatusCodes.Status409Conflict, "already_accepted", "Refuse a request",
        "This conversation is no request any more, or never was one to you.", "Archive it, or block the other side: PUT /api/threads/{id}/block.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/api/threads/{id}/accept", AcceptAsync).For(Audience.Person)
            .WithName("acceptRequest").WithTags("Threads").WithSummary("Accept a stranger's request")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapDelete("/api/threads/{id}/accept", RefuseAsync).For(Audience.Person)
            .WithName("refuseRequest").WithTags("Threads").WithSummary("Refuse a stranger's request and block them")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> AcceptAsync(string id, HttpContext context, Requests requests, Acquainted acquainted, CancellationToken cancellationToken)
    {
        var me = context.Person();
        if (!ThreadId.TryParse(id, null, out var thread) || await requests.AcceptAsync(me, thread, cancellationToken) is var verdict && verdict == RequestVerdict.NoThread)
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if (verdict == RequestVerdict.Accepted)
        {
            await acquainted.TellAsync(me, thread, CancellationToken.None);
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> RefuseAsync(string id, HttpContext context, Requests requests, ThreadLog log, Fanout fanout, CancellationToken cancellationToken)
    {
        var me = context.Person();
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        switch (await requests.RefuseAsync(me, thread, cancellationToken))
        {
            case RequestVerdict.NoThread:
                return ThreadProblems.NotFound.AsResult();
            case RequestVerdict.AcceptedBefore:
                return AcceptedBefore.AsResult();
            case RequestVerdict.Group:
                var left = await log.ChangeAsync(thread, me, Guid.NewGuid(), new LeaveGroup.Change(onlyUnaccepted: true), CancellationToken.None);
                return Sending.Refusal(left) is { } refusal ? refusal.AsResult() : TypedResults.NoContent();
            case RequestVerdict.Refused:
                await fanout.TellAsync(new PersonalNews(thread, [me], OwnFrames.Left(thread)), CancellationToken.None);
                break;
        }

        return TypedResults.NoContent();
    }
}
