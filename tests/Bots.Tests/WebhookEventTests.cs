using System.Text.Json;
using Dapper;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Payments;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Each kind of event, as the bot receives it.</summary>
public sealed class WebhookEventTests(SharedWorld shared)
{
    [Fact]
    public async Task Get_started_a_button_and_a_quick_reply_come_with_their_payloads()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        await world.GraphAsync(HttpMethod.Post, "/me/messenger_profile", """{"get_started":{"payload":"START"}}""", bot.AccessToken);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);

        await world.SayAsync(person, thread, "Get started", "START");
        var start = (await receiver.WaitForAsync("postback", 1))[0];
        await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""
            {"recipient":{"id":"{{{start.Psid}}}"},"message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"Where to?",
             "buttons":[{"type":"postback","title":"Athens","payload":"TO_ATH"}]}},"quick_replies":[{"content_type":"text","title":"Anywhere","payload":"ANY"}]}}
            """, bot.AccessToken);
        await world.SayAsync(person, thread, "Athens", "TO_ATH");
        await world.SayAsync(person, thread, "Anywhere", "ANY");

        var events = await world.EventsAsync(person, thread);
        Assert.Equal($$"""{"title":"Get started","payload":"START","mid":"{{Mid(events, 0)}}"}""", start.Event.GetProperty("postback").GetRawText());
        var press = (await receiver.WaitForAsync("postback", 2))[1];
        Assert.Equal($$"""{"title":"Athens","payload":"TO_ATH","mid":"{{Mid(events, 2)}}"}""", press.Event.GetProperty("postback").GetRawText());
    }

    [Fact]
    public async Task A_quick_reply_comes_as_a_message_with_its_payload()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""
            {"recipient":{"id":"{{{psid}}}"},"message":{"text":"Pick a color","quick_replies":[{"content_type":"text","title":"Red","payload":"PICK_RED"}]}}
            """, bot.AccessToken);

        await world.SayAsync(person, thread, "Red", "PICK_RED");

        var message = (await receiver.WaitForAsync("message", 2))[1].Event.GetProperty("message");
        Assert.Equal(("Red", "PICK_RED", 3), (message.GetProperty("text").GetString(), message.GetProperty("quick_reply").GetProperty("payload").GetString(), message.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public async Task What_has_gone_back_of_a_purchase_comes_under_a_member_of_its_own()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var body = JsonSerializer.Serialize(
            new PurchaseRefunded(Guid.NewGuid(), PageId.Parse(bot.PageId, null), PersonId.Parse(person.Id, null), ThreadId.Parse(thread, null), "OIL", new(5_00, Currency.Eur), new(2_00, Currency.Eur), new(-1_00, Currency.Eur),
                "stripe", "ch_1", "7000000000000001", IsTest: false, world.Server.Clock.GetUtcNow()), JsonSerializerOptions.Web);
        await using (var connection = await world.Server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await OutboxWriter.WriteAsync(connection, transaction, PurchaseRefunded.Topic, ThreadId.Parse(thread, null).Value, body, TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var told = (await receiver.WaitForAsync("refund", 1))[0];

        Assert.Equal(psid, told.Psid);
        Assert.False(told.Event.TryGetProperty("payment", out _), "It is not another payment.");
        Assert.Equal(
            """{"payload":"OIL","payment_credential":{"provider_type":"stripe","charge_id":"ch_1","fb_payment_id":"7000000000000001"},"amount":{"currency":"EUR","amount":"5.00"},"refunded":{"currency":"EUR","amount":"2.00"},"came_back":true}""",
            told.Event.GetProperty("refund").GetRawText());
    }

    [Fact]
    public async Task Read_markers_come_with_their_watermark_and_the_last_says_what_the_earlier_ones_said()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        // One call under way holds the lane while markers come in.
        var release = new TaskCompletionSource();
        receiver.Answer = async received =>
        {
            if (received.Text == "hold")
            {
                await release.Task;
            }

            return (200, "");
        };
        await world.SayAsync(person, thread, "hold");
        await receiver.WaitForCallsAsync(2);
        MessageId last = default;
        for (var i = 0; i < 4; i++)
        {
            world.Server.Clock.Advance(TimeSpan.FromSeconds(1));
            last = await world.SendTextAsync(bot, psid, $"answer {i}");
            await world.AsAsync(person, HttpMethod.Put, $"/api/threads/{thread}/read", new { seq = last.Seq });
        }

        var sentAt = world.Server.Clock.GetUtcNow();
        await QueuedAsync(world, "message_reads");
        release.SetResult();

        var reads = (await receiver.WaitAsync("the last read", all => all.Any(r => r.Has("read") && r.Event.GetProperty("read").GetProperty("seq").GetInt64() == last.Seq))).Where(r => r.Has("read")).ToList();
        Assert.Equal($$"""{"watermark":{{sentAt.ToUnixTimeMilliseconds()}},"seq":{{last.Seq}}}""", reads[^1].Event.GetProperty("read").GetRawText());
        Assert.Single(reads);
        Assert.Equal(Enumerable.Range(1, receiver.Accepted.Count), receiver.Accepted.Select(r => r.Sequence));
    }

    [Fact]
    public async Task Echoes_are_off_until_asked_for_and_then_bring_app_and_metadata()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        await world.SendTextAsync(bot, psid, "not echoed");
        await DeliveryTests.DrainedAsync(world);
        var (_, set) = await world.GraphAsync(
            HttpMethod.Post, $"/{bot.AppId}/subscriptions?access_token={bot.AppId}%7C{bot.AppSecret}&object=page&fields=messages,message_echoes&verify_token={BotReceiver.VerifyToken}&callback_url={Uri.EscapeDataString(receiver.Url.ToString())}");
        Assert.Equal("""{"success":true}""", set.GetRawText());

        var (_, sent) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{psid}}}"},"message":{"text":"echoed","metadata":"M1"}}""", bot.AccessToken);

        var echo = (await receiver.WaitAsync("the echo", all => all.Any(r => r.Text == "echoed"))).Single(r => r.Event.GetProperty("sender").GetProperty("id").GetString() == bot.PageId).Event;
        Assert.Equal(psid, echo.GetProperty("recipient").GetProperty("id").GetString());
        Assert.Equal(
            $$"""{"mid":"{{sent.GetProperty("message_id").GetString()}}","seq":3,"is_echo":true,"app_id":{{bot.AppId}},"metadata":"M1","text":"echoed"}""", echo.GetProperty("message").GetRawText());
    }

    [Fact]
    public async Task A_captured_purchase_comes_once_with_amount_and_charge()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);

        await CaptureAsync(world, bot, person, thread);

        var payment = (await receiver.WaitForAsync("payment", 1))[0].Event;
        Assert.Equal(psid, payment.GetProperty("sender").GetProperty("id").GetString());
        Assert.Equal(
            """{"payload":"PAY_1","requested_user_info":{"contact_name":"Ann Smith"},"payment_credential":{"provider_type":"stripe","charge_id":"ch_1","fb_payment_id":"pay_1"},"amount":{"currency":"EUR","amount":"189.00"}}""",
            payment.GetProperty("payment").GetRawText());
    }

    [Fact]
    public async Task An_acknowledged_message_counts_as_delivered_by_the_page()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);

        await Waiting.UntilAsync(
            async () => (await world.AsAsync(person, HttpMethod.Get, $"/api/threads/{thread}", null)).GetProperty("members").EnumerateArray()
                .Any(m => m.GetProperty("id").GetString() == bot.PageId && m.GetProperty("deliveredSeq").GetInt64() == 1),
            "the page's delivered marker stands at 1");
    }

    internal static async Task CaptureAsync(BotWorld world, Bot bot, Person person, string thread)
    {
        var captured = new PurchaseCaptured(
            Guid.NewGuid(), PageId.Parse(bot.PageId, null), PersonId.Parse(person.Id, null), ThreadId.Parse(thread, null), "PAY_1", new Money(18900, Currency.Eur), ["contact_name", "contact_email"],
            "stripe", "ch_1", "pay_1", false, world.Server.Clock.GetUtcNow());
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await OutboxWriter.WriteAsync(connection, transaction, PurchaseCaptured.Topic, captured.Thread.Value, JsonSerializer.Serialize(captured, JsonSerializerOptions.Web), TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    private static Task QueuedAsync(BotWorld world, string field) => Waiting.UntilAsync(
        async () =>
        {
            await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<bool>("select exists (select from bots.deliveries where field = @field) and not exists (select from hosting.outbox)", new { field });
        },
        $"{field} is queued");

    private static string? Mid(List<JsonElement> events, int index) => events[index].GetProperty("id").GetString();
}
