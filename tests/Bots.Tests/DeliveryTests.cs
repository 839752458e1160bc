using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stoa.Bots.Webhooks;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Deliveries when things go wrong, and from several nodes at once.</summary>
public sealed class DeliveryTests(SharedWorld shared)
{
    [Fact]
    public async Task Two_nodes_on_one_database_deliver_everything_once_and_in_order()
    {
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using var receiver = await BotReceiver.StartAsync();
        await using var first = await BotWorld.StartAsync(new() { Database = database });
        var bot = await first.CreateBotAsync(receiver.Url);
        await using var second = await BotWorld.StartNodeAsync(database, first.Server.Folder);
        var person = await first.SignUpAsync();
        var thread = await first.OpenThreadAsync(person, bot);
        // Slow enough that both nodes have the chance to take the lane at the same time.
        receiver.Answer = async _ =>
        {
            await Task.Delay(5);
            return (200, "");
        };

        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await (i % 2 == 0 ? first : second).SayAsync(person, thread, $"m{i}"));

        var calls = await receiver.WaitForAsync("message", 60);
        var said = (await first.EventsAsync(person, thread)).Select(e => e.GetProperty("text").GetString());
        Assert.Equal(said, calls.Select(c => c.Text));
        Assert.Equal(60, receiver.Calls.Count);
        Assert.Equal(1, receiver.MostAtOnce);
    }

    [Fact]
    public async Task A_bot_that_hangs_holds_up_no_other()
    {
        var world = shared.World;
        await using var dead = await BotReceiver.StartAsync();
        await using var alive = await BotReceiver.StartAsync();
        var deadBot = await world.CreateBotAsync(dead.Url);
        var aliveBot = await world.CreateBotAsync(alive.Url);
        var never = new TaskCompletionSource<(int, string)>();
        dead.Answer = _ => never.Task;
        for (var i = 0; i < 20; i++)
        {
            var person = await world.SignUpAsync();
            await world.SayAsync(person, await world.OpenThreadAsync(person, deadBot), "anybody there?");
        }

        await dead.WaitForCallsAsync(16);
        var watch = Stopwatch.StartNew();
        await world.MeetAsync(aliveBot, alive);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"The live bot waited {watch.Elapsed.TotalSeconds:0.0} s beside a dead one.");
        // Its own bound holds too: the other four wait for a free place.
        Assert.Equal(16, dead.Calls.Count);
        never.SetResult((200, ""));
        await dead.WaitForAsync("message", 20);
    }

    [Fact]
    public async Task An_event_that_is_refused_again_and_again_is_parked_alone_with_an_alarm()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        receiver.Answer = received => Task.FromResult(received.Text == "poison" ? (500, "boom") : (200, ""));
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        await world.SayAsync(person, thread, "poison");
        await world.SayAsync(person, thread, "after the poison");
        await receiver.WaitForCallsAsync(2);
        world.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.MeetAsync(bot, receiver); // The endpoint accepts another.

        await WebhookTests.TryAgainUntilAsync(world, () => receiver.Accepted.Any(r => r.Text == "after the poison"));

        Assert.Equal(10, receiver.Calls.Count(r => r.Text == "poison"));
        Assert.Contains(world.Server.Log.Errors, line => line.Contains("ALARM", StringComparison.Ordinal) && line.Contains("refused 10 times", StringComparison.Ordinal));
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        Assert.Equal([1, 2, 1], await connection.QueryAsync<int>("select state::int from bots.deliveries where thread_id = @thread order by number", new { thread = long.Parse(thread, null) }));
    }

    [Fact]
    public async Task After_three_days_a_delivery_is_parked_and_the_bot_stays_subscribed()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        receiver.Down = true;
        await world.SayAsync(person, thread, "lost in time");
        await receiver.WaitForCallsAsync(2);
        await BookedAsync(world, attempts: 1);

        world.Server.Clock.Advance(TimeSpan.FromDays(3));
        await Waiting.UntilAsync(() => Task.FromResult(world.Server.Log.Errors.Any(line => line.Contains("ALARM", StringComparison.Ordinal))), "the alarm");
        receiver.Down = false;
        await world.SayAsync(person, thread, "back again");

        await receiver.WaitAsync("the next message", all => all.Any(r => r.Text == "back again"));
        Assert.DoesNotContain(receiver.Accepted, r => r.Text == "lost in time");
    }

    [Fact]
    public async Task A_bot_that_comes_back_gets_what_waits_in_all_threads_without_waiting_for_their_turns()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        receiver.Down = true;
        for (var i = 0; i < 5; i++)
        {
            var person = await world.SignUpAsync();
            await world.SayAsync(person, await world.OpenThreadAsync(person, bot), $"from {i}");
        }

        await receiver.WaitForCallsAsync(5);
        await BookedAsync(world, attempts: 5);
        receiver.Down = false;

        // The handshake of its next start says that it is up; domain time stands still.
        await world.GraphAsync(
            HttpMethod.Post, $"/{bot.AppId}/subscriptions?access_token={bot.AppId}%7C{bot.AppSecret}&object=page&verify_token={BotReceiver.VerifyToken}&callback_url={Uri.EscapeDataString(receiver.Url.ToString())}");

        await receiver.WaitForAsync("message", 5);
    }

    [Fact]
    public async Task Who_unsubscribes_gets_nothing_more_and_after_subscribing_again_the_numbers_go_on()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        Assert.Equal("""{"success":true}""", (await world.GraphAsync(HttpMethod.Delete, "/me/subscribed_apps", token: bot.AccessToken)).Body.GetRawText());
        Assert.Equal("""{"data":[]}""", (await world.GraphAsync(HttpMethod.Get, "/me/subscribed_apps", token: bot.AccessToken)).Body.GetRawText());
        await world.SayAsync(person, thread, "into the void");
        await DrainedAsync(world);

        await world.GraphAsync(HttpMethod.Post, "/me/subscribed_apps?subscribed_fields=messages", token: bot.AccessToken);
        await world.SayAsync(person, thread, "hello again");
        await world.AsAsync(person, HttpMethod.Put, $"/api/threads/{thread}/read", new { seq = (await world.SendTextAsync(bot, psid, "hi")).Seq });
        await world.SayAsync(person, thread, "end");

        var calls = await receiver.WaitForAsync("message", 3);
        Assert.Equal(["hello again", "end"], calls.Skip(1).Select(c => c.Text));
        Assert.Equal([1, 2, 3], receiver.Accepted.Select(c => c.Sequence));
    }

    [Fact]
    public async Task What_a_node_books_after_it_lost_the_lane_counts_for_nothing()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var hold = new TaskCompletionSource<(int, string)>();
        var first = true;
        receiver.Answer = _ => first && !(first = false) ? hold.Task : Task.FromResult((200, ""));
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        await world.SayAsync(person, thread, "contended");
        await receiver.WaitForCallsAsync(1);
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        // As another node does that found the lease run out: it takes the lane with a higher fence.
        await connection.ExecuteAsync("update bots.lanes set fence = fence + 1, leased_until = null");

        hold.SetResult((500, "too late"));

        // The other try, under the new fence, is the one that is booked.
        await Waiting.UntilAsync(async () => await connection.ExecuteScalarAsync<bool>("select state = 1 from bots.deliveries"), "the delivery is booked");
        Assert.Equal([(1, 200)], await connection.QueryAsync<(int, int)>("select attempt, status from bots.delivery_attempts"));
    }

    [Fact]
    public async Task Finished_deliveries_are_forgotten_after_three_days_and_parked_ones_kept()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        await world.SayAsync(person, thread, "to be parked");
        await receiver.WaitForAsync("message", 2);
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        await Waiting.UntilAsync(async () => await connection.ExecuteScalarAsync<long>("select count(*) from bots.deliveries where state = 1") == 2, "both are booked");
        await connection.ExecuteAsync("update bots.deliveries set state = 2 where number = 2");
        var sweeper = world.Server.Services.GetServices<IHostedService>().OfType<ForgetOldDeliveries>().Single();

        world.Server.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        await sweeper.ForgetAsync(CancellationToken.None);
        Assert.Equal([1, 2], await connection.QueryAsync<int>("select number::int from bots.deliveries order by number"));
        world.Server.Clock.Advance(TimeSpan.FromSeconds(2));
        await sweeper.ForgetAsync(CancellationToken.None);

        Assert.Equal([2], await connection.QueryAsync<int>("select number::int from bots.deliveries"));
        Assert.Equal([2], await connection.QueryAsync<int>("select number::int from bots.delivery_attempts"));
    }

    private static Task BookedAsync(BotWorld world, int attempts) => Waiting.UntilAsync(
        async () =>
        {
            await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<long>("select count(*) from bots.delivery_attempts where status is null") >= attempts;
        },
        $"{attempts} failed attempts are booked");

    internal static Task DrainedAsync(BotWorld world) => Waiting.UntilAsync(
        async () =>
        {
            await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
            return !await connection.ExecuteScalarAsync<bool>("select exists (select from hosting.outbox)");
        },
        "the outbox is empty");
}
