using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Pictures, sounds and files that bots send: by address, by upload, by saved id; and what bots are given of people's.</summary>
public sealed class AttachmentTests(SharedWorld shared)
{
    [Fact]
    public async Task A_picture_by_address_is_fetched_once_and_shown_from_the_media_origin()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        await using var files = await FileHost.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var moved = files.Serve("/moved.png", context => Redirect(context, "/shirt.png"));
        files.Serve("/shirt.png", FileHost.Png(6, 5));

        var sent = await SendAsync(world, bot, psid, $$$$"""{"attachment":{"type":"image","payload":{"url":"{{{{moved}}}}","is_reusable":true}}}""");

        var id = sent.GetProperty("attachment_id").GetString();
        var shown = (await world.EventsAsync(person, thread))[1].GetProperty("attachments")[0];
        Assert.Equal($$$$"""{"type":"image","payload":{"media":{"id":"{{{{id}}}}","type":"image/png","name":"moved.png","bytes":{{{{shown.GetProperty("payload").GetProperty("media").GetProperty("bytes").GetInt32()}}}},"width":6,"height":5,"thumbnail":false}}}""", shown.GetRawText());
        Assert.Equal(HttpStatusCode.Found, await ReadAsync(world, person, $"/api/media/{id}"));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(world, await world.SignUpAsync(), $"/api/media/{id}"));

        // By its id, without asking the business's server again; and under the other page's token it is nobody's.
        await SendAsync(world, bot, psid, $$$$"""{"attachment":{"type":"image","payload":{"attachment_id":{{{{id}}}}}}}""");
        Assert.Equal(1, files.Asked("/shirt.png"));
        Assert.Equal(id, (await world.EventsAsync(person, thread))[2].GetProperty("attachments")[0].GetProperty("payload").GetProperty("media").GetProperty("id").GetString());
        var other = await world.CreateBotAsync(receiver.Url);
        var (_, _, others) = await world.MeetAsync(other, receiver);
        Assert.Equal(2018074, await RefusedAsync(world, other, others, $$$$"""{"attachment":{"type":"image","payload":{"attachment_id":"{{{{id}}}}"}}}"""));
        Assert.Equal(2018047, await RefusedAsync(world, bot, psid, $$$$"""{"attachment":{"type":"video","payload":{"attachment_id":"{{{{id}}}}"}}}"""));
    }

    [Fact]
    public async Task A_file_comes_with_the_call_or_is_saved_first()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);

        var sent = await UploadAsync(world, bot, $"/v2.6/me/messages?recipient={Uri.EscapeDataString($$"""{"id":"{{psid}}"}""")}", """{"attachment":{"type":"image","payload":{}}}""", FileHost.Png(), "shirt.png");
        var saved = await UploadAsync(world, bot, "/me/message_attachments", """{"attachment":{"type":"audio","payload":{"is_reusable":true}}}""", FileHost.Wav(), "silence.wav");
        await SendAsync(world, bot, psid, $$$$"""{"attachment":{"type":"audio","payload":{"attachment_id":"{{{{saved.GetProperty("attachment_id").GetString()}}}}"}}}""");
        await SendAsync(world, bot, psid, $$$$"""{"attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":"{{{{await SavePictureAsync(world, bot)}}}}","buttons":[{"type":"postback","title":"Mine","payload":"M"}]}]}}}""");

        Assert.Equal(psid, sent.GetProperty("recipient_id").GetString());
        Assert.False(sent.TryGetProperty("attachment_id", out _));
        var events = await world.EventsAsync(person, thread);
        Assert.Equal(["image", "audio", "template"], events.Skip(1).Select(e => e.GetProperty("attachments")[0].GetProperty("type").GetString()!));
        Assert.Equal("shirt.png", events[1].GetProperty("attachments")[0].GetProperty("payload").GetProperty("media").GetProperty("name").GetString());
        Assert.Equal("image/png", events[3].GetProperty("attachments")[0].GetProperty("media").GetProperty("type").GetString());
        Assert.Equal(2018047, await RefusedUploadAsync(world, bot, """{"attachment":{"type":"image","payload":{"is_reusable":true}}}""", Encoding.UTF8.GetBytes("no picture")));
    }

    [Fact]
    public async Task What_cannot_be_fetched_has_the_documented_error_and_nothing_is_sent()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        await using var files = await FileHost.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        string Image(string url) => $$$$"""{"attachment":{"type":"image","payload":{"url":"{{{{url}}}}"}}}""";
        var large = files.Serve("/large", new byte[26 * 1024 * 1024]);

        Assert.Equal(2018008, await RefusedAsync(world, bot, psid, Image(files.Serve("/gone", context => Redirect(context, "/not-there")))));
        Assert.Equal(2018008, await RefusedAsync(world, bot, psid, Image("http://10.0.0.1/inside.png")));
        Assert.Equal(2018008, await RefusedAsync(world, bot, psid, Image(files.Serve("/inside", context => Redirect(context, "http://169.254.169.254/meta")))));
        Assert.Equal(2018008, await RefusedAsync(world, bot, psid, Image(files.Serve("/round", context => Redirect(context, "/round")))));
        Assert.Equal(2018047, await RefusedAsync(world, bot, psid, Image(files.Serve("/page.html", "<html>"u8.ToArray()))));
        Assert.Equal(2018109, await RefusedAsync(world, bot, psid, Image(large)));
        Assert.Equal(4, files.Asked("/round")); // The first and three redirects.
        Assert.Single(await world.EventsAsync(person, thread));
    }

    [Fact]
    public async Task A_repeat_answers_as_the_first_although_the_file_is_gone_by_then()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        await using var files = await FileHost.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, psid) = await world.MeetAsync(bot, receiver);
        var url = files.Serve("/once.png", FileHost.Png());
        var send = $$$$$"""{"recipient":{"id":"{{{{{psid}}}}}"},"message":{"attachment":{"type":"image","payload":{"url":"{{{{{url}}}}}"}}}}""";

        var (_, first) = await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken, "key");
        files.Serve("/once.png", context => Redirect(context, "/gone"));
        var (status, again) = await world.GraphAsync(HttpMethod.Post, "/me/messages", send, bot.AccessToken, "key");

        Assert.Equal((HttpStatusCode.OK, first.GetRawText()), (status, again.GetRawText()));
        Assert.Equal(1, files.Asked("/once.png"));
        Assert.Equal(2, (await world.EventsAsync(person, thread)).Count);
    }

    [Fact]
    public async Task Pictures_in_templates_are_fetched_when_somebody_in_the_conversation_looks()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        await using var files = await FileHost.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, _, psid) = await world.MeetAsync(bot, receiver);
        var url = files.Serve("/hat.png", FileHost.Png());
        var path = $"/api/pages/{bot.PageId}/pictures?url={Uri.EscapeDataString(url)}";
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(world, person, path)); // Not shown to anybody yet: this is no proxy.

        await SendAsync(world, bot, psid, $$$$"""{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Hat","image_url":"{{{{url}}}}"}]}}}""");

        Assert.Equal(0, files.Asked("/hat.png"));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(world, await world.SignUpAsync(), path));
        var link = await LinkAsync(world, person, path);
        Assert.Equal(await LinkAsync(world, person, path), link);
        Assert.Equal(1, files.Asked("/hat.png"));
        Assert.StartsWith("media.", link.Host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_can_fetch_what_a_person_sent_a_week_later()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (person, thread, _) = await world.MeetAsync(bot, receiver);
        var picture = await UploadAsPersonAsync(world, person, FileHost.Png());

        await world.AsAsync(person, HttpMethod.Post, $"/api/threads/{thread}/messages", new { clientId = Guid.NewGuid(), attachments = new object[] { new { media = picture } } });

        var told = await receiver.WaitAsync("the picture", all => all.Any(r => r.Has("message") && r.Event.GetProperty("message").TryGetProperty("attachments", out _)));
        var link = new Uri(told[^1].Event.GetProperty("message").GetProperty("attachments")[0].GetProperty("payload").GetProperty("url").GetString()!);
        world.Server.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal((HttpStatusCode.OK, "image/png"), await FetchAsync(world, link));
        world.Server.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.NotFound, (await FetchAsync(world, link)).Status);
    }

    internal static async Task<JsonElement> SendAsync(BotWorld world, Bot bot, string psid, string message)
    {
        var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$"""{"recipient":{"id":"{{psid}}"},"message":{{message}}}""", bot.AccessToken);
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private static async Task<int?> RefusedAsync(BotWorld world, Bot bot, string psid, string message)
    {
        var (_, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$"""{"recipient":{"id":"{{psid}}"},"message":{{message}}}""", bot.AccessToken);
        Assert.True(body.TryGetProperty("error", out var error), body.GetRawText());
        return error.TryGetProperty("error_subcode", out var subcode) ? subcode.GetInt32() : null;
    }

    private static async Task<string> SavePictureAsync(BotWorld world, Bot bot) =>
        (await UploadAsync(world, bot, "/me/message_attachments", """{"attachment":{"type":"image","payload":{"is_reusable":true}}}""", FileHost.Png(8, 8), "a.png")).GetProperty("attachment_id").GetString()!;

    private static async Task<JsonElement> UploadAsync(BotWorld world, Bot bot, string path, string message, byte[] content, string name)
    {
        var (status, body) = await TryUploadAsync(world, bot, path, message, content, name);
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        return body;
    }

    private static async Task<int> RefusedUploadAsync(BotWorld world, Bot bot, string message, byte[] content) =>
        (await TryUploadAsync(world, bot, "/me/message_attachments", message, content, "x")).Body.GetProperty("error").GetProperty("error_subcode").GetInt32();

    private static async Task<(HttpStatusCode Status, JsonElement Body)> TryUploadAsync(BotWorld world, Bot bot, string path, string message, byte[] content, string name)
    {
        using var form = new MultipartFormDataContent { { new StringContent(message), "message" }, { new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, "filedata", name } };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bot.AccessToken);
        var response = await world.Server.Client.SendAsync(request);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private static async Task<string> UploadAsPersonAsync(BotWorld world, Person person, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/media") { Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") } } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", $"{content.Length}");
        var response = await world.Server.Client.SendAsync(request);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString().Split('/')[^1];
    }

    private static async Task<HttpStatusCode> ReadAsync(BotWorld world, Person person, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        return (await world.Server.Client.SendAsync(request)).StatusCode;
    }

    private static async Task<Uri> LinkAsync(BotWorld world, Person person, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.Token);
        var response = await world.Server.Client.SendAsync(request);
        Assert.True(response.StatusCode == HttpStatusCode.Found, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!;
    }

    // The media origin's name need not resolve here: its host is told in the header.
    private static async Task<(HttpStatusCode Status, string? Type)> FetchAsync(BotWorld world, Uri link)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link.PathAndQuery);
        request.Headers.Host = link.Authority;
        var response = await world.Server.Client.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType?.ToString());
    }

    private static Task Redirect(Microsoft.AspNetCore.Http.HttpContext context, string to)
    {
        context.Response.Redirect(to);
        return Task.CompletedTask;
    }
}
