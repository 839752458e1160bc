using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Several apps at one page: one of them holds a thread, for a while, and the others stand by.</summary>
public sealed class HandoverTests(SharedWorld shared)
{
    private const string Fields = "messages,messaging_postbacks,messaging_handovers,standby";

    [Fact]
    public async Task Who_holds_the_thread_writes_and_hears_and_the_other_gets_copies()
    {
        await using var stage = await Stage.OpenAsync(shared.World);
        var (world, primary, secondary, psid) = (stage.World, stage.Primary, stage.Secondary, stage.Psid);
        Assert.Equal((200, 2018300), (await stage.SayAsync(primary, "from the primary"), await stage.SayAsync(secondary, "not mine")));

        await stage.CallAsync(primary, "pass_thread_control", $$""","target_app_id":{{secondary.AppId}},"metadata":"yours" """);

        var passed = (await stage.SecondReceiver.WaitForAsync("pass_thread_control", 1))[0].Event;
        Assert.Equal($$"""{"previous_owner_app_id":"{{primary.AppId}}","new_owner_app_id":"{{secondary.AppId}}","metadata":"yours"}""", passed.GetProperty("pass_thread_control").GetRawText());
        Assert.Equal(psid, passed.GetProperty("sender").GetProperty("id").GetString());
        Assert.Equal((2018300, 200), (await stage.SayAsync(primary, "lost it"), await stage.SayAsync(secondary, "from the secondary")));
        await world.SayAsync(stage.Person, stage.Thread, "who is there?");
        await stage.SecondReceiver.WaitAsync("the message, for its owner", all => all.Any(r => r.Text == "who is there?"));
        var copy = await stage.FirstReceiver.WaitAsync("the copy", all => all.Any(r => r.IsStandby && r.Text == "who is there?"));
        Assert.DoesNotContain(copy, r => !r.IsStandby && r.Text == "who is there?");
        Assert.Equal(["hello", "from the primary", "from the secondary", "who is there?"], (await world.EventsAsync(stage.Person, stage.Thread)).Select(e => e.GetProperty("text").GetString()![..Math.Min(5, e.GetProperty("text").GetString()!.Length)] == "hello" ? "hello" : e.GetProperty("text").GetString()));

        await stage.CallAsync(primary, "take_thread_control", "");
        Assert.Equal(secondary.AppId, (await stage.SecondReceiver.WaitForAsync("take_thread_control", 1))[0].Event.GetProperty("take_thread_control").GetProperty("previous_owner_app_id").GetString());
        Assert.Equal((200, 2018300), (await stage.SayAsync(primary, "mine again"), await stage.SayAsync(secondary, "lost it")));
        await stage.CallAsync(secondary, "request_thread_control", "");
        Assert.Equal(secondary.AppId, (await stage.FirstReceiver.WaitForAsync("request_thread_control", 1))[0].Event.GetProperty("request_thread_control").GetProperty("requested_owner_app_id").GetString());
    }

