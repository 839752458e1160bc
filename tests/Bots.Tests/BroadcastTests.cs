using System.Text.Json;
using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>One message to many, as a job of the server: once for each, also over a crash, and nobody whom the policy protects.</summary>
public sealed class BroadcastTests(SharedWorld shared)
{
    [Fact]
    public async Task Everybody_with_the_labels_gets_it_once_by_name_and_the_others_do_not()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var people = new List<(Person Person, string Thread, string Psid)>();
        foreach (var name in (string[])["Ann Smith", "Ben Jones", "Cleo Marsh"])
        {
            people.Add(await world.MeetAsync(bot, receiver, name));
        }

        var (vip, asleep) = (await LabelAsync(world, bot, "vip", people[0].Psid, people[1].Psid), await LabelAsync(world, bot, "asleep", people[1].Psid));
        var creative = await PostAsync(world, bot, "message_creatives", """{"messages":[{"dynamic_text":{"text":"Dear {{first_name}}, news","fallback_text":"News"}}]}""", "message_creative_id");
        var id = await PostAsync(
            world, bot, "broadcast_messages",
            $$$"""{"message_creative_id":{{{creative}}},"targeting":{"labels":{"operator":"AND","values":["{{{vip}}}",{"operator":"NOT","values":[{{{asleep}}}]} ] } } }""", "broadcast_id");

        await FinishedAsync(world, bot, id);

