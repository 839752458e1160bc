using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.AccountLinking;

/// <summary>
/// A person signs in with a business and tells it that they are the one in the conversation (messenger-platform §5.7): we open the business's page with a token,
/// it sends the browser back with a code, and the bot gets the code.
/// </summary>
internal sealed class LinkAccounts(
    NpgsqlDataSource database, IBusinessThreads threads, IThreadLog log, PageDirectory pages, Deliveries deliveries, IOptions<StoaOptions> options, TimeProvider time)
{
    private const int NewestEvents = 200;
    private const int CodeMax = 1000;
    private const string ReturnPath = "/messenger_platform/account_linking";
    private static readonly TimeSpan lasts = TimeSpan.FromMinutes(5);

    public sealed record Begun(string Url);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/pages/{id}/account-link", HandleBeginAsync).For(Audience.Person)
            .WithName("beginAccountLink").WithTags("Businesses").WithSummary("Where to sign in with the business; the address works once, for five minutes")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapDelete("/api/pages/{id}/account-link", HandleEndAsync).For(Audience.Person)
            .WithName("endAccountLink").WithTags("Businesses").WithSummary("Tell the business to forget who one is with it").ProducesProblem(StatusCodes.Status404NotFound);
        // The token in the address is the permission: the browser comes from the business's page, and may bring no cookie.
        routes.MapGet(ReturnPath, ReturnAsync).For(Audience.Anyone).ExcludeFromDescription();
    }

    /// <summary><c>POST /me/unlink_accounts</c>.</summary>
    public static async Task UnlinkAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        var person = await services.GetRequiredService<PageScopedIds>().FindPersonAsync(page, call.Parameters["psid"].Required().TextOrNumber(40) ?? "", cancellationToken)
            ?? throw new GraphException(GraphErrors.NoSuchPerson with { ErrorData = "psid" });
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from bots.account_links where page_id = @page and person_id = @person", new { page = page.Value, person = person.Value }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["result"] = "unlink account success" });
    }

    /// <summary><c>GET /me?fields=recipient&amp;account_linking_token=</c>: whom a token means.</summary>
    /// <exception cref="GraphException">10303.</exception>
    public async Task<string> FindRecipientAsync(PageId page, string token, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var person = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select person_id from bots.linking_tokens where page_id = @page and token = @token and expires_at > @now",
            new { page = page.Value, token, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken)) ?? throw new GraphException(GraphErrors.BadLinkingToken);
        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(page, new PersonId(person))], cancellationToken))[(page, new PersonId(person))];
        await transaction.CommitAsync(cancellationToken);
        return psid.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<Results<Ok<Begun>, ProblemHttpResult>> HandleBeginAsync(PageId id, string? url, HttpContext context, LinkAccounts links, CancellationToken cancellationToken) =>
        url is not null && await links.BeginAsync(id, context.Person(), url, cancellationToken) is { } begun ? TypedResults.Ok(begun) : Problem.NotFound("account_link_not_offered", "sign-in page").AsResult();

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleEndAsync(PageId id, HttpContext context, LinkAccounts links, CancellationToken cancellationToken)
    {
        return await links.EndAsync(id, context.Person(), cancellationToken) ? TypedResults.NoContent() : Problem.NotFound("page_not_found", "page").AsResult();
    }

    private static async Task<RedirectHttpResult> ReturnAsync(HttpContext context, LinkAccounts links, CancellationToken cancellationToken, string? account_linking_token = null, string? authorization_code = null)
    {
        // Without a code the business has called it off; a token that is unknown, used or old changes nothing.
        if (account_linking_token is { Length: > 0 and <= 100 } token && authorization_code is { Length: > 0 and <= CodeMax } code && !code.Contains('\0', StringComparison.Ordinal) && !token.Contains('\0', StringComparison.Ordinal))
        {
            await links.FinishAsync(token, code, cancellationToken);
        }

        return TypedResults.Redirect("/");
    }

    private async Task<Begun?> BeginAsync(PageId page, PersonId person, string url, CancellationToken cancellationToken)
    {
        if (await threads.FindAsync(page, person, cancellationToken) is not { } thread || !await IsOfferedAsync(page, thread, url, cancellationToken))
        {
            return null;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from bots.linking_tokens where page_id = @page and expires_at < @old;
            insert into bots.linking_tokens (page_id, token, person_id, thread_id, expires_at) values (@page, @token, @person, @thread, @until);
            """,
            new { page = page.Value, token, person = person.Value, thread = thread.Value, until = time.GetUtcNow() + lasts, old = time.GetUtcNow() - TimeSpan.FromDays(1) }, cancellationToken: cancellationToken));
        var back = $"{options.Value.PublicUrl.TrimEnd('/')}{ReturnPath}?account_linking_token={token}";
        return new($"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}account_linking_token={token}&redirect_uri={Uri.EscapeDataString(back)}");
    }

    /// <summary>The business itself has shown this address on a button, or named it in its profile: a token goes nowhere else.</summary>
    private async Task<bool> IsOfferedAsync(PageId page, ThreadId thread, string url, CancellationToken cancellationToken) =>
        (await pages.FindRowAsync(page, cancellationToken))?.Profile.AccountLinkingUrl == url
        || (await log.ReadNewestAsync(thread, NewestEvents, cancellationToken)).Any(e => e.Sender == page && e.Body.TryGetProperty("attachments", out var attachments) && Offers(attachments, url));

    private static bool Offers(JsonElement value, string url) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(item => Offers(item, url)),
        JsonValueKind.Object => (Says(value, "type", "account_link") && Says(value, "url", url)) || value.EnumerateObject().Any(member => Offers(member.Value, url)),
        _ => false,
    };

    private static bool Says(JsonElement element, string member, string text) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

    /// <returns>False: the person does not talk with the page.</returns>
    private async Task<bool> EndAsync(PageId page, PersonId person, CancellationToken cancellationToken)
    {
        if (await threads.FindAsync(page, person, cancellationToken) is not { } thread)
        {
            return false;
        }

        await TellAsync(page, person, thread, token: null, code: null, cancellationToken);
        return true;
    }

    private async Task FinishAsync(string token, string code, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<(long Page, long Person, long Thread)?>(new CommandDefinition(
            "select page_id, person_id, thread_id from bots.linking_tokens where token = @token", new { token }, cancellationToken: cancellationToken));
        if (found is { } known)
        {
            await TellAsync(new(known.Page), new(known.Person), new(known.Thread), token, code, cancellationToken);
        }
    }

    /// <summary>Stores the link, or its end, and queues the news of it in one transaction; a token does it once.</summary>
    private async Task TellAsync(PageId page, PersonId person, ThreadId thread, string? token, string? code, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            token is null
                ? "delete from bots.account_links where page_id = @page and person_id = @person"
                : """
                  with used as (update bots.linking_tokens set used_at = @now where page_id = @page and token = @token and used_at is null and expires_at > @now returning person_id)
                  insert into bots.account_links (page_id, person_id, linked_at) select @page, person_id, @now from used
                  on conflict (page_id, person_id) do update set linked_at = excluded.linked_at
                  """,
            new { page = page.Value, person = person.Value, token, now }, transaction, cancellationToken: cancellationToken));
        if (changed == 0)
        {
            return;
        }

        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(page, person)], cancellationToken))[(page, person)];
        var what = new WebhookEvent(EventComposer.Party(psid), EventComposer.Party(page.Value), now.ToUnixTimeMilliseconds()) { AccountLinking = new(token is null ? "unlinked" : "linked", code) };
        var told = (await Subscribers.ReadAsync(connection, transaction, [page], cancellationToken))[page]
            .Where(s => s.Takes(WebhookFields.AccountLinking)).Select(s => new NewDelivery(s, thread, WebhookFields.AccountLinking, what)).ToList();
        if (told.Count > 0)
        {
            await Lanes.AppendAsync(connection, transaction, told, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var delivery in told)
        {
            deliveries.Wake(new(delivery.Subscriber.AppId));
        }
    }
}
