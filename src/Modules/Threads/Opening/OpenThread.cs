using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Membership;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Opening;

/// <summary><c>POST /api/threads</c>: a direct or business thread is found again, also by two who open it at the same moment.</summary>
internal static class OpenThread
{
    /// <param name="ClientId">Of a group: the same again finds the group that was made the first time.</param>
    public sealed record OpenThreadRequest(string[]? With = null, string? Title = null, Guid? ClientId = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads", HandleAsync).For(Audience.Person)
            .WithName("openThread").WithTags("Threads").WithSummary("Open a conversation with people or with a page").Accepts<OpenThreadRequest>("application/json")
            .Produces<ThreadView>(StatusCodes.Status200OK).Produces<ThreadView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        HttpContext context, ThreadStore store, ThreadViews views, NamedPeople names, Acquaintance acquaintance, IPageDirectory pages, Fanout fanout, IOptions<ThreadsOptions> options,
        CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.OpenThreadRequest);
        var me = context.Person();
        var with = (request.With ?? []).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        if (with.Length == 0 || with.Length >= options.Value.GroupMax || Array.Exists(with, string.IsNullOrEmpty))
        {
            return Problem.Invalid("invalid_request", $"'with' names {with.Length} others; a thread has 1 to {options.Value.GroupMax - 1}.",
                "Send with: [\"@handle\"] or [\"page:username\"].").AsResult();
        }

        if (with is [var only] && only.StartsWith("page:", StringComparison.Ordinal))
        {
            return await pages.FindByUsernameAsync(only["page:".Length..], cancellationToken) is { } page
                ? await AnswerAsync(await store.OpenBusinessAsync(page, me, cancellationToken), me, [], views, fanout, cancellationToken)
                : Problem.NotFound("page_not_found", $"page '{only}'").AsResult();
        }

        var named = (await names.FindAsync(with, cancellationToken)).Where(person => person.Key != me).ToDictionary();
        PersonId[] others = [.. named.Keys];
        if (others.Length == 0)
        {
            return Problem.Invalid("invalid_request", "A thread is with somebody else than oneself.", "Name another person.").AsResult();
        }

        if (request.Title is null && others is [var other])
        {
            return await AnswerAsync(await store.OpenDirectAsync(me, other, cancellationToken), me, [other], views, fanout, cancellationToken);
        }

        var title = request.Title is { } asked ? GroupWish.CleanTitle(asked) : null;
        var known = await acquaintance.LookAsync(me, others, cancellationToken);
        if (known.Closed.Count > 0)
        {
            return GroupProblems.CannotBeAdded(known.Closed.Select(person => named[person])).AsResult();
        }

        var made = await store.MakeGroupAsync(me, others, known.Strangers, title, request.ClientId, cancellationToken);
        return await AnswerAsync(made, me, others, views, fanout, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(
        (ThreadId Thread, bool Made) opened, PersonId me, PersonId[] others, ThreadViews views, Fanout fanout, CancellationToken cancellationToken)
    {
        // Not there for who made a group, left it, and asks for it again.
        if (await views.FindAsync(me, opened.Thread, cancellationToken) is not { } view)
        {
            return ThreadProblems.NotFound.AsResult();
        }

        if (opened.Made)
        {
            await fanout.TellAsync(new ThreadOpened(opened.Thread, [me, .. others]), cancellationToken);
        }

        return TypedResults.Json(view, ThreadsJson.Default.ThreadView, statusCode: opened.Made ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }
}
