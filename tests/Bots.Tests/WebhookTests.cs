using System.Text;
using System.Text.Json;
using Dapper;
using Stoa.Protocol.Graph;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class WebhookTests(SharedWorld shared)
{
    [Fact]
    public async Task A_message_reaches_the_bot_signed_and_its_answer_reaches_the_person()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);

        await world.SayAsync(person, thread, "Zażółć gęślą / 😀");

        var call = (await receiver.WaitForAsync("message", 1))[0];
        Assert.Equal("application/json", call.Headers["Content-Type"]);
        Assert.Equal("facebookexternalua", call.Headers["User-Agent"]);
        Assert.Equal(WebhookBytes.SignSha1(bot.AppSecret, call.Body), call.Headers["X-Hub-Signature"]);
        Assert.Equal(WebhookBytes.SignSha256(bot.AppSecret, call.Body), call.Headers["X-Hub-Signature-256"]);
        Assert.Equal(
            WebhookBytes.SignStandard(bot.AppSecret, call.Id, long.Parse(call.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture), call.Body),
            call.Headers["webhook-signature"]);
        Assert.Contains("""Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 \/ \ud83d\ude00""", Encoding.ASCII.GetString(call.Body), StringComparison.Ordinal);
        Assert.Equal(bot.PageId, call.Event.GetProperty("recipient").GetProperty("id").GetString());
        Assert.NotEqual(person.Id, call.Psid);
        var events = await world.EventsAsync(person, thread);
        Assert.Equal(events[0].GetProperty("id").GetString(), call.Event.GetProperty("message").GetProperty("mid").GetString());

        var sent = await world.SendTextAsync(bot, call.Psid, "Good day");

        var answer = (await world.EventsAsync(person, thread))[1];
        Assert.Equal(("Good day", sent.ToString(), bot.PageId), (answer.GetProperty("text").GetString(), answer.GetProperty("id").GetString(), answer.GetProperty("sender").GetString()));
    }

    [Fact]
    public async Task Two_hundred_quick_messages_arrive_in_order_without_gap_or_repeat()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);

        // Two at a time, so that the log decides the order.
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) => await world.SayAsync(person, thread, $"m{i}"));

        var calls = await receiver.WaitForAsync("message", 200);
        var said = (await world.EventsAsync(person, thread)).Select(e => e.GetProperty("text").GetString()).ToList();
        Assert.Equal(said, calls.Select(c => c.Text));
        Assert.Equal(Enumerable.Range(1, 200), calls.Select(c => c.Sequence));
        Assert.Equal(200, calls.Select(c => c.Id).Distinct().Count());
        Assert.Equal(1, receiver.MostAtOnce);
    }

    [Fact]
    public async Task While_a_bot_is_down_everything_waits_in_order_and_nothing_is_lost_or_doubled()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        receiver.Down = true;
        for (var i = 0; i < 10; i++)
        {
            await world.SayAsync(person, thread, $"while away {i}");
        }

        await receiver.WaitForCallsAsync(2);
        receiver.Down = false;
        await TryAgainUntilAsync(world, () => receiver.Accepted.Count(r => r.Has("message")) == 11);

        var calls = await receiver.WaitForAsync("message", 11);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"while away {i}"), calls.Skip(1).Select(c => c.Text));
        Assert.Equal(Enumerable.Range(1, 11), calls.Select(c => c.Sequence));
        // The same id on every try of one delivery.
        Assert.Equal(11, receiver.Calls.Where(c => c.Has("message")).Select(c => c.Id).Distinct().Count());
        Assert.All(receiver.Calls.GroupBy(c => c.Id), tries => Assert.Single(tries.Select(t => Convert.ToBase64String(t.Body)).Distinct()));
    }

    [Fact]
    public async Task An_error_is_tried_again_and_every_try_is_in_the_book()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var refusals = 2;
        receiver.Answer = _ => Task.FromResult(refusals-- > 0 ? (500, "boom") : (200, ""));
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        await world.SayAsync(person, thread, "one");
        await world.SayAsync(person, thread, "two");

        await receiver.WaitForCallsAsync(1);
        await TryAgainUntilAsync(world, () => receiver.Accepted.Count(r => r.Has("message")) == 2);

        Assert.Equal(["one", "one", "one", "two"], receiver.Calls.Where(c => c.Has("message")).Select(c => c.Text));
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var tries = (await connection.QueryAsync<(int Attempt, int? Status, string? Error)>("select attempt, status, error from bots.delivery_attempts where number = 1 order by attempt")).ToList();
        Assert.Equal([(1, 500, false), (2, 500, false), (3, 200, true)], tries.Select(t => (t.Attempt, t.Status, t.Error is null)));
    }

    [Fact]
    public async Task What_waits_when_a_server_ends_is_delivered_by_the_next()
    {
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using var receiver = await BotReceiver.StartAsync();
        var keys = Directory.CreateTempSubdirectory("stoa-keys-");
        await using (var first = await BotWorld.StartNodeAsync(database, keys.FullName))
        {
            var bot = await first.CreateBotAsync(receiver.Url);
            var (person, thread, _) = await first.MeetAsync(bot, receiver);
            receiver.Down = true;
            for (var i = 0; i < 5; i++)
            {
                await first.SayAsync(person, thread, $"before the end {i}");
            }
        }

        receiver.Down = false;
        await using var second = await BotWorld.StartNodeAsync(database, keys.FullName);
        second.Server.Clock.Advance(TimeSpan.FromMinutes(10));

        var calls = await receiver.WaitForAsync("message", 6);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"before the end {i}"), calls.Skip(1).Select(c => c.Text));
        Assert.Equal(Enumerable.Range(1, 6), calls.Select(c => c.Sequence));
        keys.Delete(recursive: true);
    }

    internal static async Task TryAgainUntilAsync(BotWorld world, Func<bool> done)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!done())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "Waited two minutes for the tries that follow.");
            world.Server.Clock.Advance(TimeSpan.FromMinutes(2));
            await Task.Delay(200);
        }
    }
}
