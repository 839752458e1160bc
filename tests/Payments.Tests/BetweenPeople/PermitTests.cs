using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.BetweenPeople;
using Xunit;

namespace Stoa.Payments.Tests.BetweenPeople;

/// <summary>What somebody may send: by the day, by their PIN, and not while frozen.</summary>
public sealed class PermitTests(MoneyStage stage) : IClassFixture<MoneyStage>
{
    private const string Password = "sixteen candles, no cake";

    [Fact]
    public async Task A_large_payment_needs_the_PIN_and_a_small_one_does_not()
    {
        var (zofia, leila, thread) = await RichAsync();

        Assert.Equal(201, (await zofia.SendAsync(leila, thread, 99_99)).Status);
        Assert.Equal((403, "pin_not_set"), await SendAsync(zofia, leila, thread, 100_00));
        Assert.Equal(204, (await SetPinAsync(zofia, "4821")).Status);
        Assert.Equal((403, "pin_required"), await SendAsync(zofia, leila, thread, 100_00));
        Assert.Equal((403, "pin_wrong"), await SendAsync(zofia, leila, thread, 100_00, "4822"));
        Assert.Equal(99_99, await leila.BalanceAsync());

        var key = Guid.NewGuid();
        Assert.Equal((201, ""), await SendAsync(zofia, leila, thread, 100_00, "4821", key));
        Assert.Equal((200, ""), await SendAsync(zofia, leila, thread, 100_00, pin: null, key)); // A repeat moves nothing and needs nothing.
        Assert.Equal(199_99, await leila.BalanceAsync());
    }

