using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class PreCheckoutTests(SharedWorld shared)
{
    [Theory]
    [InlineData("""{"success":true}""", ConfirmOutcome.Accepted)]
    [InlineData("""{"success":"true"}""", ConfirmOutcome.Accepted)]
    [InlineData("""{"success":false}""", ConfirmOutcome.Refused)]
    [InlineData("""{"success":"maybe"}""", ConfirmOutcome.NoAnswer)]
    [InlineData("""{"ok":true}""", ConfirmOutcome.NoAnswer)]
    [InlineData("EVENT_RECEIVED", ConfirmOutcome.NoAnswer)]
    [InlineData("", ConfirmOutcome.NoAnswer)]
    public async Task The_body_of_the_answer_is_the_merchants_word(string answer, ConfirmOutcome outcome)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var purchase = await PurchaseAsync(world, bot, receiver);
        receiver.Answer = _ => Task.FromResult((200, answer));

        Assert.Equal(outcome, await ConfirmAsync(world, purchase));

        var question = Assert.Single(receiver.Calls, r => r.Has("pre_checkout"));
        Assert.Equal("""{"payload":"PAY_1","requested_user_info":{"contact_name":"Ann Smith"},"amount":{"currency":"EUR","amount":"189.00"}}""", question.Event.GetProperty("pre_checkout").GetRawText());
        // Asked again after a crash: the same word, no second question.
        Assert.Equal(outcome, await ConfirmAsync(world, purchase));
        Assert.Single(receiver.Calls, r => r.Has("pre_checkout"));
    }

    [Theory]
    [InlineData(null, ConfirmOutcome.NoAnswer)]
    [InlineData("refuse", ConfirmOutcome.NoAnswer)]
    [InlineData("accept", ConfirmOutcome.Accepted)]
    public async Task Without_an_answer_within_twenty_seconds_the_stated_rule_decides(string? rule, ConfirmOutcome outcome)
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        if (rule is not null)
        {
            await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", $$$"""{"payment_settings":{"on_no_answer":"{{{rule}}}"}}""", bot.AccessToken);
        }

        var purchase = await PurchaseAsync(world, bot, receiver);
        var late = new TaskCompletionSource<(int, string)>();
        receiver.Answer = _ => late.Task;

        var asking = ConfirmAsync(world, purchase);
        await receiver.WaitForCallsAsync(2);
        world.Server.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(asking.IsCompleted);
        world.Server.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(outcome, await Waiting.ForAsync(asking, "the rule"));
        // An answer that comes after that changes nothing.
        late.SetResult((200, rule == "accept" ? """{"success":false}""" : """{"success":true}"""));
        await receiver.WaitForAsync("pre_checkout", 1);
        Assert.Equal(outcome, await ConfirmAsync(world, purchase));
    }

    [Fact]
    public async Task The_question_waits_its_turn_and_is_not_asked_when_its_time_is_over_before()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var purchase = await PurchaseAsync(world, bot, receiver);
        var thread = purchase.Thread.ToString();
        var person = new Person(purchase.Buyer.ToString(), world.TokenOf(purchase.Buyer));
        var hold = new TaskCompletionSource<(int, string)>();
        receiver.Answer = received => received.Text == "hold" ? hold.Task : Task.FromResult((200, """{"success":true}"""));
        await world.SayAsync(person, thread, "hold");
        await receiver.WaitForCallsAsync(2);

        var asking = ConfirmAsync(world, purchase);
        Assert.DoesNotContain(receiver.Calls, r => r.Has("pre_checkout"));
        await QueuedAsync(world);
        world.Server.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(ConfirmOutcome.NoAnswer, await Waiting.ForAsync(asking, "the rule"));
        hold.SetResult((200, ""));
        await world.SayAsync(person, thread, "afterwards");

        await receiver.WaitAsync("the message after the question", all => all.Any(r => r.Text == "afterwards"));
        Assert.DoesNotContain(receiver.Calls, r => r.Has("pre_checkout"));
    }

    [Fact]
    public async Task A_bot_that_fails_is_asked_again_while_there_is_time()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var purchase = await PurchaseAsync(world, bot, receiver);
        var tries = 0;
        receiver.Answer = _ => Task.FromResult(Interlocked.Increment(ref tries) == 1 ? (503, "") : (200, """{"success":true}"""));

        var asking = ConfirmAsync(world, purchase);
        await receiver.WaitForCallsAsync(2);
        while (!asking.IsCompleted && world.Server.Clock.GetUtcNow() < Start.AddSeconds(19))
        {
            world.Server.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(asking, Task.Delay(1200));
        }

        Assert.Equal(ConfirmOutcome.Accepted, await Waiting.ForAsync(asking, "the second answer"));
    }

    [Fact]
    public async Task Who_did_not_ask_to_be_asked_is_not_asked()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var purchase = await PurchaseAsync(world, bot, receiver);
        await world.GraphAsync(HttpMethod.Post, "/me/subscribed_apps?subscribed_fields=messages,messaging_payments", token: bot.AccessToken);

        Assert.Equal(ConfirmOutcome.Accepted, await ConfirmAsync(world, purchase));
        Assert.DoesNotContain(receiver.Calls, r => r.Has("pre_checkout"));
    }

    private static DateTimeOffset Start { get; } = new ManualTimeProvider().GetUtcNow();

    private static async Task<PurchaseToConfirm> PurchaseAsync(BotWorld world, Bot bot, BotReceiver receiver)
    {
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        return new(Guid.NewGuid(), PageId.Parse(bot.PageId, null), PersonId.Parse(person.Id, null), ThreadId.Parse(thread, null), "PAY_1", new Money(18900, Currency.Eur), ["contact_name"]);
    }

    private static Task<ConfirmOutcome> ConfirmAsync(BotWorld world, PurchaseToConfirm purchase) =>
        world.Server.Services.GetRequiredService<IConfirmPurchase>().ConfirmAsync(purchase, TestContext.Current.CancellationToken);

    private static Task QueuedAsync(BotWorld world) => Waiting.UntilAsync(
        async () =>
        {
            await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
            return await Dapper.SqlMapper.ExecuteScalarAsync<bool>(connection, "select exists (select from bots.deliveries where purchase is not null)");
        },
        "the question is queued");
}
