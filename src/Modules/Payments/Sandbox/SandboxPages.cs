using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Payments.Sandbox;

/// <summary>The pages of the sandbox on the pay origin: where a card is typed, and where the payer's bank asks them. Each stands in a frame of the app.</summary>
/// <remarks>The card page has no way to send anything anywhere (<c>connect-src 'none'</c>): the number stays in the browser, by policy and not only by intent.</remarks>
internal static class SandboxPages
{
    public const string CardPath = "/sandbox/card";
    private const string ChallengePath = "/sandbox/challenge/";
    private static readonly string[] themes = ["light", "dark", "contrast-light", "contrast-dark"];
    private static readonly string[] languages = ["en", "fr", "pl", "he", "ar"];

    // No sessions and no cookies are known here: the challenge's number, 128 random bits, is what admits.
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(CardPath, CardPage).For(Audience.Anyone).ExcludeFromDescription();
        routes.MapGet(ChallengePath + "{id}", ChallengePageAsync).For(Audience.Anyone).ExcludeFromDescription();
        routes.MapPost(ChallengePath + "{id}", DecideAsync).For(Audience.Anyone).ExcludeFromDescription();
    }

    public static string ChallengePathOf(string challenge) => ChallengePath + challenge;

    /// <param name="Approve">What the payer pressed at their bank.</param>
    public sealed record Decision(bool Approve);

    private static IResult CardPage(HttpContext context, PayOrigin origin) =>
        Refuse(context, origin) ?? Page(context, origin, "card", connect: "'none'", []);

    private static async Task<IResult> ChallengePageAsync(string id, HttpContext context, PayOrigin origin, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (Refuse(context, origin) is { } refused)
        {
            return refused;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var payment = await connection.QuerySingleOrDefaultAsync<ChallengeRow>(new CommandDefinition(
            """
            select p.amount_minor as AmountMinor, p.currency, p.status, c.brand, c.last4
            from payments.sandbox_payments p join payments.sandbox_cards c on c.ref = p.card where p.challenge = @id
            """, new { id }, cancellationToken: cancellationToken));
        return payment is null
            ? Problem.NotFound("challenge_not_found", "challenge").AsResult()
            : Page(context, origin, "challenge", connect: "'self'", new()
            {
                ["amount"] = new Money(payment.AmountMinor, Currency.Of(payment.Currency)).ToString(),
                ["brand"] = payment.Brand,
                ["last4"] = payment.Last4,
                ["open"] = payment.Status == "requires_action" ? "true" : "false",
            });
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DecideAsync(
        string id, HttpContext context, PayOrigin origin, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        // Only our own page may answer: a page elsewhere that learnt the number cannot post from its origin.
        if (!origin.IsOf(context.Request) || context.Request.Headers.Origin != origin.Origin)
        {
            return Problem.NotFound("challenge_not_found", "challenge").AsResult();
        }

        var decision = await JsonBody.ReadAsync(context, SandboxJson.Default.Decision, bytesMax: 1024);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            decision.Approve
                ? "update payments.sandbox_payments set status = 'captured', captured_minor = amount_minor where challenge = @id and status = 'requires_action' and challenge_expires_at > @now returning ref"
                : "update payments.sandbox_payments set status = 'failed', failure = 'authentication_failed' where challenge = @id and status = 'requires_action' returning ref",
            new { id, now = time.GetUtcNow().UtcDateTime }, transaction, cancellationToken: cancellationToken));
        if (payment is not null)
        {
            await SandboxEvents.PlanAsync(connection, transaction, payment, null, time.GetUtcNow().UtcDateTime, copies: 1, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        // Answered before, or too late: the page goes away all the same, and the purchase says what became of it.
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult? Refuse(HttpContext context, PayOrigin origin) =>
        !origin.IsOf(context.Request) ? Problem.NotFound("page_not_found", "page").AsResult()
        : context.Request.Query["origin"] is { Count: > 0 } parent && parent != origin.AppOrigin
            ? Problem.Invalid("origin_refused", $"These pages speak to {origin.AppOrigin} only.", "Open them from the app at its own address.").AsResult()
            : null;

    private static IResult Page(HttpContext context, PayOrigin origin, string name, string connect, Dictionary<string, string> data)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var language = Choose(context.Request.Query["lang"].ToString().Split('-')[0], languages);
        data["parent"] = origin.AppOrigin;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src {connect}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {origin.AppOrigin}";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        // The app frames this page; an isolating opener policy has no meaning in a frame.
        headers["Cross-Origin-Opener-Policy"] = "unsafe-none";
        var html = Asset($"{name}.html")
            .Replace("{{nonce}}", nonce, StringComparison.Ordinal)
            .Replace("{{lang}}", language, StringComparison.Ordinal)
            .Replace("{{dir}}", language is "he" or "ar" ? "rtl" : "ltr", StringComparison.Ordinal)
            .Replace("{{theme}}", Choose(context.Request.Query["theme"].ToString(), themes), StringComparison.Ordinal)
            .Replace("{{data}}", string.Join(' ', data.Select(d => $"data-{d.Key}=\"{HtmlEncoder.Default.Encode(d.Value)}\"")), StringComparison.Ordinal)
            .Replace("{{style}}", Asset("page.css"), StringComparison.Ordinal)
            .Replace("{{script}}", Asset("page.js") + Asset($"{name}.js"), StringComparison.Ordinal);
        return Results.Content(html, "text/html", Encoding.UTF8);
    }

    private static string Choose(string said, string[] known) => known.Contains(said) ? said : known[0];

    private static string Asset(string name)
    {
        using var stream = typeof(SandboxPages).Assembly.GetManifestResourceStream($"Stoa.Payments.Sandbox.Page.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed record ChallengeRow(long AmountMinor, string Currency, string Status, string Brand, string Last4);
}
