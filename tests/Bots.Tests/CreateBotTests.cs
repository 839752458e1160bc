using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class CreateBotTests(SharedWorld shared)
{
    [Fact]
    public async Task A_bot_is_made_after_its_endpoint_agreed()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var (query, agent) = (QueryString.Empty, "");
        var handshake = new TaskCompletionSource();
        receiver.Handshake = context =>
        {
            (query, agent) = (context.Request.QueryString, context.Request.Headers.UserAgent.ToString());
            handshake.TrySetResult();
            return context.Response.WriteAsync(context.Request.Query["hub.challenge"].ToString());
        };

        var bot = await world.CreateBotAsync(new Uri(receiver.Url + "?shop=1"), "harbor-air");

        Assert.StartsWith("?shop=1&hub.mode=subscribe&hub.challenge=", query.Value, StringComparison.Ordinal);
        Assert.EndsWith("&hub.verify_token=verify-me", query.Value, StringComparison.Ordinal);
        Assert.StartsWith("facebookplatform/1.0", agent, StringComparison.Ordinal);
        var (status, me) = await world.GraphAsync(HttpMethod.Get, "/me", token: bot.AccessToken);
        Assert.Equal((HttpStatusCode.OK, $$"""{"name":"The harbor-air","id":"{{bot.PageId}}"}"""), (status, me.GetRawText()));
        var (read, app) = await world.GraphAsync(HttpMethod.Get, $"/v2.6/{bot.AppId}/subscriptions?access_token={bot.AppId}%7C{bot.AppSecret}");
        Assert.True(read == HttpStatusCode.OK, app.GetRawText() + string.Join("\n", world.Server.Log.Errors));
        Assert.Equal(
            ["messages", "messaging_postbacks", "message_deliveries", "message_reads", "messaging_payments", "messaging_pre_checkouts", "messaging_checkout_updates"],
            app.GetProperty("data")[0].GetProperty("fields").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData(200, "wrong", "Came back 200 with 'wrong' instead of")]
    [InlineData(403, "Forbidden", "Came back 403 with 'Forbidden'.")]
    [InlineData(302, "", "Came back 302")]
    [InlineData(500, "boom", "Came back 500 with 'boom'.")]
    public async Task A_failed_handshake_says_what_was_sent_and_what_came_back_and_leaves_nothing(int status, string body, string told)
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        receiver.Handshake = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };

        var (code, problem) = await CreateAsync(world, new { name = "A", username = "airline", webhook = receiver.Url, verifyToken = "top-secret-token" });

        Assert.Equal((HttpStatusCode.BadRequest, "webhook_verification_failed"), (code, problem.GetProperty("code").GetString()));
        var detail = problem.GetProperty("detail").GetString();
        Assert.Contains("Sent GET http://127.0.0.1", detail, StringComparison.Ordinal);
        Assert.Contains(told, detail, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret-token", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await CountRowsAsync(world));
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_told_so()
    {
        var world = shared.World;
        var receiver = await BotReceiver.StartAsync();
        await receiver.DisposeAsync();

        var (code, problem) = await CreateAsync(world, new { name = "A", username = "airline", webhook = receiver.Url, verifyToken = "t" });

        Assert.Equal((HttpStatusCode.BadRequest, "webhook_verification_failed"), (code, problem.GetProperty("code").GetString()));
        Assert.Contains("Start the bot first", problem.GetProperty("fix").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_username_is_given_once_also_to_two_at_the_same_moment()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateAsync(world, new { name = "A", username = "airline", webhook = receiver.Url, verifyToken = BotReceiver.VerifyToken })));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => Assert.Equal((HttpStatusCode.Conflict, "username_taken"), (a.Status, a.Body.GetProperty("code").GetString())));
        Assert.Equal(4, await CountRowsAsync(world));
    }

    [Fact]
    public async Task What_is_missing_or_wrong_is_named()
    {
        var world = shared.World;

        var (code, problem) = await CreateAsync(world, new { name = "", username = "UPPER", webhook = "nowhere", color = "blue" });

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (code, problem.GetProperty("code").GetString()));
        Assert.Equal(["color", "name", "username", "verifyToken", "webhook"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Fact]
    public async Task Only_the_operator_makes_bots()
    {
        var world = shared.World;

        var response = await world.Server.Client.PostAsJsonAsync("/admin/bots", new { name = "A" });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Neither_secret_nor_token_stands_in_the_database_and_the_key_is_private()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);

        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var stored = await connection.QuerySingleAsync<string>("select encode(secret, 'escape') || (select encode(sha256, 'escape') from bots.tokens) from bots.apps");
        Assert.DoesNotContain(bot.AppSecret, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(bot.AccessToken, stored, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(world.Server.Folder, "keys", "bots")));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> CreateAsync(BotWorld world, object body)
    {
        var response = await world.Server.Admin.PostAsJsonAsync("/admin/bots", body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<long> CountRowsAsync(BotWorld world)
    {
        await using var connection = await world.Server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>("select (select count(*) from bots.pages) + (select count(*) from bots.apps) + (select count(*) from bots.tokens) + (select count(*) from bots.subscriptions)");
    }
}
