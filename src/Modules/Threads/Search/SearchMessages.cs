using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Search;

/// <summary><c>GET /api/search</c>: messages of one's own threads, newest first (docs/journeys/search.md).</summary>
internal static class SearchMessages
{
    private const int PageDefault = 20;
    private const int PageMax = 100;

    public sealed record SearchPage(
        IReadOnlyList<SearchHit> Hits, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next, string? Corrected, bool? Incomplete);

    public sealed record SearchHit(ThreadId Thread, RawJson Event, IReadOnlyList<SnippetPart> Snippet);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/search", HandleAsync).For(Audience.Person)
            .WithName("search").WithTags("Threads").WithSummary("Messages of my threads, newest first").Produces<SearchPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        HttpContext context, Searching searching, CancellationToken cancellationToken, string? q = null, string? thread = null, string? from = null,
        string? since = null, string? until = null, string? has = null, string? before = null, int limit = PageDefault)
    {
        var query = Read(q ?? "", thread, from, since, until, has, before);
        return await searching.RunAsync(context.Person(), q ?? "", query, Math.Clamp(limit, 1, PageMax), cancellationToken) is var (page, corrected)
            ? TypedResults.Json(
                new SearchPage(
                    [.. page.Messages.Select(found => new SearchHit(found.Thread, found.Event, found.Snippet))], page.More ? page.Messages[^1].Place.ToString() : null,
                    corrected, page.Incomplete ? true : null),
                ThreadsJson.Default.SearchPage)
            : ThreadProblems.NotFound.AsResult();
    }

    /// <exception cref="ProblemException">What was asked for cannot be read; the problem says why.</exception>
    private static SearchQuery Read(string q, string? thread, string? from, string? since, string? until, string? has, string? before)
    {
        if (q.Length > SearchQuery.CharactersMax)
        {
            throw TooLong();
        }

        var words = WordReader.ReadQuery(q, out var written);
        if (written > SearchQuery.WordsMax)
        {
            throw TooLong();
        }

        if (string.IsNullOrWhiteSpace(q) && (thread ?? from ?? since ?? until ?? has) is null)
        {
            throw Wrong("query_empty", "There is nothing to look for.", "Send words as 'q', or one of thread, from, since, until and has.");
        }

        if (has is not null && !SearchQuery.Things.Contains(has))
        {
            throw Wrong("invalid_request", "'has' is link, file or image.", "Send one of them, or leave it out.");
        }

        return new()
        {
            Words = [.. words.Select(word => word.Text)],
            // Somebody else's thread and no thread at all look alike.
            Thread = thread is null ? null : ThreadId.TryParse(thread, null, out var threadId) ? threadId : throw new ProblemException(ThreadProblems.NotFound),
            From = from is null ? null : WireIds.TryParse(from, out var member) ? new MemberId(member) : throw Wrong("invalid_request", "'from' is no id of a member.", "Send the id of a person or page."),
            Since = Instant(since, nameof(since)),
            Until = Instant(until, nameof(until)),
            Has = has,
            Before = before is null ? null : SearchPlace.TryParse(before, out var place) ? place : throw Wrong("invalid_request", "'before' is no 'next' of an earlier page.", "Begin without it."),
            // Signs alone are words that no message has.
            FindsNothing = words.Count == 0 && !string.IsNullOrWhiteSpace(q),
        };
    }

    private static DateTimeOffset? Instant(string? text, string name) =>
        text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : throw Wrong("invalid_request", $"'{name}' is no instant.", "Send it as 2026-11-20T20:58:00Z or 2026-11-20.");

    private static ProblemException TooLong() => Wrong("query_too_long",
        $"A query has at most {SearchQuery.CharactersMax} characters and {SearchQuery.WordsMax} words.", "Leave out what matters least.");

    private static ProblemException Wrong(string code, string detail, string fix) => new(Problem.Invalid(code, detail, fix));
}
