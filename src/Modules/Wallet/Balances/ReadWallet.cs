using System.Globalization;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;
using Stoa.Wallet.Chain;

namespace Stoa.Wallet.Balances;

/// <summary>What a person has, and how it came and went.</summary>
internal static class ReadWallet
{
    private const int LimitDefault = 50;
    private const int LimitMax = 200;
    private const string TheHouse = "Stoa";

    /// <param name="Balances">What the person can spend, per currency: posted less held. Pending credit does not count.</param>
    public sealed record Wallet(IReadOnlyList<Money> Balances);

    /// <param name="Id">The transfer.</param>
    /// <param name="Code">Why: <c>topup</c>, <c>merchant_payment</c>, <c>refund</c>, <c>send</c>, <c>gift</c>, <c>claim</c>, <c>give_back</c>, <c>correction</c>.</param>
    /// <param name="Counterparty">The name of the person or business; <c>Stoa</c> for the house's own accounts, and who is known no more.</param>
    /// <param name="BalanceAfterMinor">The posted balance after it, held or not.</param>
    public sealed record Entry(
        Guid Id, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset At, string Code, Money Amount, string Direction, string Counterparty, long BalanceAfterMinor);

    /// <param name="Next">Give it as <c>before</c> for the page after this one; null at the end.</param>
    public sealed record Entries([property: JsonPropertyName("entries")] IReadOnlyList<Entry> Items, string? Next);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/wallet", GetWalletAsync).For(Audience.Person)
            .WithName("GetWallet").WithTags("Wallet").WithSummary("What you can spend, per currency.");
        routes.MapGet("/api/wallet/entries", GetEntriesAsync).For(Audience.Person)
            .WithName("GetWalletEntries").WithTags("Wallet").WithSummary("What came and went, newest first.");
    }

    private static async Task<Ok<Wallet>> GetWalletAsync(HttpContext context, ILedger ledger, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Wallet([.. (await ledger.ReadBalancesAsync(context.Person(), cancellationToken)).Select(b => b.Available)]));

    private static async Task<Results<Ok<Entries>, ProblemHttpResult>> GetEntriesAsync(
        HttpContext context, NpgsqlDataSource database, IPeople people, IMerchantNames merchants, CancellationToken cancellationToken,
        int limit = LimitDefault, string? before = null)
    {
        var below = long.MaxValue;
        if (limit is < 1 or > LimitMax || (before is not null && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out below)))
        {
            return Problem.Invalid("invalid_request", $"limit is 1 to {LimitMax}; before is the next of an earlier answer.", "Leave both out for the first page.").AsResult();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Each half is a walk down one index per currency and stops at the limit. Holds move nothing yet and are not shown.
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select s.* from wallet.accounts a cross join lateral (
              (select seq, id, posted_at as At, code, amount_minor as AmountMinor, false as Incoming, credit_kind as OtherKind, credit_owner as OtherOwner,
                      debit_balance_after as BalanceAfter, currency
               from wallet.transfers where debit_owner = a.owner and debit_kind = a.kind and currency = a.currency and seq < @below and kind in (0, 2) order by seq desc limit @limit)
              union all
              (select seq, id, posted_at, code, amount_minor, true, debit_kind, debit_owner, credit_balance_after, currency
               from wallet.transfers where credit_owner = a.owner and credit_kind = a.kind and currency = a.currency and seq < @below and kind in (0, 2) order by seq desc limit @limit)
            ) s where a.owner = @owner and a.kind = 1 order by s.seq desc limit @limit
            """,
            new { owner = context.Person().Value, below, limit }, cancellationToken: cancellationToken))).AsList();
        var names = await NameAsync(rows, people, merchants, cancellationToken);
        return TypedResults.Ok(new Entries(
            rows.ConvertAll(row => EntryOf(row, names)),
            rows.Count < limit ? null : rows[^1].Seq.ToString(CultureInfo.InvariantCulture)));
    }

    internal static Entry EntryOf(Row row, Dictionary<(AccountKind, long), string> names) =>
        new(row.Id, new(row.At, TimeSpan.Zero), row.Code, new(row.AmountMinor, Currency.Of(row.Currency)), row.Incoming ? "in" : "out",
            names.GetValueOrDefault(((AccountKind)row.OtherKind, row.OtherOwner), TheHouse), row.BalanceAfter);

    internal static async Task<Dictionary<(AccountKind, long), string>> NameAsync(List<Row> rows, IPeople people, IMerchantNames merchants, CancellationToken cancellationToken)
    {
        long[] OwnersOf(AccountKind kind) => [.. rows.Where(r => r.OtherKind == (short)kind).Select(r => r.OtherOwner).Distinct()];
        var persons = await people.FindAsync([.. OwnersOf(AccountKind.Person).Select(id => new PersonId(id))], cancellationToken);
        var pages = await merchants.FindAsync([.. OwnersOf(AccountKind.Merchant).Select(id => new PageId(id))], cancellationToken);
        return persons.Select(p => ((AccountKind.Person, p.Key.Value), p.Value.Name)).Concat(pages.Select(p => ((AccountKind.Merchant, p.Key.Value), p.Value)))
            .ToDictionary(named => named.Item1, named => named.Item2);
    }

    internal sealed record Row(
        long Seq, Guid Id, DateTime At, string Code, long AmountMinor, bool Incoming, short OtherKind, long OtherOwner, long BalanceAfter, string Currency);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReadWallet.Wallet))]
[JsonSerializable(typeof(ReadWallet.Entries))]
[JsonSerializable(typeof(Statement.View))]
[JsonSerializable(typeof(VerifyLedger.VerifyRequest))]
[JsonSerializable(typeof(LedgerReport))]
[JsonSerializable(typeof(ChainAnchor))]
internal sealed partial class WalletJson : JsonSerializerContext;