    [Fact]
    public async Task Each_may_do_what_its_role_allows()
    {
        await using var stage = await Stage.OpenAsync(shared.World);
        var (primary, secondary) = (stage.Primary, stage.Secondary);
        var table = new (string What, Bot By, string Call, string More, int? Error)[]
        {
            ("a secondary does not take", secondary, "take_thread_control", "", 2018171),
            ("who does not hold it does not pass it", secondary, "pass_thread_control", $$""","target_app_id":"{{primary.AppId}}" """, 2018300),
            ("to nobody it is not passed", primary, "pass_thread_control", ""","target_app_id":"7000000000000001" """, 2018164),
            ("nor extended by another", secondary, "extend_thread_control", ""","duration":60""", 2018300),
            ("to the inbox", primary, "pass_thread_control", ""","target_app_id":263902037430900""", null),
            ("the inbox has it", primary, "pass_thread_control", $$""","target_app_id":"{{secondary.AppId}}" """, 2018300),
            ("the primary takes it back", primary, "take_thread_control", "", null),
            ("to the secondary", primary, "pass_thread_control", $$""","target_app_id":"{{secondary.AppId}}" """, null),
            ("for longer", secondary, "extend_thread_control", ""","duration":604800""", null),
            ("for too long", secondary, "extend_thread_control", ""","duration":604801""", 0),
            ("and back", secondary, "release_thread_control", "", null),
        };
        foreach (var row in table)
        {
            Assert.Equal((row.What, row.Error), (row.What, await stage.TryAsync(row.By, row.Call, row.More)));
        }

        var (_, owner) = await stage.World.GraphAsync(HttpMethod.Get, $"/me/thread_owner?recipient={stage.Psid}", null, primary.AccessToken);
        Assert.Equal($$$"""{"data":[{"thread_owner":{"app_id":"{{{primary.AppId}}}"}}]}""", owner.GetRawText());
        var (_, others) = await stage.World.GraphAsync(HttpMethod.Get, "/me/secondary_receivers?fields=id,name", null, primary.AccessToken);
        Assert.Equal(secondary.AppId, others.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_lease_that_is_over_gives_the_thread_back()
    {
        await using var world = await BotWorld.StartAsync();
        await using var stage = await Stage.OpenAsync(world);
        await stage.CallAsync(stage.Primary, "pass_thread_control", $$""","target_app_id":"{{stage.Secondary.AppId}}" """);
        world.Server.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(200, await stage.SayAsync(stage.Secondary, "still here"));
        world.Server.Clock.Advance(TimeSpan.FromHours(23));
        await world.SayAsync(stage.Person, stage.Thread, "me too");
        await stage.SecondReceiver.WaitAsync("what its owner hears", all => all.Any(r => r.Text == "me too"));
        world.Server.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal((2018300, 200), (await stage.SayAsync(stage.Primary, "not yet"), await stage.SayAsync(stage.Secondary, "here")));

        world.Server.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await world.SayAsync(stage.Person, stage.Thread, "anybody?");

        Assert.Equal((200, 2018300), (await stage.SayAsync(stage.Primary, "me"), await stage.SayAsync(stage.Secondary, "gone")));
    }

    [Fact]
    public async Task Nothing_of_the_loser_stands_after_the_change_of_hands_however_they_race()
    {
        await using var stage = await Stage.OpenAsync(shared.World);
        for (var round = 0; round < 4; round++)
        {
            var (owner, next) = round % 2 == 0 ? (stage.Primary, stage.Secondary) : (stage.Secondary, stage.Primary);
            var text = $"round {round}";
            var sends = Enumerable.Range(0, 8).Select(_ => stage.SayAsync(owner, text)).ToList();
            var pass = stage.TryAsync(owner, "pass_thread_control", $$""","target_app_id":"{{next.AppId}}" """);
            var mine = Task.Run(async () =>
            {
                await pass;
                return await stage.SayAsync(next, $"after {round}");
            });
            var answers = await Task.WhenAll(sends);
            Assert.Null(await pass);
            Assert.Equal(200, await mine);

            var texts = (await stage.World.EventsAsync(stage.Person, stage.Thread)).Select(e => e.GetProperty("text").GetString()).ToList();
            Assert.Equal(answers.Count(a => a == 200), texts.Count(t => t == text));
            Assert.All(answers, a => Assert.True(a is 200 or 2018300, $"{a}"));
            Assert.True(texts.LastIndexOf(text) < texts.IndexOf($"after {round}"), string.Join(", ", texts));
        }
    }

    [Fact]
    public async Task A_message_and_the_hand_over_that_it_asks_for_stand_or_fall_together()
    {
        await using var stage = await Stage.OpenAsync(shared.World);
        Assert.Equal(200, await SayAndPassAsync(stage.Primary, stage.Secondary.AppId, "over to you"));
        Assert.Equal((2018300, 200), (await stage.SayAsync(stage.Primary, "gone"), await stage.SayAsync(stage.Secondary, "here")));
        await stage.SecondReceiver.WaitAsync("the news of the hand-over", all => all.Any(r => r.Has("pass_thread_control")));

        // No such target: nothing is said either.
        Assert.Equal(2018164, await SayAndPassAsync(stage.Secondary, "7000000000000001", "to nobody"));
        // The person takes nothing: nothing changes hands either.
        await stage.World.AsAsync(stage.Person, HttpMethod.Put, $"/api/threads/{stage.Thread}/block", null);
        Assert.Equal(1545041, await SayAndPassAsync(stage.Secondary, stage.Primary.AppId, "unheard"));
        var (_, owner) = await stage.World.GraphAsync(HttpMethod.Get, $"/me/thread_owner?recipient={stage.Psid}", null, stage.Primary.AccessToken);
        Assert.Equal(stage.Secondary.AppId, owner.GetProperty("data")[0].GetProperty("thread_owner").GetProperty("app_id").GetString());

        async Task<int> SayAndPassAsync(Bot bot, string to, string text)
        {
            var (_, body) = await stage.World.GraphAsync(
                HttpMethod.Post, "/me/messages",
                $$$"""{"recipient":{"id":"{{{stage.Psid}}}"},"message":{"text":"{{{text}}}"},"thread_control":{"control_type":"pass","app_id":"{{{to}}}"}}""", bot.AccessToken);
            return body.TryGetProperty("error", out var error) ? error.GetProperty("error_subcode").GetInt32() : 200;
        }
    }

    private sealed class Stage : IAsyncDisposable
    {
        public required BotWorld World { get; init; }

        public required BotReceiver FirstReceiver { get; init; }

        public required BotReceiver SecondReceiver { get; init; }

        public required Bot Primary { get; init; }

        public required Bot Secondary { get; init; }

        public required Person Person { get; init; }

        public required string Thread { get; init; }

        public required string Psid { get; init; }

        public static async Task<Stage> OpenAsync(BotWorld world)
        {
            var (first, second) = (await BotReceiver.StartAsync(), await BotReceiver.StartAsync());
            var primary = await world.CreateBotAsync(first.Url);
            var response = await world.Server.Admin.PostAsJsonAsync("/admin/bots", new { name = "Second", username = primary.Username, webhook = second.Url, verifyToken = BotReceiver.VerifyToken, join = true });
            Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
            var made = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(primary.PageId, made.GetProperty("pageId").GetString());
            var secondary = new Bot(primary.PageId, made.GetProperty("appId").GetString()!, made.GetProperty("appSecret").GetString()!, made.GetProperty("accessToken").GetString()!, primary.Username);
            await PlatformTests.SubscribeAsync(world, primary, first, Fields);
            await PlatformTests.SubscribeAsync(world, secondary, second, Fields);
            var (person, thread, psid) = await world.MeetAsync(primary, first);
            return new() { World = world, FirstReceiver = first, SecondReceiver = second, Primary = primary, Secondary = secondary, Person = person, Thread = thread, Psid = psid };
        }

        /// <returns>200, or the subcode of the error.</returns>
        public async Task<int> SayAsync(Bot bot, string text)
        {
            var (_, body) = await World.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{"id":"{{{Psid}}}"},"message":{"text":"{{{text}}}"}}""", bot.AccessToken);
            return body.TryGetProperty("error", out var error) ? error.GetProperty("error_subcode").GetInt32() : 200;
        }

        public async Task CallAsync(Bot bot, string call, string more) => Assert.Null(await TryAsync(bot, call, more));

        /// <returns>Null when it was done; else the subcode, 0 without one.</returns>
        public async Task<int?> TryAsync(Bot bot, string call, string more)
        {
            var (_, body) = await World.GraphAsync(HttpMethod.Post, $"/me/{call}", $$$"""{"recipient":{"id":"{{{Psid}}}"}{{{more}}}}""", bot.AccessToken);
            return !body.TryGetProperty("error", out var error) ? null : error.TryGetProperty("error_subcode", out var subcode) ? subcode.GetInt32() : 0;
        }

        public async ValueTask DisposeAsync()
        {
            await FirstReceiver.DisposeAsync();
            await SecondReceiver.DisposeAsync();
        }
    }
}