        var counts = await Task.WhenAll(people.Select(p => CountAsync(world, p, "Dear ")));
        Assert.Equal([1, 0, 0], counts);
        Assert.Contains("Dear Ann, news", await Sdk.SdkTests.TextsAsync(world, people[0].Person, people[0].Thread));
        var (_, insights) = await world.GraphAsync(HttpMethod.Get, $"/{id}/insights/messages_sent", null, bot.AccessToken);
        Assert.Equal(1, insights.GetProperty("data")[0].GetProperty("values")[0].GetProperty("value").GetInt64());
    }

    [Fact]
    public async Task A_crash_between_sending_and_booking_sends_nothing_twice()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var people = new List<(Person Person, string Thread, string Psid)>();
        for (var i = 0; i < 5; i++)
        {
            people.Add(await world.MeetAsync(bot, receiver));
        }

        var creative = await PostAsync(world, bot, "message_creatives", """{"messages":[{"text":"once"}]}""", "message_creative_id");
        var id = await PostAsync(world, bot, "broadcast_messages", $$"""{"message_creative_id":{{creative}}}""", "broadcast_id");
        await FinishedAsync(world, bot, id);

        // As a process leaves it that died after the messages and before their booking.
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update bots.broadcast_recipients set state = 0 where broadcast_id = @id; update bots.broadcasts set status = 'IN_PROGRESS', finished_at = null where id = @id",
            new { id = long.Parse(id, null) });
        await FinishedAsync(world, bot, id);

        Assert.All(await Task.WhenAll(people.Select(p => CountAsync(world, p, "once"))), count => Assert.Equal(1, count));
        Assert.Equal("""{"recipients":5,"sent":5,"refused":0,"waiting":0}""", await ProgressAsync(world, bot, id));
    }

    [Fact]
    public async Task It_waits_for_its_time_pauses_goes_on_and_is_called_off()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var ann = await world.MeetAsync(bot, receiver);
        var creative = await PostAsync(world, bot, "message_creatives", """{"messages":[{"text":"on time"}]}""", "message_creative_id");
        var at = world.Server.Clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var (paused, canceled, later) = (await ScheduleAsync(), await ScheduleAsync(), await ScheduleAsync());
        Assert.True(await OperateAsync(paused, "pause") && await OperateAsync(canceled, "cancel"));

        world.Server.Clock.Advance(TimeSpan.FromHours(2));
        await FinishedAsync(world, bot, later);
        Assert.Equal(1, await CountAsync(world, ann, "on time"));
        Assert.Equal(("PAUSED", "CANCELED"), (await StatusAsync(world, bot, paused), await StatusAsync(world, bot, canceled)));

        Assert.True(await OperateAsync(paused, "resume"));
        await FinishedAsync(world, bot, paused);
        Assert.Equal(2, await CountAsync(world, ann, "on time"));
        Assert.False(await OperateAsync(canceled, "resume"));
        Assert.False(await OperateAsync(paused, "pause"));

        // Outside the window nobody is written to; the job counts them and ends.
        world.Server.Clock.Advance(TimeSpan.FromDays(8));
        var late = await PostAsync(world, bot, "broadcast_messages", $$"""{"message_creative_id":{{creative}}}""", "broadcast_id");
        await FinishedAsync(world, bot, late);
        Assert.Equal("""{"recipients":1,"sent":0,"refused":1,"waiting":0}""", await ProgressAsync(world, bot, late));

        Task<string> ScheduleAsync() => PostAsync(world, bot, "broadcast_messages", $$"""{"message_creative_id":{{creative}},"schedule_time":{{at}}}""", "broadcast_id");
        async Task<bool> OperateAsync(string broadcast, string operation) =>
            !(await world.GraphAsync(HttpMethod.Post, $"/{broadcast}", $$"""{"operation":"{{operation}}"}""", bot.AccessToken)).Body.TryGetProperty("error", out _);
    }

    [Fact]
    public async Task The_same_key_is_one_broadcast_and_anothers_ids_are_nobodys()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var (bot, other) = (await world.CreateBotAsync(receiver.Url), await world.CreateBotAsync(receiver.Url));
        var creative = await PostAsync(world, bot, "message_creatives", """{"messages":[{"text":"x"}]}""", "message_creative_id");
        var body = $$"""{"message_creative_id":{{creative}},"schedule_time":"2100-01-01T00:00:00+00:00"}""";
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await world.GraphAsync(HttpMethod.Post, "/me/broadcast_messages", body, bot.AccessToken, "k1")).Body.GetProperty("broadcast_id").GetInt64()));

        Assert.Single(ids.Distinct());
        foreach (var (method, path, json) in ((HttpMethod, string, string?)[])[
            (HttpMethod.Post, "/me/broadcast_messages", body), (HttpMethod.Post, $"/{ids[0]}", """{"operation":"cancel"}"""), (HttpMethod.Get, $"/{ids[0]}", null), (HttpMethod.Get, $"/{ids[0]}/insights/messages_sent", null),
            (HttpMethod.Post, "/me/broadcast_messages", $$"""{"message_creative_id":{{creative}},"custom_label_id":"7000000000000001"}""")])
        {
            Assert.Equal((path, 100), (path, (await world.GraphAsync(method, path, json, other.AccessToken)).Body.GetProperty("error").GetProperty("code").GetInt32()));
        }
    }

    [Fact]
    public async Task The_days_of_a_page_are_counted()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var ann = await world.MeetAsync(bot, receiver);
        await world.SendTextAsync(bot, ann.Psid, "hi");
        await DeliveryTests.DrainedAsync(world);
        world.Server.Clock.Advance(TimeSpan.FromDays(1));
        await world.SayAsync(ann.Person, ann.Thread, "again");
        await world.MeetAsync(bot, receiver);
        await DeliveryTests.DrainedAsync(world);

        var (_, answer) = await world.GraphAsync(
            HttpMethod.Get, "/me/insights?metric=page_messages_active_threads_unique,page_messages_new_conversations_unique,page_messages_total_messaging_connections,page_messages_sent", null, bot.AccessToken);

        Assert.Equal(["1 2", "1 1", "1 2", "1 0"], answer.GetProperty("data").EnumerateArray().Select(metric =>
            string.Join(' ', metric.GetProperty("values").EnumerateArray().Select(value => value.GetProperty("value").GetInt64()))));
    }

    private static async Task<string> LabelAsync(BotWorld world, Bot bot, string name, params string[] psids)
    {
        var id = await PostAsync(world, bot, "custom_labels", $$"""{"name":"{{name}}"}""", "id");
        foreach (var psid in psids)
        {
            await world.GraphAsync(HttpMethod.Post, $"/{id}/label", $$"""{"user":"{{psid}}"}""", bot.AccessToken);
        }

        return id;
    }

    private static async Task<string> PostAsync(BotWorld world, Bot bot, string edge, string body, string member)
    {
        var (status, answer) = await world.GraphAsync(HttpMethod.Post, $"/v2.12/me/{edge}", body, bot.AccessToken);
        Assert.True((int)status == 200, answer.GetRawText());
        return answer.GetProperty(member).ToString();
    }

    private static Task FinishedAsync(BotWorld world, Bot bot, string id) => Waiting.UntilAsync(async () => await StatusAsync(world, bot, id) == "FINISHED", $"broadcast {id} is finished");

    private static async Task<string> StatusAsync(BotWorld world, Bot bot, string id) =>
        (await world.GraphAsync(HttpMethod.Get, $"/{id}?fields=status", null, bot.AccessToken)).Body.GetProperty("status").GetString()!;

    private static async Task<string> ProgressAsync(BotWorld world, Bot bot, string id) =>
        (await world.GraphAsync(HttpMethod.Get, $"/{id}?fields=progress", null, bot.AccessToken)).Body.GetProperty("progress").GetRawText();

    private static async Task<int> CountAsync(BotWorld world, (Person Person, string Thread, string Psid) one, string text) =>
        (await Sdk.SdkTests.TextsAsync(world, one.Person, one.Thread)).Count(said => said.StartsWith(text, StringComparison.Ordinal));
}
