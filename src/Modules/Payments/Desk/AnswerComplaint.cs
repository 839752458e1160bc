using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Payments.BetweenPeople;
using Stoa.Payments.Guards;
using Stoa.Payments.Purchases;
using Stoa.Payments.Refunds;

namespace Stoa.Payments.Desk;

/// <summary>The business's side: what waits for it, and its one answer to each complaint. Money back and the answer are one transaction.</summary>
internal static class AnswerComplaint
{
    private const int Most = 100;

    [JsonConverter(typeof(SnakeCaseEnumConverter<Kind>))]
    public enum Kind
    {
        /// <summary>Give money back: what was asked for, or another amount.</summary>
        Refund,

        /// <summary>Helped; the text says how.</summary>
        Settle,

        /// <summary>No; the text says why.</summary>
        Decline,
    }

    /// <param name="Text">To the payer, at most 280 characters; needed unless money goes back.</param>
    /// <param name="AmountMinor">With <c>refund</c>; absent: what was asked for, or else all that is left.</param>
    public sealed record Reply(Kind Answer, string? Text = null, long? AmountMinor = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/business/complaints", ListAsync).For(Audience.Bot).ProducesProblem(400).ProducesProblem(401)
            .WithName("ListComplaints").WithTags("Payments").WithSummary("Complaints about purchases from your page that wait for an answer, newest first.");
        routes.MapPost("/api/business/purchases/{id}/complaints/{complaint:guid}/answer", AnswerAsync).For(Audience.Bot)
            .Accepts<Reply>("application/json").ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithName("AnswerComplaint").WithTags("Payments").WithSummary("Answer a complaint: give money back, settle it, or decline.");
    }

    private static async Task<Ok<ComplaintView.Several>> ListAsync(
        HttpContext context, PageCaller caller, ComplaintStore complaints, CancellationToken cancellationToken, Guid? before = null, int limit = 20)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        if (limit is < 1 or > Most)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"limit is from 1 to {Most}.", "Ask for the rest with 'before'."));
        }

        var open = await complaints.ListOpenAsync(page, before, limit, cancellationToken);
        return TypedResults.Ok(new ComplaintView.Several([.. open.Select(ComplaintView.Of)], open.Count == limit ? open[^1].Id : null));
    }

    private static async Task<Results<Ok<ComplaintView>, ProblemHttpResult>> AnswerAsync(
        string id, Guid complaint, HttpContext context, PageCaller caller, PurchaseStore purchases, ComplaintStore complaints, RefundStore refunds, AdvancePurchase advance, OutboxWriter outbox,
        CancellationToken cancellationToken)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        var reply = await CardFreeBody.ReadAsync(context, DeskJson.Default.Reply);
        if (await purchases.FindForAsync(page, id, cancellationToken) is not { } purchase)
        {
            return Problem.NotFound("purchase_not_found", "purchase").AsResult();
        }

        var text = Wishes.CleanNote(reply.Text);
        if ((reply.Answer != Kind.Refund && (text is null || reply.AmountMinor is not null)) || reply.AmountMinor is < 1)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "amountMinor belongs to a refund and is at least 1; any other answer needs a text.", "Say why, or how it was settled."));
        }

        var hash = Wishes.HashOf(reply.Answer, reply.AmountMinor, text);
        if (reply.Answer != Kind.Refund)
        {
            var end = reply.Answer == Kind.Settle ? ComplaintState.Settled : ComplaintState.Declined;
            return TypedResults.Ok(ComplaintView.Of(await complaints.EndAsync(purchase, complaint, end, text, hash, cancellationToken)));
        }

        var about = (await complaints.ListAsync(purchase.Id, cancellationToken)).FirstOrDefault(c => c.Id == complaint)
            ?? throw new ProblemException(Problem.NotFound("complaint_not_found", "complaint"));
        // The refund's key is the complaint's id: answered twice, it goes back once. Both are stored, or neither.
        var (_, created) = await refunds.CreateAsync(
            page, purchase.Id, complaint, reply.AmountMinor ?? about.Asked?.AmountMinor, text, hash,
            (connection, transaction, refund) => complaints.EndAsync(connection, transaction, purchase, complaint, ComplaintState.Settled, text, refund.Id, hash, cancellationToken), cancellationToken);
        if (created)
        {
            outbox.Wake(TellDesk.TopicName);
            await advance.RunAsync(purchase.Id, cancellationToken);
        }

        return TypedResults.Ok(ComplaintView.Of((await complaints.ListAsync(purchase.Id, cancellationToken)).Single(c => c.Id == complaint)));
    }
}
