using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Refusals that several calls share. In all of them nothing has moved.</summary>
internal static class MoneyProblems
{
    public static Problem NoThread { get; } = Problem.NotFound("thread_not_found", "conversation between people");

    public static Problem NotFound { get; } = Problem.NotFound("money_not_found", "payment, request or gift");

    public static Problem NotAccepted { get; } = new(StatusCodes.Status409Conflict, "request_not_accepted", "Move money",
        "This conversation is a request that you have not accepted.", "Accept it first: PUT /api/threads/{id}/accept.");

    public static Problem ToOneself { get; } = new(StatusCodes.Status422UnprocessableEntity, "to_oneself", "Move money",
        "Sender and receiver are the same person.", "Choose somebody else.");

    public static Problem OutOfRange(Money amount, long most) => new(StatusCodes.Status422UnprocessableEntity, "amount_out_of_range", "Move money",
        $"The amount is {amount}; it can be from {new Money(1, amount.Currency)} to {new Money(most, amount.Currency)}.", "Choose another amount; a larger one goes in parts.");

    public static Problem TooLittle(Money amount) => new(StatusCodes.Status422UnprocessableEntity, "insufficient_funds", "Move money",
        $"Your balance in {amount.Currency} is less than {amount}.", "Send less, or put money on your balance first.");

    public static Problem KeyReused(Guid key) => new(StatusCodes.Status422UnprocessableEntity, "key_reused", "Move money", $"The key {key} was used for something else.",
        "Make a new key for each thing you want done, and keep it for repeats of the same request.");

    public static Problem NotOpen(ShareState state) => new(StatusCodes.Status409Conflict, "request_not_open", "Answer a request for money",
        $"The request is {Purchases.Words.Of(state)}.", "Look at it again; who still wants the money can ask anew.");

    public static ProblemException AsException(this Problem problem) => new(problem);
}
