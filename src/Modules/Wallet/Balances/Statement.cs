using System.Globalization;
using System.Text;
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

namespace Stoa.Wallet.Balances;

/// <summary>What came and went in a span of time, with the balance before and after it: to read, to print, and as a file for a spreadsheet.</summary>
internal static class Statement
{
    private const int PageMax = 100;
    private const int FileRowsMax = 10_000;

    /// <param name="Opening">The posted balance before <c>since</c>.</param>
    /// <param name="Closing">The posted balance at <c>until</c>.</param>
    /// <param name="Next">Give it as <c>after</c> for the page after this one; null at the end.</param>
    public sealed record View(Money Opening, Money Closing, IReadOnlyList<ReadWallet.Entry> Entries, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/wallet/statement", ReadAsync).For(Audience.Person).ProducesProblem(400)
            .WithName("GetStatement").WithTags("Wallet").WithSummary("What came and went in a span of time, oldest first.");
        routes.MapGet("/api/wallet/statement.csv", WriteAsync).For(Audience.Person).ProducesProblem(400).ProducesProblem(422)
            .WithName("GetStatementFile").WithTags("Wallet").WithSummary("The same as a file for a spreadsheet.");
    }

    private static async Task<Ok<View>> ReadAsync(
        HttpContext context, ILedger ledger, NpgsqlDataSource database, IPeople people, IMerchantNames merchants, CancellationToken cancellationToken,
        string? since = null, string? until = null, string currency = "EUR", int limit = PageMax, string? after = null)
    {
        var (from, to, of) = Read(since, until, currency);
        var above = 0L;
        if (limit is < 1 or > PageMax || (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out above)))
        {
            throw Wrong($"limit is 1 to {PageMax}; after is the next of an earlier answer.");
        }

        var account = new Account(AccountKind.Person, context.Person().Value, of);
        var rows = await ListAsync(database, account, from, to, above, limit, cancellationToken);
        var names = await ReadWallet.NameAsync(rows, people, merchants, cancellationToken);
        return TypedResults.Ok(new View(
            (await ledger.ReadBalanceAsync(account, from.AddTicks(-10), cancellationToken)).Posted, (await ledger.ReadBalanceAsync(account, to.AddTicks(-10), cancellationToken)).Posted,
            rows.ConvertAll(row => ReadWallet.EntryOf(row, names)), rows.Count < limit ? null : rows[^1].Seq.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<FileContentHttpResult> WriteAsync(
        HttpContext context, NpgsqlDataSource database, IPeople people, IMerchantNames merchants, CancellationToken cancellationToken,
        string? since = null, string? until = null, string currency = "EUR")
    {
        var (from, to, of) = Read(since, until, currency);
        var rows = await ListAsync(database, new(AccountKind.Person, context.Person().Value, of), from, to, 0, FileRowsMax + 1, cancellationToken);
        if (rows.Count > FileRowsMax)
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "statement_too_long", "Write a statement", $"This span has more than {FileRowsMax} entries.", "Choose a shorter one."));
        }

        var names = await ReadWallet.NameAsync(rows, people, merchants, cancellationToken);
        var csv = new StringBuilder("date,type,counterparty,amount,currency,balance_after,id\r\n");
        foreach (var entry in rows.Select(row => ReadWallet.EntryOf(row, names)))
        {
            var amount = entry.Direction == "out" ? new Money(-entry.Amount.AmountMinor, of) : entry.Amount;
            csv.Append(CultureInfo.InvariantCulture,
                $"{entry.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'},{entry.Code},{Cell(entry.Counterparty)},{amount.ToDecimalString()},{of},{new Money(entry.BalanceAfterMinor, of).ToDecimalString()},{entry.Id}\r\n");
        }

        context.Response.Headers.CacheControl = "no-store";
        // With a mark of its encoding: spreadsheets take it for another otherwise.
        return TypedResults.File((byte[])[.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(csv.ToString())], "text/csv; charset=utf-8", $"stoa-{of}-{from:yyyyMMdd}-{to:yyyyMMdd}.csv");
    }

    /// <summary>A name as a cell: never a formula, whatever somebody calls themselves.</summary>
    internal static string Cell(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static (DateTimeOffset From, DateTimeOffset To, Currency Of) Read(string? since, string? until, string currency) =>
        TryRead(since, out var from) && TryRead(until, out var to) && from < to && Currency.TryOf(currency, out var of)
            ? (from, to, of)
            : throw Wrong("'since' (included) and 'until' (not included) are instants, one before the other; 'currency' is an ISO 4217 code.");

    private static bool TryRead(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant) && instant.Year is > 1970 and < 9000;

    // Transfers are numbered in the order of their times: the span is one of numbers, and each half a walk down one index.
    private static async Task<List<ReadWallet.Row>> ListAsync(NpgsqlDataSource database, Account account, DateTimeOffset from, DateTimeOffset to, long above, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ReadWallet.Row>(new CommandDefinition(
            """
            with span as materialized (select greatest(wallet.seq_at(@before), @above) as low, wallet.seq_at(@last) as high)
            select s.* from (
              (select seq, id, posted_at as At, code, amount_minor as AmountMinor, false as Incoming, credit_kind as OtherKind, credit_owner as OtherOwner, debit_balance_after as BalanceAfter, currency
               from wallet.transfers where debit_owner = @Owner and debit_kind = 1 and currency = @code and seq > (select low from span) and seq <= (select high from span) and kind in (0, 2)
               order by seq limit @limit)
              union all
              (select seq, id, posted_at, code, amount_minor, true, debit_kind, debit_owner, credit_balance_after, currency
               from wallet.transfers where credit_owner = @Owner and credit_kind = 1 and currency = @code and seq > (select low from span) and seq <= (select high from span) and kind in (0, 2)
               order by seq limit @limit)
            ) s order by s.seq limit @limit
            """,
            new { account.Owner, code = account.Currency.Code, before = from.AddTicks(-10).UtcDateTime, last = to.AddTicks(-10).UtcDateTime, above, limit }, cancellationToken: cancellationToken))).AsList();
    }

    private static ProblemException Wrong(string detail) => new(Problem.Invalid("invalid_request", detail, "Correct the query."));
}
