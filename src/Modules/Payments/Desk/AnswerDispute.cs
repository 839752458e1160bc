using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;
using Stoa.Payments.Refunds;

namespace Stoa.Payments.Desk;

/// <summary>The business answers a dispute at its processor, in time: it gives in, or sends evidence. What the processor then says is what counts.</summary>
internal sealed class AnswerDispute(PurchaseStore purchases, AttemptStore attempts, ProcessorList processors, TimeProvider time)
{
    private const int TextMax = 20_000;
    private static readonly TimeSpan processorAnswersWithin = TimeSpan.FromSeconds(30);

    /// <param name="Key">Made for this evidence, and kept for repeats.</param>
    /// <param name="Text">What happened, for the payer's bank; 1 to 20,000 characters.</param>
    public sealed record Evidence(Guid Key, string Text);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/business/purchases/{id}/dispute/accept", AcceptAsync).For(Audience.Bot).ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503)
            .WithName("AcceptDispute").WithTags("Payments").WithSummary("Give in to a dispute: the money is the payer's.");
        routes.MapPost("/api/business/purchases/{id}/dispute/evidence", ContestAsync).For(Audience.Bot)
            .Accepts<Evidence>("application/json").ProducesProblem(401).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503)
            .WithName("ContestDispute").WithTags("Payments").WithSummary("Contest a dispute with evidence.");
    }

    private static async Task<Ok<DisputeView>> AcceptAsync(string id, HttpContext context, PageCaller caller, AnswerDispute answer, CancellationToken cancellationToken) =>
        TypedResults.Ok(await answer.RunAsync(await caller.FindAsync(context, cancellationToken), id, (desk, payment, token) => desk.AcceptDisputeAsync(payment, token), cancellationToken));

    private static async Task<Ok<DisputeView>> ContestAsync(string id, HttpContext context, PageCaller caller, AnswerDispute answer, CancellationToken cancellationToken)
    {
        var page = await caller.FindAsync(context, cancellationToken);
        var evidence = await CardFreeBody.ReadAsync(context, DeskJson.Default.Evidence);
        return evidence.Key == Guid.Empty || string.IsNullOrWhiteSpace(evidence.Text) || evidence.Text.Length > TextMax
            ? throw new ProblemException(Problem.Invalid("invalid_request", $"key is a UUID made by the caller, text has 1 to {TextMax} characters.", "Say what happened."))
            : TypedResults.Ok(await answer.RunAsync(page, id, (desk, payment, token) => desk.ContestDisputeAsync($"evidence/{evidence.Key}", payment, evidence.Text, token), cancellationToken));
    }

    private async Task<DisputeView> RunAsync(PageId page, string id, Func<IDisputeDesk, string, CancellationToken, Task<DisputeAnswer>> act, CancellationToken cancellationToken)
    {
        if (await purchases.FindForAsync(page, id, cancellationToken) is not { } purchase)
        {
            throw new ProblemException(Problem.NotFound("purchase_not_found", "purchase"));
        }

        if (purchase.Dispute is null || purchase.Processor is null || await attempts.FindRefAsync(purchase.Id, cancellationToken) is not { } payment)
        {
            throw Refused(StatusCodes.Status409Conflict, "not_disputed", "Nobody disputes this purchase.", "There is nothing to answer.");
        }

        if (await processors.FindAsync(purchase.Processor, cancellationToken) is not IDisputeDesk desk)
        {
            throw Refused(StatusCodes.Status409Conflict, "dispute_answered_elsewhere", "Disputes at this processor are answered in its own console.", "Answer it there; what comes of it is seen here.");
        }

        using var patience = new CancellationTokenSource(processorAnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        DisputeAnswer answer;
        try
        {
            answer = await act(desk, payment, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            answer = new DisputeAnswer.Unclear();
        }

        switch (answer)
        {
            case DisputeAnswer.Known known:
                await purchases.NoteDisputeAsync(purchase, known.Status, known.AnswerBy, cancellationToken);
                return new() { State = Words.Of(known.Status), AnswerBy = known.AnswerBy };
            case DisputeAnswer.Refused { Code: "dispute_closed" or "not_found" }:
                throw Refused(StatusCodes.Status409Conflict, "dispute_closed", "It is decided, or its time is over.", "Look at what the processor says of it.");
            case DisputeAnswer.Refused { Code: var code }:
                throw Refused(StatusCodes.Status409Conflict, "dispute_refused", $"The processor refused the answer ({code}).", "Check the account (POST /api/business/processor/test), or answer in the processor's console.");
            default:
                throw Refused(StatusCodes.Status503ServiceUnavailable, "processor_unavailable", "The processor did not answer: it may have the answer or not.", "Send it again with the same key.");
        }
    }

    private static ProblemException Refused(int status, string code, string detail, string fix) => new(new(status, code, "Answer a dispute", detail, fix));
}
