using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.Payments.Processors;
using Stoa.Payments.Processors.Braintree;
using Stoa.Payments.Processors.PayPal;
using Stoa.Payments.Processors.Stripe;
using Stoa.Payments.Refunds;
using Stoa.Payments.Sandbox;

namespace Stoa.Payments.Accounts;

/// <summary>A business links its own account at a processor. Its keys are taken and never shown again.</summary>
internal static class LinkProcessor
{
    private const string Path = "/api/business/processor";
    private const int TextMax = 512;

    /// <param name="Mode"><c>test</c> or <c>live</c>.</param>
    /// <param name="Key">Stripe's secret or restricted key, PayPal's client secret, Braintree's private key.</param>
    public sealed record Request(
        string Processor, string Mode, string Key, string? WebhookSecret = null, string? PublishableKey = null, string? ClientId = null, string? WebhookId = null,
        string? PublicKey = null, Dictionary<string, string>? MerchantAccounts = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut(Path, LinkAsync).For(Audience.Bot).Accepts<Request>("application/json").ProducesProblem(401).ProducesProblem(422)
            .WithName("LinkProcessor").WithTags("Payments").WithSummary("Sell through your own account at a processor.");
        routes.MapGet(Path, ReadAsync).For(Audience.Bot).ProducesProblem(401).ProducesProblem(404)
            .WithName("GetProcessor").WithTags("Payments").WithSummary("The account that your page sells through; never its keys.");
        routes.MapDelete(Path, UnlinkAsync).For(Audience.Bot).ProducesProblem(401).ProducesProblem(404)
            .WithName("UnlinkProcessor").WithTags("Payments").WithSummary("Sell through it no more. What was paid through it can still be refunded.");
        routes.MapPost(Path + "/test", TestAsync).For(Audience.Bot).ProducesProblem(401).ProducesProblem(404).ProducesProblem(422)
            .WithName("TestProcessor").WithTags("Payments").WithSummary("Send one unit there and back in test mode; in live mode, ask whether the keys are good.");
    }

    private static async Task<Ok<AccountView>> LinkAsync(HttpContext context, PageCaller caller, AccountStore accounts, PayOrigin origin, CancellationToken cancellationToken)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        var request = await CardFreeBody.ReadAsync(context, LinkProcessorJson.Default.Request);
        if (WhyWrong(request) is { } wrong)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "account_invalid", "Link an account", wrong, "See docs/protocol/payments.md for what each processor wants."));
        }

        var linked = await accounts.LinkAsync(page, request.Processor, request.Mode == "live",
            new()
            {
                PublishableKey = request.PublishableKey,
                ClientId = request.ClientId,
                WebhookId = request.WebhookId,
                PublicKey = request.PublicKey,
                MerchantAccounts = request.MerchantAccounts,
            },
            new() { Key = request.Key, WebhookSecret = request.WebhookSecret }, cancellationToken);
        return TypedResults.Ok(AccountView.Of(linked, origin));
    }

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> ReadAsync(
        HttpContext context, PageCaller caller, AccountStore accounts, PayOrigin origin, CancellationToken cancellationToken) =>
        await accounts.FindForAsync(await caller.FindAsync(context, cancellationToken), cancellationToken) is { } account ? TypedResults.Ok(AccountView.Of(account, origin)) : NotLinked();

    private static async Task<Results<NoContent, ProblemHttpResult>> UnlinkAsync(HttpContext context, PageCaller caller, AccountStore accounts, CancellationToken cancellationToken) =>
        await accounts.UnlinkAsync(await caller.FindAsync(context, cancellationToken), cancellationToken) ? TypedResults.NoContent() : NotLinked();

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> TestAsync(
        HttpContext context, PageCaller caller, AccountStore accounts, Connectors connectors, PayOrigin origin, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await accounts.FindForAsync(await caller.FindAsync(context, cancellationToken), cancellationToken) is not { } account)
        {
            return NotLinked();
        }

        var connector = connectors.Create(account);
        var answer = await Patience.CallAsync(time, token => connector.SendOneUnitAsync(token), cancellationToken);
        if (answer is not (ProcessorAnswer.Known or ProcessorAnswer.KnownRefund))
        {
            var why = answer is ProcessorAnswer.Refused { Code: var code } ? $"It answered: {code}." : "It gave no usable answer.";
            return new Problem(StatusCodes.Status422UnprocessableEntity, "test_failed", $"Send one unit through {account.Processor}", why,
                "Check the keys, their mode and their permissions at the processor, and try again.").AsResult();
        }

        await accounts.NoteTestedAsync(account.Id, cancellationToken);
        return TypedResults.Ok(AccountView.Of(account with { TestedAt = time.GetUtcNow() }, origin));
    }

    /// <summary>What a request lacks or has wrong, for its processor; null: nothing. Keys are not repeated in it.</summary>
    private static string? WhyWrong(Request request)
    {
        string?[] texts = [request.Key, request.WebhookSecret, request.PublishableKey, request.ClientId, request.WebhookId, request.PublicKey, .. request.MerchantAccounts?.SelectMany(m => new[] { m.Key, m.Value }) ?? []];
        if (request.Mode is not ("test" or "live") || request.Key.Length == 0 || texts.Any(t => t?.Length > TextMax || t?.Any(c => c is <= ' ' or > '~') is true) || request.MerchantAccounts?.Count > 100)
        {
            return $"mode is test or live; key is there; texts have at most {TextMax} characters without blanks.";
        }

        return request.Processor switch
        {
            StripeProcessor.ProcessorName when !request.Key.StartsWith($"sk_{request.Mode}_", StringComparison.Ordinal) && !request.Key.StartsWith($"rk_{request.Mode}_", StringComparison.Ordinal) =>
                $"A key of Stripe's {request.Mode} mode begins with sk_{request.Mode}_ or rk_{request.Mode}_.",
            StripeProcessor.ProcessorName when request.WebhookSecret is null || request.PublishableKey?.StartsWith($"pk_{request.Mode}_", StringComparison.Ordinal) is not true =>
                $"Stripe needs webhookSecret, and a publishableKey that begins with pk_{request.Mode}_.",
            PayPalProcessor.ProcessorName when request.ClientId is null || request.WebhookId is null => "PayPal needs clientId and webhookId.",
            BraintreeProcessor.ProcessorName when request.PublicKey is null || request.MerchantAccounts is not { Count: > 0 } || !request.MerchantAccounts.Keys.All(c => Currency.TryOf(c, out _)) =>
                "Braintree needs publicKey, and merchantAccounts by ISO 4217 currency.",
            StripeProcessor.ProcessorName or PayPalProcessor.ProcessorName or BraintreeProcessor.ProcessorName => null,
            _ => "processor is stripe, paypal or braintree.",
        };
    }

    private static ProblemHttpResult NotLinked() =>
        new Problem(StatusCodes.Status404NotFound, "processor_not_linked", "Look up the account", "No account at a processor is linked; the page sells through the sandbox.", "Link one with PUT /api/business/processor.").AsResult();
}

/// <summary>A linked account on the wire.</summary>
/// <param name="WebhookUrl">To be registered at the processor.</param>
internal sealed record AccountView(
    string Processor, string Mode, string WebhookUrl, AccountSettings Settings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset? TestedAt)
{
    public static AccountView Of(MerchantAccount account, PayOrigin origin) =>
        new(account.Processor, account.Live ? "live" : "test", origin.AppOrigin + ReceiveWebhook.PathOf(account.Processor, account.Id), account.Settings, account.TestedAt);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LinkProcessor.Request))]
internal sealed partial class LinkProcessorJson : JsonSerializerContext;