    [Fact]
    public async Task A_PIN_is_tried_five_times_also_by_many_at_once()
    {
        var (zofia, leila, thread) = await RichAsync();
        await SetPinAsync(zofia, "4821");

        var wrong = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => SendAsync(zofia, leila, thread, 100_00, $"5{i:000}")));

        Assert.Equal(5, wrong.Count(a => a == (403, "pin_wrong")));
        Assert.Equal(7, wrong.Count(a => a == (429, "pin_locked")));
        Assert.Equal((429, "pin_locked"), await SendAsync(zofia, leila, thread, 100_00, "4821"));
        await stage.PassAsync(TimeSpan.FromMinutes(61));
        Assert.Equal((403, "pin_wrong"), await SendAsync(zofia, leila, thread, 100_00, "4820"));
        Assert.Equal((201, ""), await SendAsync(zofia, leila, thread, 100_00, "4821"));
    }

    [Theory]
    [InlineData("123", Password, "invalid_request")]
    [InlineData("123456789", Password, "invalid_request")]
    [InlineData("12a4", Password, "invalid_request")]
    [InlineData("٤٨٢١", Password, "invalid_request")]
    [InlineData("1111", Password, "pin_too_easy")]
    [InlineData("3456", Password, "pin_too_easy")]
    [InlineData("9876", Password, "pin_too_easy")]
    [InlineData("4821", "another password", "password_wrong")]
    [InlineData("4821", null, "password_wrong")]
    public async Task A_PIN_is_digits_not_easy_and_needs_the_password(string pin, string? password, string code) =>
        Assert.Equal(code, (await SetPinAsync(await stage.JoinAsync(), pin, password)).Body.Text("code"));

    [Fact]
    public async Task A_PIN_is_kept_as_passwords_are()
    {
        var zofia = await stage.JoinAsync();
        await SetPinAsync(zofia, "4821");
        await using var connection = await stage.Server.Database.DataSource.OpenConnectionAsync(MoneyStage.Ct);
        Assert.StartsWith("pbkdf2-sha512$", await Dapper.SqlMapper.ExecuteScalarAsync<string>(connection, "select pin_hash from payments.money_people where person = @id", new { id = zofia.Id.Value }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_has_its_limit_also_for_many_at_once_and_the_next_day_begins_anew()
    {
        var (zofia, leila, thread) = await RichAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 14).Select(_ => SendAsync(zofia, leila, thread, 90_00)));
        Assert.Equal(11, answers.Count(a => a.Status == 201)); // 990 of 1,000.
        Assert.Equal(3, answers.Count(a => a == (422, "day_limit")));
        Assert.Equal((422, "day_limit"), await SendAsync(zofia, leila, thread, 10_01));
        var (_, standing) = await zofia.CallAsync(HttpMethod.Get, "/api/money/standing");
        Assert.Equal(10_00, standing.GetProperty("dayLeft").GetProperty("amountMinor").GetInt64());

        await stage.PassAsync(TimeSpan.FromHours(25));
        Assert.Equal((201, ""), await SendAsync(zofia, leila, thread, 90_00));
        await ChangeAsync(zofia, new { tier = 0 });
        Assert.Equal((422, "day_limit"), await SendAsync(zofia, leila, thread, 1));
    }

    [Fact]
    public async Task Frozen_money_goes_nowhere_until_the_operator_says_so()
    {
        var (zofia, leila, thread) = await RichAsync(10_00);
        var (_, waiting) = await DelayAsync(zofia, leila, thread, 5_00, seconds: 600);
        Assert.Equal(204, (await ChangeAsync(zofia, new { freeze = "Somebody else seems to use your account." })).Status);

        var (status, refused) = await zofia.SendAsync(leila, thread, 1_00);
        Assert.Equal((403, "money_frozen"), (status, refused.Text("code")));
        Assert.Contains("Somebody else", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(201, (await leila.SendAsync(zofia, thread, 1_00)).Status); // In it may come.
        await stage.PassAsync(TimeSpan.FromMinutes(11));
        Assert.Equal("waiting", (await leila.LookAsync(waiting.Text("id")))?.Text("state"));

        Assert.Equal(204, (await zofia.CallAsync(HttpMethod.Post, "/api/money/appeal", new { text = "It was me, on a new phone." })).Status);
        Assert.Equal("not_frozen", (await leila.CallAsync(HttpMethod.Post, "/api/money/appeal", new { text = "Me too." })).Body.Text("code"));
        var frozen = await stage.Server.Admin.GetFromJsonAsync<JsonElement>("/admin/money/frozen", MoneyStage.Ct);
        Assert.Contains(frozen.GetProperty("frozen").EnumerateArray(), f => f.Text("handle") == zofia.Handle && f.Text("text") == "It was me, on a new phone.");

        Assert.Equal(204, (await ChangeAsync(zofia, new { free = true })).Status);
        Assert.Equal(201, (await zofia.SendAsync(leila, thread, 1_00)).Status);
        await stage.PassAsync(TimeSpan.FromMinutes(11));
        Assert.Equal("sent", (await leila.LookAsync(waiting.Text("id")))?.Text("state"));
    }

    [Fact]
    public async Task What_is_put_off_is_held_and_goes_when_its_time_comes()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var (status, waiting) = await DelayAsync(zofia, leila, thread, 60_00, seconds: 600);
        var id = waiting.Text("id");

        Assert.Equal((201, "waiting", 40_00, 0), (status, waiting.Text("state"), await zofia.BalanceAsync(), await leila.BalanceAsync()));
        Assert.Equal("insufficient_funds", (await zofia.SendAsync(leila, thread, 40_01)).Body.Text("code"));
        Assert.Equal("waiting", Assert.Single(await leila.ToldAsync(thread, 1)).GetProperty("money").Text("news"));
        await stage.PassAsync(TimeSpan.FromSeconds(599));
        Assert.Equal("waiting", (await leila.LookAsync(id))?.Text("state"));
        await stage.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(("sent", 60_00), ((await leila.LookAsync(id))?.Text("state"), await leila.BalanceAsync()));
        Assert.Equal("not_cancellable", (await CancelAsync(zofia, id)).Body.Text("code"));
    }

    [Fact]
    public async Task What_is_put_off_can_be_taken_back_once_and_by_its_sender_alone()
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        var id = (await DelayAsync(zofia, leila, thread, 60_00, seconds: 600)).Body.Text("id");

        Assert.Equal("money_not_found", (await CancelAsync(leila, id)).Body.Text("code"));
        Assert.All(await Task.WhenAll(CancelAsync(zofia, id), CancelAsync(zofia, id)), a => Assert.Equal(200, a.Status));
        await stage.PassAsync(TimeSpan.FromMinutes(20));

        Assert.Equal(("cancelled", 100_00, 0), ((await leila.LookAsync(id))?.Text("state"), await zofia.BalanceAsync(), await leila.BalanceAsync()));
    }

    [Fact]
    public async Task Taking_back_and_the_moment_of_sending_at_once_come_to_one_of_them()
    {
        for (var round = 0; round < 6; round++)
        {
            var (zofia, leila, thread) = await stage.PairAsync();
            var id = (await DelayAsync(zofia, leila, thread, 60_00, seconds: 60)).Body.Text("id");
            stage.Server.Clock.Advance(TimeSpan.FromSeconds(60));

            var cancel = CancelAsync(zofia, id);
            await Task.WhenAll(cancel, stage.Get<MoneyLane>().RunOnceAsync(MoneyStage.Ct));
            await stage.PassAsync(TimeSpan.FromMinutes(1));

            var isBack = (await cancel).Status == 200;
            Assert.Equal(isBack ? "cancelled" : "sent", (await leila.LookAsync(id))?.Text("state"));
            Assert.Equal(isBack ? 0 : 60_00, await leila.BalanceAsync());
            Assert.Equal(isBack ? 100_00 : 40_00, await zofia.BalanceAsync());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(31 * 86_400)]
    public async Task A_delay_that_cannot_be_is_refused(int seconds)
    {
        var (zofia, leila, thread) = await stage.PairAsync();
        Assert.Equal("delay_invalid", (await DelayAsync(zofia, leila, thread, 1_00, seconds)).Body.Text("code"));
    }

    [Theory]
    [InlineData(1_000, "EUR", 1_000_00)]
    [InlineData(1_000, "JPY", 150_000)]
    [InlineData(1_000, "KWD", 1_000_000)]
    [InlineData(long.MaxValue, "EUR", long.MaxValue)]
    public void A_limit_means_about_the_same_in_each_currency(long euros, string currency, long minor) => Assert.Equal(minor, Limits.InMinor(euros, Currency.Of(currency)));

    private async Task<(Friend Zofia, Friend Leila, string Thread)> RichAsync(long leilaMinor = 0)
    {
        var (zofia, leila) = (await stage.JoinAsync(euroMinor: 5_000_00), await stage.JoinAsync("Leila", leilaMinor));
        var thread = await zofia.OpenAsync(leila);
        return (zofia, leila, thread);
    }

    private static async Task<(int Status, string Code)> SendAsync(Friend from, Friend to, string thread, long minor, string? pin = null, Guid? key = null)
    {
        var (status, body) = await from.CallAsync(HttpMethod.Post, "/api/money/transfers",
            new { key = key ?? Guid.NewGuid(), thread, amount = Friend.Eur(minor), to = to.Id, toName = to.Name, firstPaymentConfirmed = true, pin });
        return (status, body.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "");
    }

    private static Task<(int Status, JsonElement Body)> DelayAsync(Friend from, Friend to, string thread, long minor, int seconds) =>
        from.CallAsync(HttpMethod.Post, "/api/money/transfers",
            new { key = Guid.NewGuid(), thread, amount = Friend.Eur(minor), to = to.Id, toName = to.Name, firstPaymentConfirmed = true, sendInSeconds = seconds });

    private static Task<(int Status, JsonElement Body)> CancelAsync(Friend who, string id) => who.CallAsync(HttpMethod.Post, $"/api/money/transfers/{id}/cancel");

    private static Task<(int Status, JsonElement Body)> SetPinAsync(Friend who, string pin, string? password = Password) => who.CallAsync(HttpMethod.Put, "/api/money/pin", new { pin, password });

    private async Task<(int Status, string Body)> ChangeAsync(Friend who, object change)
    {
        using var answer = await stage.Server.Admin.PutAsJsonAsync($"/admin/money/people/{who.Handle}", change, MoneyStage.Ct);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(MoneyStage.Ct));
    }
}
