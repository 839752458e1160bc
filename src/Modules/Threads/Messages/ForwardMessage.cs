using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.People;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>POST /api/threads/{id}/forwards</c>: a copy, here, of a message that one may read elsewhere.</summary>
internal static class ForwardMessage
{
    public sealed record ForwardRequest(Guid ClientId = default, ForwardedFrom? From = null);

    public sealed record ForwardedFrom(ThreadId Thread = default, long Seq = 0);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads/{id}/forwards", HandleAsync).For(Audience.Person)
            .WithName("forwardMessage").WithTags("Messages").WithSummary("Forward a message into a thread").Accepts<ForwardRequest>("application/json")
            .Produces<SendMessage.SentMessage>(StatusCodes.Status201Created).Produces<SendMessage.SentMessage>(StatusCodes.Status200OK)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, Changing changing, ForwardSource source, IMedia media, IPeople people, IPageDirectory pages, IOptions<StoaOptions> stoa,
        CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.ForwardRequest);
        var from = request.From ?? throw MessageProblems.Wrong("invalid_request", "'from' is missing.", "Send from: {thread, seq}.");
        // Who wrote it does not change; what it says is read again at the moment of the copy.
        var author = await source.FindAuthorAsync(context.Person(), from.Thread, from.Seq, cancellationToken);
        var name = author is { } known ? await NameAsync(known, people, pages, cancellationToken) : null;
        return await changing.AnswerAsync(context, id, request.ClientId, new Forward(from.Thread, from.Seq, name, media, stoa.Value.Limits), StatusCodes.Status201Created);
    }

    private static async Task<string?> NameAsync(MemberId author, IPeople people, IPageDirectory pages, CancellationToken cancellationToken) =>
        (await people.FindAsync([author.AsPerson()], cancellationToken)).TryGetValue(author.AsPerson(), out var person) ? person.Name
        : (await pages.FindAsync([author.AsPage()], cancellationToken)).TryGetValue(author.AsPage(), out var page) ? page.Name
        : null;
}

/// <summary>The change.</summary>
/// <param name="authorName">Of the message, unless it was forwarded itself and says so.</param>
internal sealed class Forward(ThreadId from, long seq, string? authorName, IMedia media, bool limits) : ThreadChange
{
    public override short Kind => EventKind.Message;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await ForwardSource.ReadAsync(scope, from, seq, cancellationToken) is not { } source)
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        var copy = ForwardCopy.Of(source.Body, source.State, scope.At);
        if (copy.IsEmpty)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("not_forwardable", "Forward a message", "Nothing of this message can stand in another conversation.", "Write what matters of it."));
        }

        if (limits && await ForwardLimit.RefuseAsync(scope, isOften: copy.Times > ForwardLimit.OftenFrom, cancellationToken) is { } refusal)
        {
            return ChangeOutcome.Refused(refusal);
        }

        var claim = await media.ClaimAsync(scope.Connection, scope.Sender.AsPerson(), scope.Thread, scope.NextSeq, copy.Media, cancellationToken);
        if (!claim.Done)
        {
            // It was taken away between our look at the message and at its media.
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        if (limits)
        {
            await ForwardLimit.CountAsync(scope, isOften: copy.Times > ForwardLimit.OftenFrom, cancellationToken);
        }

        return ChangeOutcome.Done(copy.Write(authorName));
    }
}
