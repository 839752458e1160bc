using System.Text.Json;
using Dapper;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>What people attach and what they do to their messages, as bots are told of it.</summary>
public sealed class PersonMessageTests(SharedWorld shared)
{
    private static readonly JsonSerializerOptions relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Attachments_come_in_the_dialect_with_signed_links()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        var (picture, voice) = (await UploadAsync(world, person, "image", "image/png"), await UploadAsync(world, person, "audio", "audio/ogg"));

        await world.AsAsync(person, HttpMethod.Post, $"/api/threads/{thread}/messages", new
        {
            clientId = Guid.NewGuid(),
            attachments = new object[]
            {
                new { media = picture.ToString(), caption = "my receipt" }, new { type = "voice", media = voice.ToString() },
                new { type = "location", latitude = 52.376232, longitude = 4.838296, title = "Here" }, new { type = "contact", name = "Eleni" },
            },
        });

        var message = (await receiver.WaitForAsync("message", 2))[1].Event.GetProperty("message");
        Assert.Equal("my receipt\nEleni", message.GetProperty("text").GetString());
        Assert.False(message.TryGetProperty("is_unsupported", out _));
        var attachments = message.GetProperty("attachments").EnumerateArray().ToList();
        Assert.Equal(["image", "audio", "location", "fallback"], attachments.Select(attachment => attachment.GetProperty("type").GetString()!));
        Assert.Contains($"/m/1/{picture}/b/", attachments[0].GetProperty("payload").GetProperty("url").GetString()!, StringComparison.Ordinal);
        Assert.StartsWith("http", attachments[1].GetProperty("payload").GetProperty("url").GetString()!, StringComparison.Ordinal);
        Assert.Equal("""{"coordinates":{"lat":52.376232,"long":4.838296}}""", attachments[2].GetProperty("payload").GetRawText());
        Assert.Equal("""{"title":"Eleni","url":null,"type":"fallback","payload":{"title":"Eleni","url":null}}""", attachments[3].GetRawText());
        Assert.Equal("Here", attachments[2].GetProperty("title").GetString());
    }

    [Fact]
    public async Task Changes_come_to_those_who_ask_and_kinds_a_bot_is_not_told_of_hold_up_nothing()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        var path = $"/api/threads/{thread}/messages/1";
        await world.AsAsync(person, HttpMethod.Put, path, new { clientId = Guid.NewGuid(), text = "not told: not subscribed yet" });
        await world.SayAsync(person, thread, "then this");
        await receiver.WaitForAsync("message", 2);
        var (status, answer) = await world.GraphAsync(HttpMethod.Post, $"/{bot.AppId}/subscriptions", JsonSerializer.Serialize(new
        {
            @object = "page",
            callback_url = receiver.Url,
            verify_token = BotReceiver.VerifyToken,
            fields = "messages,message_edits,message_reactions",
        }), $"{bot.AppId}|{bot.AppSecret}");
        Assert.True((int)status == 200, answer.GetRawText());

        await world.AsAsync(person, HttpMethod.Put, path, new { clientId = Guid.NewGuid(), text = "second" });
        await receiver.WaitForAsync("message_edit", 1); // What is told after an unsending has no text any more.
        await world.AsAsync(person, HttpMethod.Put, path + "/reaction", new { clientId = Guid.NewGuid(), emoji = "❤" });
        await world.AsAsync(person, HttpMethod.Put, path + "/pin", new { });
        await world.AsAsync(person, HttpMethod.Delete, path + "/reaction", null);
        await world.AsAsync(person, HttpMethod.Delete, path + "?for=all", null);
        await world.SayAsync(person, thread, "last");

        var calls = await receiver.WaitAsync("'last'", all => all.Any(call => call.Text == "last"));
        var mid = (await world.EventsAsync(person, thread))[0].GetProperty("id").GetString();
        Assert.Equal(
            [
                $$"""{"mid":"{{mid}}","text":"second","num_edit":2}""", $$"""{"mid":"{{mid}}","action":"react","reaction":"love","emoji":"❤️"}""",
                $$"""{"mid":"{{mid}}","action":"unreact"}""", $$"""{"mid":"{{mid}}","seq":1,"is_deleted":true}""",
            ],
            calls.Skip(2).SkipLast(1).Select(call => Unescaped(call.Event.EnumerateObject().Last().Value)));
        Assert.Equal(Enumerable.Range(1, calls.Count), calls.Select(call => call.Sequence));
    }

    [Theory]
    [InlineData("""{"unsent":true}""", true)]
    [InlineData("""{"expired":true}""", true)]
    [InlineData("""{"text":"unsent"}""", false)]
    public void What_says_nothing_any_more_is_not_told(string body, bool empty) =>
        Assert.Equal(empty, Webhooks.EventComposer.IsEmpty(new(new(7), 1, new(8), Guid.Empty, "message", DateTimeOffset.UnixEpoch, JsonElement.Parse(body))));

    [Theory]
    [InlineData("dance", """{"of":1}""")]
    [InlineData("pin", """{"of":1,"pinned":true}""")]
    [InlineData("edit", """{"of":1}""")]
    [InlineData("system", """{"system":{"code":"x"}}""")]
    public void Kinds_that_bots_are_not_told_of_are_passed_over(string kind, string body) =>
        Assert.Null(Webhooks.EventComposer.Change(new(new(7), 2, new(8), Guid.Empty, kind, DateTimeOffset.UnixEpoch, JsonElement.Parse(body)), 9, new(10)));

    private static string Unescaped(JsonElement json) => JsonSerializer.Serialize(json, relaxed);

    private static async Task<MediaId> UploadAsync(BotWorld world, Person owner, string kind, string type)
    {
        var id = MediaId.New();
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into media.blobs (name, bytes, state) values (@blob, 10, 1);
            insert into media.items (id, owner, state, declared_type, name, length, received, charged, kind, type, bytes, blob, created_at, finished_at, reclaim_at)
            values (@id, @owner, 1, @type, 'a', 10, 10, 10, @kind, @type, 10, @blob, now(), now(), now())
            """, new { id = id.Value, owner = PersonId.Parse(owner.Id, null).Value, type, kind, blob = Guid.NewGuid().ToString("n") });
        return id;
    }
}
