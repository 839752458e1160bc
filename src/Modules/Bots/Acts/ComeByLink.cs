using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Acts;

/// <summary>
/// <c>POST /api/pages/{id}/referrals</c>: a person came by a link, a code, an ad or a site's chat (messenger-platform §3.9). In a conversation that has begun the
/// bot is told at once; else the first tap or message carries it.
/// </summary>
internal sealed partial class ComeByLink(NpgsqlDataSource database, IBusinessThreads threads, PageDirectory pages, TellPage tell, TimeProvider time)
{
    private const int RefMax = 250;
    private const int OthersMax = 2000;
    private static readonly string[] sources = ["SHORTLINK", "MESSENGER_CODE", "ADS", "CUSTOMER_CHAT_PLUGIN", "DISCOVER_TAB"];

    /// <param name="ClientId">The same again is told once.</param>
    /// <param name="AdId">With the source <c>ADS</c>.</param>
    /// <param name="RefererUri">With the source <c>CUSTOMER_CHAT_PLUGIN</c>.</param>
    public sealed record Request(Guid ClientId, string Source, string? Ref = null, string? AdId = null, string? RefererUri = null);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/pages/{id}/referrals", HandleAsync).For(Audience.Person)
        .WithName("comeByLink").WithTags("Businesses").WithSummary("Tell a business by which link one came").Accepts<Request>("application/json")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>In the transaction of the outbox: what waits for the first act of these people.</summary>
    public static async Task<Dictionary<(PageId, PersonId), WebhookReferral>> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<(PageId Page, PersonId Person)> pairs, CancellationToken cancellationToken)
    {
        var taken = await connection.QueryAsync<(long Page, long Person, string Body)>(new CommandDefinition(
            """
            update bots.referrals r set told = true from unnest(@pages::bigint[], @people::bigint[]) as k(page, person)
            where r.page_id = k.page and r.person_id = k.person and not r.told returning r.page_id, r.person_id, r.body::text
            """,
            new { pages = pairs.Select(p => p.Page.Value).ToArray(), people = pairs.Select(p => p.Person.Value).ToArray() }, transaction, cancellationToken: cancellationToken));
        return taken.GroupBy(t => (new PageId(t.Page), new PersonId(t.Person))).ToDictionary(g => g.Key, g => Read(g.Last().Body));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(PageId id, HttpContext context, ComeByLink come, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.ComeByLinkRequest);
        if (!sources.Contains(request.Source) || request.Ref is { Length: > RefMax } || !Reference().IsMatch(request.Ref ?? "") || request.AdId is { Length: > RefMax } || request.RefererUri is { Length: > OthersMax }
            || (request.AdId ?? request.RefererUri ?? "").Contains('\0', StringComparison.Ordinal) || (request.Source == "SHORTLINK" && string.IsNullOrEmpty(request.Ref)))
        {
            return Problem.Invalid("invalid_referral", "The referral is none.", $"source is one of {string.Join(", ", sources)}; ref has at most {RefMax} letters, digits and + / = - . : _, and a short link has one.").AsResult();
        }

        return await come.TellAsync(id, context.Person(), request, cancellationToken) ? TypedResults.NoContent() : Problem.NotFound("page_not_found", "page").AsResult();
    }

    private async Task<bool> TellAsync(PageId page, PersonId person, Request request, CancellationToken cancellationToken)
    {
        if (!(await pages.FindAsync([page], cancellationToken)).ContainsKey(page))
        {
            return false;
        }

        var referral = new WebhookReferral(request.Ref, request.Source, "OPEN_THREAD") { AdId = request.AdId, RefererUri = request.RefererUri };
        var thread = await threads.FindAsync(page, person, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var begun = thread is { } there && await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from bots.conversations where thread_id = @id and act_seq > 0)", new { id = there.Value }, transaction, cancellationToken: cancellationToken));
        var isNew = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.referrals (page_id, person_id, client_id, body, told, created_at) values (@page, @person, @ClientId, @body::jsonb, @begun, @now) on conflict do nothing
            """,
            new { page = page.Value, person = person.Value, request.ClientId, body = JsonSerializer.Serialize(referral, GraphJson.Default.WebhookReferral), begun, now = time.GetUtcNow() },
            transaction, cancellationToken: cancellationToken)) == 1;
        // Only the newest of those that wait is of interest, and none after a month.
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from bots.referrals where page_id = @page and person_id = @person and ((not told and client_id <> @ClientId) or created_at < @old)",
            new { page = page.Value, person = person.Value, request.ClientId, old = time.GetUtcNow() - TimeSpan.FromDays(30) }, transaction, cancellationToken: cancellationToken));
        var wake = isNew && begun && thread is { } where
            ? await tell.AppendAsync(connection, transaction, page, person, where, WebhookFields.Referrals, opens: true, shell => shell with { Referral = referral }, cancellationToken)
            : null;
        await transaction.CommitAsync(cancellationToken);
        wake?.Invoke();
        return true;
    }

    private static WebhookReferral Read(string body) =>
        JsonSerializer.Deserialize(body, GraphJson.Default.WebhookReferral) ?? throw new JsonException("A stored referral is an object.");

    [GeneratedRegex("^[A-Za-z0-9+/=.:_-]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
