using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What a sender should know before they send: who it is, by name and handle, and whether they ever paid them.</summary>
internal static class LookAtReceiver
{
    /// <param name="Name">To be sent back as <c>toName</c>: what is confirmed is what was seen.</param>
    /// <param name="PaidBefore">False: the sheet warns, and sends <c>firstPaymentConfirmed</c>.</param>
    public sealed record Outlook(PersonId Id, string Name, string Handle, bool PaidBefore);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/money/receivers/{person}", RunAsync).For(Audience.Person).ProducesProblem(404)
            .WithName("LookAtReceiver").WithTags("Money").WithSummary("Who would receive, in a thread that you share.");

    private static async Task<Ok<Outlook>> RunAsync(
        string person, HttpContext context, IPeopleThreads threads, IPeople people, MoneyStore store, CancellationToken cancellationToken, string? thread = null)
    {
        var me = context.Person();
        if (!PersonId.TryParse(person, null, out var receiver) || !ThreadId.TryParse(thread, null, out var place)
            || await threads.FindAsync(me, place, cancellationToken) is null || !(await threads.AmongAsync(place, [receiver], cancellationToken)).Contains(receiver)
            || (await people.FindAsync([receiver], cancellationToken)).GetValueOrDefault(receiver) is not { } card)
        {
            throw MoneyProblems.NoThread.AsException();
        }

        return TypedResults.Ok(new Outlook(receiver, card.Name, card.Handle, await store.HavePaidAsync(me, receiver, cancellationToken)));
    }
}
