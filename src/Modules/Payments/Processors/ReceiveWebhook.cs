using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Braintree;

namespace Stoa.Payments.Processors;

/// <summary>Where the processor of a merchant's account tells what happened. Its signature is what admits; what it says is only a hint to look.</summary>
internal static class ReceiveWebhook
{
    private const int BytesMax = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/processors/{processor}/{account:long}", RunAsync).For(Audience.Anyone).ExcludeFromDescription();
        routes.MapGet("/processors/braintree/{account:long}", AnswerAsync).For(Audience.Anyone).ExcludeFromDescription();
    }

    public static string PathOf(string processor, long account) => $"/processors/{processor}/{account}";

    private static async Task<Results<NoContent, ProblemHttpResult>> RunAsync(
        string processor, long account, HttpContext context, ProcessorList processors, ReceiveEvent receive, CancellationToken cancellationToken)
    {
        if (await processors.FindLinkedAsync(processor, account, cancellationToken) is not { } linked)
        {
            return Problem.NotFound("account_not_found", "account").AsResult();
        }

        // The bytes as they came: any re-writing would break the signature.
        if (await ReadAsync(context.Request, cancellationToken) is not { } body)
        {
            return new Problem(StatusCodes.Status413PayloadTooLarge, "body_too_large", "Read the webhook", $"It has more than {BytesMax} bytes.", "Send one event at a time.").AsResult();
        }

        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return await receive.RunAsync(linked, new(headers, body), cancellationToken)
            ? TypedResults.NoContent()
            : new Problem(StatusCodes.Status400BadRequest, "webhook_refused", "Verify the webhook", "Its signature is missing, wrong, too old, or of another account.",
                "Check the webhook secret or id that this account was linked with.").AsResult();
    }

    // Braintree asks whether the address is its merchant's when it is registered.
    private static async Task<IResult> AnswerAsync(long account, HttpContext context, AccountStore accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(account, cancellationToken) is { Processor: BraintreeProcessor.ProcessorName } found
            && BraintreeWebhook.AnswerTo(context.Request.Query["bt_challenge"].ToString(), found) is { } answer
                ? Results.Text(answer)
                : Problem.NotFound("account_not_found", "account").AsResult();

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > BytesMax)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>(4096);
        while (await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken) is var read and > 0)
        {
            body.Advance(read);
            if (body.WrittenCount > BytesMax)
            {
                return null;
            }
        }

        return body.WrittenMemory;
    }
}
