using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>The question for a price with delivery, and what is made of the answer's body.</summary>
public sealed class CheckoutUpdateTests(SharedWorld shared)
{
    private static readonly PostalAddress home = new("1 Hacker Way", "MENLO PARK", "94025", "US", State: "CA");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"shipping":[]}""", """{"shipping":[]}""")]
    [InlineData("""{'shipping':[{'option_id':'1'}],}""", """{"shipping":[{"option_id":"1"}]}""")]
    [InlineData("EVENT_RECEIVED", null)]
    [InlineData("", null)]
    public async Task The_bot_is_asked_once_with_the_address_and_its_body_is_the_answer(string body, string? json)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var quote = await QuoteAsync(world, bot, receiver);
        receiver.Answer = _ => Task.FromResult((200, body));

        var answer = await AskAsync(world, quote);

        Assert.Equal(json is null ? new PriceAnswer.Unreadable() : new PriceAnswer.Answered(json), answer is PriceAnswer.Answered { Json: var said } ? new PriceAnswer.Answered(Plain(said)) : answer);
        var update = Assert.Single(receiver.Calls, r => r.Has("checkout_update")).Event.GetProperty("checkout_update");
        var address = update.GetProperty("shipping_address");
        Assert.InRange(address.GetProperty("id").GetInt64(), 7_000_000_000_000_000, 8_900_000_000_000_000);
        Assert.Equal(
            $$$"""{"payload":"PAY_1","shipping_address":{"id":{{{address.GetProperty("id").GetInt64()}}},"street1":"1 Hacker Way","street2":"","city":"MENLO PARK","state":"CA","country":"US","postal_code":"94025"}}""",
            update.GetRawText());
        // Asked again after a crash: the same word, no second question.
        Assert.Equal(answer, await AskAsync(world, quote));
        Assert.Single(receiver.Calls, r => r.Has("checkout_update"));
    }

    [Fact]
    public async Task An_answer_after_twenty_seconds_is_none_and_stays_none()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var quote = await QuoteAsync(world, bot, receiver);
        var late = new TaskCompletionSource<(int, string)>();
        receiver.Answer = _ => late.Task;

        var asking = AskAsync(world, quote);
        await receiver.WaitForCallsAsync(2);
        world.Server.Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.IsType<PriceAnswer.Silent>(await Waiting.ForAsync(asking, "the end of the time"));
        late.SetResult((200, """{"shipping":[]}"""));
        await receiver.WaitForAsync("checkout_update", 1);
        Assert.IsType<PriceAnswer.Silent>(await AskAsync(world, quote));
    }

    [Fact]
    public async Task Two_who_wait_for_one_question_get_one_answer()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var quote = await QuoteAsync(world, bot, receiver);
        receiver.Answer = _ => Task.FromResult((200, """{"shipping":[]}"""));

        var answers = await Task.WhenAll(AskAsync(world, quote), AskAsync(world, quote));

        Assert.All(answers, answer => Assert.Equal(new PriceAnswer.Answered("""{"shipping":[]}"""), answer));
        Assert.Single(receiver.Calls, r => r.Has("checkout_update"));
    }

    [Fact]
    public async Task Who_did_not_ask_to_be_asked_is_not_asked()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var quote = await QuoteAsync(world, bot, receiver);
        await world.GraphAsync(HttpMethod.Post, "/me/subscribed_apps?subscribed_fields=messages,messaging_payments", token: bot.AccessToken);

        Assert.IsType<PriceAnswer.NobodyToAsk>(await AskAsync(world, quote));
        Assert.DoesNotContain(receiver.Calls, r => r.Has("checkout_update"));
    }

    [Fact]
    public async Task A_pre_checkout_carries_what_the_payer_gave_under_both_spellings()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var quote = await QuoteAsync(world, bot, receiver);
        receiver.Answer = _ => Task.FromResult((200, """{"success":true}"""));

        await world.Server.Services.GetRequiredService<IConfirmPurchase>().ConfirmAsync(
            new(Guid.NewGuid(), quote.Page, quote.Buyer, quote.Thread, "PAY_1", new(1349, Currency.Usd), ["shipping_address", "contact_phone"], new("Peter Chang", null, "+15105551234", home)), Ct);

        Assert.Equal(
            """
            {"shipping_address":{"name":"Peter Chang","street_1":"1 Hacker Way","street_2":"","street1":"1 Hacker Way","street2":"","city":"MENLO PARK","state":"CA","country":"US","postal_code":"94025"},"contact_name":"Peter Chang","contact_phone":"\u002b15105551234"}
            """.Trim().Replace("\\u002b", "+", StringComparison.Ordinal),
            receiver.Calls.Single(r => r.Has("pre_checkout")).Event.GetProperty("pre_checkout").GetProperty("requested_user_info").GetRawText());
    }

    private static string Plain(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json.Replace('\'', '"'), new() { AllowTrailingCommas = true }).RootElement);

    private static async Task<PriceToAsk> QuoteAsync(BotWorld world, Bot bot, BotReceiver receiver)
    {
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        return new(Guid.NewGuid(), PageId.Parse(bot.PageId, null), PersonId.Parse(person.Id, null), ThreadId.Parse(thread, null), "PAY_1", home);
    }

    private static Task<PriceAnswer> AskAsync(BotWorld world, PriceToAsk quote) => world.Server.Services.GetRequiredService<IAskForPrice>().AskAsync(quote, Ct);
}
