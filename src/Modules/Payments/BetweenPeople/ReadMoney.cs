using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.BetweenPeople;

/// <summary>How things are now, for the cards in old talk. Parties see theirs always, others what stands in a thread that they are in.</summary>
internal static class ReadMoney
{
    private const int IdsMax = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/money", RunAsync).For(Audience.Person).ProducesProblem(400)
            .WithName("ReadMoney").WithTags("Money").WithSummary("Transfers, requests and gifts as they are now, by their ids.");

    private static async Task<Results<Ok<MoneyView.Items>, ProblemHttpResult>> RunAsync(
        HttpContext context, MoneyStore store, GiftStore giftStore, MoneyViews views, IPeopleThreads threads, CancellationToken cancellationToken, string? ids = null)
    {
        var parts = ids?.Split(',') ?? [];
        var wanted = parts.Select(part => Guid.TryParse(part, out var id) ? id : Guid.Empty).Distinct().ToArray();
        if (wanted.Length is 0 or > IdsMax || wanted.Contains(Guid.Empty))
        {
            return Problem.Invalid("invalid_request", $"'ids' are 1 to {IdsMax} ids with commas between.", "Ask for fewer, or correct them.").AsResult();
        }

        var reader = context.Person();
        var transfers = await store.FindTransfersAsync(wanted, cancellationToken);
        var bills = await store.FindBillsAsync(wanted, cancellationToken);
        var gifts = await giftStore.FindAsync(wanted, cancellationToken);
        var mine = new Dictionary<ThreadId, bool>();
        foreach (var thread in transfers.Select(t => t.Thread).OfType<ThreadId>().Concat(bills.Select(b => b.Thread)).Concat(gifts.Select(g => g.Thread)).Distinct())
        {
            mine[thread] = await threads.FindAsync(reader, thread, cancellationToken) is not null;
        }

        bool IsIn(ThreadId? thread) => thread is { } place && mine[place];
        return TypedResults.Ok(new MoneyView.Items(await views.OfAsync(
            [.. transfers.Where(t => t.Sender == reader || t.Receiver == reader || IsIn(t.Thread))],
            [.. bills.Where(b => b.Asker == reader || b.Shares.Any(s => s.Payer == reader) || IsIn(b.Thread))],
            [.. gifts.Where(g => g.Giver == reader || g.Portions.Any(p => p.Claimer == reader) || IsIn(g.Thread))], cancellationToken)));
    }
}
