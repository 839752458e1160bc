using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Opening;

/// <summary><c>POST /api/threads</c>: a direct or business thread is found again, also by two who open it at the same moment.</summary>
internal static class OpenThread
{
    private const int TitleMax = 100;

    public sealed record OpenThreadRequest(string[]? With = null, string? Title = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads", HandleAsync).For(Audience.Person)
            .WithName("openThread").WithTags("Threads").WithSummary("Open a conversation with people or with a page").Accepts<OpenThreadRequest>("application/json")
            .Produces<ThreadView>(StatusCodes.Status200OK).Produces<ThreadView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> HandleAsync(
        HttpContext context, ThreadStore store, ThreadViews views, IPeople people, IPageDirectory pages, Fanout fanout, IOptions<ThreadsOptions> options,
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
                ? await AnswerAsync(await store.OpenBusinessAsync(page, me, cancellationToken), me, views, fanout, cancellationToken)
                : Problem.NotFound("page_not_found", $"page '{only}'").AsResult();
        }

        var others = new List<PersonId>();
        foreach (var name in with)
        {
            if (!name.StartsWith('@'))
            {
                return Problem.Invalid("invalid_request", $"'{name}' in 'with' is neither '@handle' nor, alone, 'page:username'.", "Name people as @handle.").AsResult();
            }

            if (await people.FindByHandleAsync(name, cancellationToken) is not { } person)
            {
                return Problem.NotFound("person_not_found", $"person '{name}'").AsResult();
            }

            if (person.Id != me)
            {
                others.Add(person.Id);
            }
        }

        if (others.Count == 0)
        {
            return Problem.Invalid("invalid_request", "A thread is with somebody else than oneself.", "Name another person.").AsResult();
        }

        if (request.Title is null && others is [var other])
        {
            return await AnswerAsync(await store.OpenDirectAsync(me, other, cancellationToken), me, views, fanout, cancellationToken);
        }

        string? title = null;
        if (request.Title is { } asked && (MessageText.TryClean(asked, out title) is { } wrong || title.Length > TitleMax || title.AsSpan().ContainsAny('\n', '\t')))
        {
            return Problem.Invalid("invalid_request", $"The title is not one line of 1 to {TitleMax} characters.", "Shorten it.").AsResult();
        }

        return await AnswerAsync(await store.MakeGroupAsync(me, others, title, cancellationToken), me, views, fanout, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(
        (ThreadId Thread, bool Made) opened, PersonId me, ThreadViews views, Fanout fanout, CancellationToken cancellationToken)
    {
        var view = await views.FindAsync(me, opened.Thread, cancellationToken)
            ?? throw new InvalidOperationException($"Thread {opened.Thread} was opened for a person who is not its member.");
        if (opened.Made)
        {
            await fanout.TellAsync(new ThreadOpened(opened.Thread, view.Members.Where(member => member.Kind == "person").Select(member => member.Id.AsPerson()).ToArray()), cancellationToken);
        }

        return TypedResults.Json(view, ThreadsJson.Default.ThreadView, statusCode: opened.Made ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }
}
