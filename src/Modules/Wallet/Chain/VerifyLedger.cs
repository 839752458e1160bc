using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Wallet.Balances;

namespace Stoa.Wallet.Chain;

/// <summary><c>POST /admin/ledger/verify</c>: the whole ledger played again from nothing, its chain hashed again, and held against anchors that were kept elsewhere.</summary>
internal static class VerifyLedger
{
    private const int AnchorsMax = 20_000;

    /// <param name="Anchors">As <c>./stoa ledger anchor</c> and the server's own file gave them.</param>
    public sealed record VerifyRequest(IReadOnlyList<ChainAnchor>? Anchors = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/ledger/verify", HandleAsync).For(Audience.Operator)
            .WithName("verifyLedger").WithTags("Operator").WithSummary("Verify the whole ledger").Accepts<VerifyRequest>("application/json").Produces<LedgerReport>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapPost("/admin/ledger/anchor", AnchorAsync).For(Audience.Operator)
            .WithName("anchorLedger").WithTags("Operator").WithSummary("The head of the ledger's chain, to be kept elsewhere").Produces<ChainAnchor>()
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, NpgsqlDataSource database, AnchorFile file, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, WalletJson.Default.VerifyRequest);
        if (request.Anchors?.Count > AnchorsMax)
        {
            return Problem.Invalid("invalid_request", $"At most {AnchorsMax} anchors are compared at once.", "Send the newest ones.").AsResult();
        }

        var anchors = (await file.ReadAsync(cancellationToken)).Concat(request.Anchors ?? []).Distinct().ToList();
        return TypedResults.Json(await LedgerCheck.RunAsync(database, cancellationToken, anchors), WalletJson.Default.LedgerReport);
    }

    private static async Task<IResult> AnchorAsync(CloseChainBlocks chain, CancellationToken cancellationToken)
    {
        while (await chain.RunOnceAsync(cancellationToken))
        {
        }

        return await chain.FindHeadAsync(cancellationToken) is { } head
            ? TypedResults.Json(head, WalletJson.Default.ChainAnchor)
            : new Problem(StatusCodes.Status409Conflict, "ledger_empty", "Anchor the ledger", "No money has moved yet.", "Anchor it after the first transfer.").AsResult();
    }
}
