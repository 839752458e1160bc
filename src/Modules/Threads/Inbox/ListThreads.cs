using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Own;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Inbox;

/// <summary><c>GET /api/threads</c> and <c>GET /api/threads/{id}</c>: the inbox, newest first, and one thread of it.</summary>
internal static class ListThreads
{
    private const int PageDefault = 30;
    private const int PageMax = 100;

    /// <param name="Folders">One's own, by name; on the first page.</param>
    public sealed record InboxPage(IReadOnlyList<ThreadView> Threads, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next, IReadOnlyList<FolderView>? Folders);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/threads", ListAsync).For(Audience.Person)
            .WithName("listThreads").WithTags("Threads").WithSummary("My inbox or a folder of it, pinned first, then newest first").Produces<InboxPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapGet("/api/threads/{id}", FindAsync).For(Audience.Person)
            .WithName("readThread").WithTags("Threads").WithSummary("One thread of mine").Produces<ThreadView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, ThreadViews views, Folders folders, CancellationToken cancellationToken, int limit = PageDefault, string? before = null, string? folder = null)
    {
        InboxPlace? place = null;
        if (before is not null)
        {
            if (!InboxPlace.TryParse(before, out var parsed))
            {
                return Problem.Invalid("invalid_request", "'before' is no 'next' of an earlier page.", "Begin without it.").AsResult();
            }

            place = parsed;
        }

        limit = Math.Clamp(limit, 1, PageMax);
        var threads = await views.ListAsync(context.Person(), InboxFolder.Of(folder), place, limit, cancellationToken);
        var next = threads.Count == limit ? new InboxPlace(threads[^1].Pinned is true, threads[^1].UpdatedAt, threads[^1].Id.Value).ToString() : null;
        var listed = place is null ? await folders.ListAsync(context.Person(), cancellationToken) : null;
        return TypedResults.Json(new InboxPage(threads, next, listed), ThreadsJson.Default.InboxPage);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, ThreadViews views, CancellationToken cancellationToken) =>
        ThreadId.TryParse(id, null, out var thread) && await views.FindAsync(context.Person(), thread, cancellationToken) is { } view
            ? TypedResults.Json(view, ThreadsJson.Default.ThreadView)
            : ThreadProblems.NotFound.AsResult();
}
