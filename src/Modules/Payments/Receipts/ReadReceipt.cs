using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using QRCoder;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Receipts;

/// <summary>A payer takes their receipt, as data, as a link and as a picture of it; and the page on which anybody verifies one without asking us.</summary>
internal static class ReadReceipt
{
    /// <param name="Link">Verifies it: whoever has the link has the receipt.</param>
    public sealed record View(JsonElement Receipt, IssueReceipt.Signatures Signatures, string Link);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/purchases/{id:guid}/receipt", async Task<Results<Ok<View>, ProblemHttpResult>> (Guid id, HttpContext context, PurchaseStore purchases, IssueReceipt issue, IOptions<StoaOptions> options, CancellationToken cancellationToken) =>
                await IssueAsync(id, context, purchases, issue, cancellationToken) is { } signed
                    ? TypedResults.Ok(new View(signed.Receipt, signed.Signatures, signed.LinkAt(OriginOf(options))))
                    : NotPaid)
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName("GetReceipt").WithTags("Payments").WithSummary("The signed receipt of a purchase of yours.");
        routes.MapGet("/api/purchases/{id:guid}/receipt/qr", async Task<Results<ContentHttpResult, ProblemHttpResult>> (Guid id, HttpContext context, PurchaseStore purchases, IssueReceipt issue, IOptions<StoaOptions> options, CancellationToken cancellationToken) =>
                await IssueAsync(id, context, purchases, issue, cancellationToken) is { } signed
                    ? TypedResults.Content(Draw(signed.LinkAt(OriginOf(options))), "image/svg+xml")
                    : NotPaid)
            .For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName("GetReceiptCode").WithTags("Payments").WithSummary("The same as a QR code of its link.");
        routes.MapGet(IssueReceipt.VerifyPath, PageAsync).For(Audience.Anyone).ExcludeFromDescription();
    }

    private static string OriginOf(IOptions<StoaOptions> options) => new Uri(options.Value.PublicUrl).GetLeftPart(UriPartial.Authority);

    private static ProblemHttpResult NotPaid => new Problem(StatusCodes.Status409Conflict, "not_paid", "Take a receipt", "Nothing has been paid for this purchase.", "Ask again once it is captured.").AsResult();

    /// <returns>Null: nothing was paid.</returns>
    private static async Task<IssueReceipt.Signed?> IssueAsync(Guid id, HttpContext context, PurchaseStore purchases, IssueReceipt issue, CancellationToken cancellationToken)
    {
        var row = await purchases.FindForAsync(context.Person(), id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("purchase_not_found", "purchase"));
        return row.Status.IsPaid ? await issue.RunAsync(row, cancellationToken) : null;
    }

    // The least correction: it is read from a screen or from clean paper, and holds much.
    private static string Draw(string link)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(link, QRCodeGenerator.ECCLevel.L);
        using var picture = new SvgQRCode(code);
        return picture.GetGraphic(4);
    }

    /// <summary>One file with all that it needs, to be kept: the server's key stands in it, and it asks nobody.</summary>
    private static async Task<IResult> PageAsync(HttpContext context, SigningKeys keys, IOptions<StoaOptions> options, CancellationToken cancellationToken)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        var html = Asset("verify.html")
            .Replace("{{nonce}}", nonce, StringComparison.Ordinal)
            .Replace("{{server}}", OriginOf(options), StringComparison.Ordinal)
            .Replace("{{key}}", Base64Url.EncodeToString((await keys.OfServerAsync(cancellationToken)).PublicKey), StringComparison.Ordinal)
            .Replace("{{script}}", Asset("verify.js") + Asset("page.js"), StringComparison.Ordinal);
        return Results.Content(html, "text/html", Encoding.UTF8);
    }

    private static string Asset(string name)
    {
        using var stream = typeof(ReadReceipt).Assembly.GetManifestResourceStream($"Stoa.Payments.Receipts.Page.{name}") ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
