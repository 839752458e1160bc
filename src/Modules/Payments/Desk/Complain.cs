using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.BetweenPeople;
using Stoa.Payments.Guards;
using Stoa.Payments.Purchases;
using Stoa.Payments.Refunds;

namespace Stoa.Payments.Desk;

/// <summary>The payer's side of the desk: what became of a purchase, asking for money back or for help, and taking that back.</summary>
internal static class Complain
{
    /// <param name="Key">Made when the sheet opens, and kept for repeats.</param>
    /// <param name="AmountMinor">With <c>refund</c>; absent: all that is left.</param>
    /// <param name="Note">What is wrong, to the business; 1 to 280 characters.</param>
    public sealed record Request(Guid Key, Wanted Wants, string Note, long? AmountMinor = null);

    /// <summary>Everything about a purchase that its payer may see.</summary>
    public sealed record DeskView(
        PurchaseView Purchase, IReadOnlyList<RefundView> Refunds, IReadOnlyList<ComplaintView> Complaints,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DisputeView? Dispute);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/purchases/{id:guid}/desk", ReadAsync).For(Audience.Person).ProducesProblem(404)
            .WithName("GetPurchaseDesk").WithTags("Payments").WithSummary("A purchase of yours with its refunds, complaints and dispute.");
        routes.MapPost("/api/purchases/{id:guid}/complaints", CreateAsync).For(Audience.Person)
            .Accepts<Request>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("ComplainAboutPurchase").WithTags("Payments").WithSummary("Ask the business for money back, or for help with a purchase.");
        routes.MapPost("/api/purchases/{id:guid}/complaints/{complaint:guid}/withdraw", WithdrawAsync).For(Audience.Person).ProducesProblem(404).ProducesProblem(409)
            .WithName("WithdrawComplaint").WithTags("Payments").WithSummary("Take a complaint back that is not answered yet.");
    }

    private static async Task<Results<Ok<DeskView>, ProblemHttpResult>> ReadAsync(
        Guid id, HttpContext context, PurchaseStore purchases, RefundStore refunds, ComplaintStore complaints, CancellationToken cancellationToken)
    {
        if (await purchases.FindForAsync(context.Person(), id, cancellationToken) is not { } row)
        {
            return NotThere();
        }

        return TypedResults.Ok(new DeskView(
            PurchaseView.Of(row),
            // The reason is for the merchant's own books.
            [.. (await refunds.ListAsync(id, cancellationToken)).Select(refund => RefundView.Of(refund) with { Reason = null })],
            [.. (await complaints.ListAsync(id, cancellationToken)).Select(ComplaintView.Of)], DisputeView.Of(row)));
    }

    private static async Task<Results<Created<ComplaintView>, Ok<ComplaintView>, ProblemHttpResult>> CreateAsync(
        Guid id, HttpContext context, PurchaseStore purchases, ComplaintStore complaints, CancellationToken cancellationToken)
    {
        var person = context.Person();
        var request = await CardFreeBody.ReadAsync(context, DeskJson.Default.Request);
        if (await purchases.FindForAsync(person, id, cancellationToken) is not { } row)
        {
            return NotThere();
        }

        var note = Wishes.CleanNote(request.Note) ?? throw new ProblemException(Problem.Invalid("note_invalid", "The note is empty.", "Say what is wrong in up to 280 characters."));
        if (request.AmountMinor is < 1 || (request.AmountMinor is not null && request.Wants != Wanted.Refund))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "amountMinor is at least 1, and belongs to a wish for money back.", "Leave it out for all of it."));
        }

        var (complaint, created) = await complaints.CreateAsync(
            row, Wishes.IdOf("payments.complaint", person, request.Key), request.Wants, request.AmountMinor, note, Wishes.HashOf(id, request.Wants, request.AmountMinor, note), cancellationToken);
        return created ? TypedResults.Created($"/api/purchases/{id}/desk", ComplaintView.Of(complaint)) : TypedResults.Ok(ComplaintView.Of(complaint));
    }

    private static async Task<Results<Ok<ComplaintView>, ProblemHttpResult>> WithdrawAsync(
        Guid id, Guid complaint, HttpContext context, PurchaseStore purchases, ComplaintStore complaints, CancellationToken cancellationToken) =>
        await purchases.FindForAsync(context.Person(), id, cancellationToken) is { } row
            ? TypedResults.Ok(ComplaintView.Of(await complaints.EndAsync(row, complaint, ComplaintState.Withdrawn, null, Wishes.HashOf("withdrawn"), cancellationToken)))
            : NotThere();

    private static ProblemHttpResult NotThere() => Problem.NotFound("purchase_not_found", "purchase").AsResult();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Complain.Request))]
[JsonSerializable(typeof(AnswerComplaint.Reply))]
[JsonSerializable(typeof(AnswerDispute.Evidence))]
internal sealed partial class DeskJson : JsonSerializerContext;
