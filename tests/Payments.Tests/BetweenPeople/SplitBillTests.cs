using Stoa.Kernel;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>A bill that several share.</summary>
public sealed class SplitBillTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    [Fact]
    public async Task Each_pays_a_share_and_the_card_says_who_has()
    {
        var (zofia, leila, piotr, thread) = await GroupAsync();
        var (status, bill) = await zofia.AskAsync(thread, 100_00, split: new { people = new[] { leila.Id, piotr.Id } });
        var id = bill.Text("id");

        Assert.Equal((201, "open"), (status, bill.Text("state")));
        Assert.Equal([33_33, 33_33], bill.GetProperty("shares").EnumerateArray().Select(s => s.GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        Assert.Equal(201, (await leila.SendAsync(zofia, thread, 33_33, request: id)).Status);
        Assert.Equal("partly_paid", (await piotr.LookAsync(id))?.Text("state"));
        Assert.Equal("request_not_open", (await leila.SendAsync(zofia, thread, 33_33, request: id)).Body.Text("code"));
        Assert.Equal(200, (await piotr.ActAsync("decline", id)).Status);
        Assert.Equal("declined", (await zofia.LookAsync(id))?.Text("state"));
        Assert.Equal((33_33, 66_67, 100_00), (await zofia.BalanceAsync(), await leila.BalanceAsync(), await piotr.BalanceAsync()));
        Assert.Equal(["asked", "sent", "declined"], (await piotr.ToldAsync(thread, 3)).Select(e => e.GetProperty("money").Text("news")));
    }

    [Fact]
    public async Task Taking_a_bill_back_leaves_what_was_paid()
    {
        var (zofia, leila, piotr, thread) = await GroupAsync();
        var id = (await zofia.AskAsync(thread, 100_00, split: new { people = new[] { leila.Id, piotr.Id }, amounts = new[] { 20_00, 30_00 } })).Body.Text("id");
        await leila.SendAsync(zofia, thread, 20_00, request: id);

        Assert.Equal(200, (await zofia.ActAsync("cancel", id)).Status);
        Assert.Equal(["paid", "cancelled"], ((await zofia.LookAsync(id))?.GetProperty("shares").EnumerateArray() ?? default).Select(s => s.Text("state")));
        Assert.Equal("request_not_open", (await piotr.SendAsync(zofia, thread, 30_00, request: id)).Body.Text("code"));
        Assert.Equal(20_00, await zofia.BalanceAsync());
    }

    [Fact]
    public async Task A_split_that_does_not_come_out_is_refused()
    {
        var (zofia, leila, piotr, thread) = await GroupAsync();
        var stranger = await stage.JoinAsync("Noa");
        var direct = await zofia.OpenAsync(leila);
        PersonId[] both = [leila.Id, piotr.Id];

        Assert.Equal("shares_differ", await CodeAsync(100_00, new { people = both, amounts = new[] { 60_00, 40_01 } }));
        Assert.Equal("shares_differ", await CodeAsync(100_00, new { people = both, amounts = new[] { 60_00 } }));
        Assert.Equal("shares_differ", await CodeAsync(100_00, new { people = both, amounts = new[] { 60_00, 0 } }));
        Assert.Equal("shares_differ", await CodeAsync(100_00, new { people = both, amounts = new[] { 60_00, -1 } }));
        Assert.Equal("shares_differ", await CodeAsync(100_00, new { people = both, amounts = new[] { long.MaxValue, long.MaxValue } }));
        Assert.Equal("shares_differ", await CodeAsync(2, new { people = both }));
        Assert.Equal("invalid_request", await CodeAsync(100_00, new { people = Array.Empty<PersonId>() }));
        Assert.Equal("invalid_request", await CodeAsync(100_00, new { people = new[] { leila.Id, leila.Id } }));
        Assert.Equal("invalid_request", await CodeAsync(100_00, null));
        Assert.Equal("to_oneself", await CodeAsync(100_00, new { people = new[] { zofia.Id } }));
        Assert.Equal("person_not_found", await CodeAsync(100_00, new { people = new[] { stranger.Id } }));
        Assert.Equal("invalid_request", (await zofia.AskAsync(direct, 100_00, split: new { people = new[] { leila.Id } })).Body.Text("code"));

        async Task<string> CodeAsync(long minor, object? split) => (await zofia.AskAsync(thread, minor, split: split)).Body.Text("code");
    }

    private async Task<(Friend Zofia, Friend Leila, Friend Piotr, string Thread)> GroupAsync()
    {
        var (zofia, leila, piotr) = (await stage.JoinAsync(), await stage.JoinAsync("Leila", 100_00), await stage.JoinAsync("Piotr", 100_00));
        return (zofia, leila, piotr, await zofia.OpenAsync(leila, piotr));
    }
}
