using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>The statement: what came and went, with what was there before and after.</summary>
public sealed class StatementTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Fact]
    public async Task Opening_and_entries_come_to_closing_in_whatever_span()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var start = stage.Server.Clock.GetUtcNow();
        for (var i = 1; i <= 4; i++)
        {
            stage.Server.Clock.Advance(TimeSpan.FromHours(1));
            await zofia.SendAsync(leila, thread, i * 1_00);
            await leila.SendAsync(zofia, thread, 50);
        }

        for (var from = 0; from < 5; from++)
        {
            for (var to = from + 1; to <= 6; to++)
            {
                var view = await ReadAsync(zofia, start.AddMinutes((from * 60) - 30), start.AddMinutes((to * 60) - 30));
                var sum = view.GetProperty("entries").EnumerateArray().Sum(e => (e.Text("direction") == "in" ? 1 : -1) * e.GetProperty("amount").GetProperty("amountMinor").GetInt64());
                Assert.Equal(view.GetProperty("closing").GetProperty("amountMinor").GetInt64(), view.GetProperty("opening").GetProperty("amountMinor").GetInt64() + sum);
            }
        }

        // Pages are the same entries, none twice and none missing.
        var whole = await ReadAsync(zofia, start, start.AddDays(1));
        var ids = whole.GetProperty("entries").EnumerateArray().Select(e => e.Text("id")).ToList();
        Assert.Equal(9, ids.Count); // With what she had to begin with.
        var paged = new List<string>();
        for (string? after = null; paged.Count < 20;)
        {
            var page = await ReadAsync(zofia, start, start.AddDays(1), $"&limit=3{(after is null ? "" : "&after=" + after)}");
            paged.AddRange(page.GetProperty("entries").EnumerateArray().Select(e => e.Text("id")));
            if ((after = page.GetProperty("next").GetString()) is null)
            {
                break;
            }
        }

        Assert.Equal(ids, paged);
    }

    [Fact]
    public async Task The_file_is_what_a_spreadsheet_reads_and_no_name_is_a_formula()
    {
        var zofia = await stage.JoinAsync(euroMinor: 100_00);
        var leila = await stage.JoinAsync("=HYPERLINK(\"x\")");
        var thread = await zofia.OpenAsync(leila);
        var start = stage.Server.Clock.GetUtcNow();
        await zofia.SendAsync(leila, thread, 12_50);

        var csv = await zofia.TextAsync($"/api/wallet/statement.csv?since={Of(start.AddDays(-1))}&until={Of(start.AddDays(1))}");

        var lines = csv.TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("date,type,counterparty,amount,currency,balance_after,id", lines[0]);
        Assert.Contains(",topup,\"Stoa\",100.00,EUR,100.00,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",send,\"'=HYPERLINK(\"\"x\"\")\",-12.50,EUR,87.50,", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?since=2026-11-20T00:00:00Z")]
    [InlineData("?since=2026-11-21T00:00:00Z&until=2026-11-20T00:00:00Z")]
    [InlineData("?since=yesterday&until=today")]
    [InlineData("?since=2026-11-20T00:00:00Z&until=2026-11-21T00:00:00Z&currency=XXX")]
    public async Task A_span_that_is_none_is_refused(string query)
    {
        var zofia = await stage.JoinAsync();
        Assert.Equal(400, (await zofia.CallAsync(HttpMethod.Get, "/api/wallet/statement" + query)).Status);
        Assert.Equal(400, (await zofia.CallAsync(HttpMethod.Get, "/api/wallet/statement.csv" + query)).Status);
    }

    private static string Of(DateTimeOffset at) => Uri.EscapeDataString(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private static async Task<JsonElement> ReadAsync(Friend who, DateTimeOffset since, DateTimeOffset until, string more = "")
    {
        var (status, view) = await who.CallAsync(HttpMethod.Get, $"/api/wallet/statement?since={Of(since)}&until={Of(until)}{more}");
        Assert.True(status == 200, $"{status} {view}");
        return view;
    }
}
