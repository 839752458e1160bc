using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary><c>DELETE /api/threads/{id}/messages/{seq}?for=all|me</c>: takes a message away, for all or for oneself (<see cref="DeleteForMe"/>).</summary>
internal static class UnsendMessage
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/threads/{id}/messages/{seq:long}", HandleAsync).For(Audience.Person)
            .WithName("deleteMessage").WithTags("Messages").WithSummary("Take a message away: for=all or for=me")
            .Produces<SendMessage.SentMessage>().Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(string id, long seq, HttpContext context, Changing changing, DeleteForMe deleteForMe, IMedia media, CancellationToken cancellationToken)
    {
        switch (context.Request.Query["for"].ToArray())
        {
            case ["all"]:
                return await changing.AnswerAsync(context, id, Changing.Key(context, () => KeyOf(Changing.Thread(id), seq)), new Unsend(seq, media));
            case ["me"]:
                await deleteForMe.RunAsync(context.Person(), Changing.Thread(id), seq, cancellationToken);
                return TypedResults.NoContent();
            default:
                throw MessageProblems.Wrong("invalid_request", "'for' is neither 'all' nor 'me'.", "Say for whom the message is to go: ?for=all or ?for=me.");
        }
    }

    /// <summary>The same message is unsent once: a client need not make an id for it.</summary>
    public static Guid KeyOf(ThreadId thread, long seq) => DerivedId.Of("threads.unsend/1", new MessageId(thread, seq).ToString());
}

/// <summary>The change. Final: nothing done to the message afterwards has an effect.</summary>
internal sealed class Unsend(long seq, IMedia media) : ThreadChange
{
    private const short Group = 3;

    public override short Kind => EventKind.Unsend;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(seq, cancellationToken) is not { IsHidden: false } target)
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        var mayUnsend = target.Sender == scope.Sender || scope is { ThreadKind: Group, Me.IsAdmin: true };
        if (target.Kind == EventKind.EmptyMessage)
        {
            return mayUnsend && target.Body.TryGetProperty("unsent", out _) ? ChangeOutcome.Unchanged : ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        if (target.Kind != EventKind.Message)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("not_unsendable", "Unsend a message", "What the system says and payments stay.", "Delete it for yourself: ?for=me."));
        }

        if (!mayUnsend)
        {
            return ChangeOutcome.Refused(MessageProblems.NotYours);
        }

        await LoseContent.RunAsync(scope.Connection, media, scope.Thread, [seq], """{"unsent":true}"""u8.ToArray(), keepExpiry: false, cancellationToken);
        await EventStates.MergeAsync(scope, seq, "{}"u8.ToArray(), cancellationToken);
        return ChangeOutcome.Done(EventView.OnlyOf(seq)) with { Of = seq };
    }
}
