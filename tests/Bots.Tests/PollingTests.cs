using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>A bot without an address asks for its events.</summary>
public sealed class PollingTests(SharedWorld shared)
{
    [Fact]
    public async Task Events_are_given_in_order_and_again_until_they_are_acknowledged()
    {
        var world = shared.World;
        var bot = await CreateAsync(world);
        var (one, other) = (await world.SignUpAsync(), await world.SignUpAsync());
        var (first, second) = (await world.OpenThreadAsync(one, bot), await world.OpenThreadAsync(other, bot));
        foreach (var text in (string[])["a1", "a2", "a3"])
        {
            await world.SayAsync(one, first, text);
        }

        await world.SayAsync(other, second, "b1");
        await DeliveryTests.DrainedAsync(world);

        var all = await AskAsync(world, bot, "?limit=100");
        var again = await AskAsync(world, bot, "?limit=100");
        Assert.Equal(all.GetProperty("data").GetRawText(), again.GetProperty("data").GetRawText());
        Assert.Equal(["a1", "a2", "a3", "b1"], Texts(all).Order(StringComparer.Ordinal));
        Assert.Equal(["a1", "a2", "a3"], Texts(all).Where(t => t.StartsWith('a')));
        var part = await AskAsync(world, bot, "?limit=2");
        Assert.Equal(2, part.GetProperty("data").GetArrayLength());
        var rest = await AskAsync(world, bot, $"?after={Cursor(part)}");
        Assert.Equal(Texts(all).Except(Texts(part)).Order(StringComparer.Ordinal), Texts(rest).Order(StringComparer.Ordinal));
        Assert.Equal(0, (await AskAsync(world, bot, $"?after={Cursor(rest)}")).GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await AskAsync(world, bot, $"?after={Cursor(part)}")).GetProperty("data").GetArrayLength()); // Late and twice.
    }

    [Fact]
    public async Task An_answer_waits_for_what_comes()
    {
        var world = shared.World;
        var bot = await CreateAsync(world);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, bot);
        var asked = AskAsync(world, bot, "?timeout=25");

        await world.SayAsync(person, thread, "here I am");

        Assert.Equal(["here I am"], Texts(await asked));
    }

    [Fact]
    public async Task Who_is_called_does_not_ask()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var called = await world.CreateBotAsync(receiver.Url);
        var asking = await CreateAsync(world);

        Assert.Equal(100, (await world.GraphAsync(HttpMethod.Get, "/me/updates", null, called.AccessToken)).Body.GetProperty("error").GetProperty("code").GetInt32());
        foreach (var query in (string[])["limit=0", "limit=101", "timeout=26", "timeout=x", "after=%25", "after=QQ=="])
        {
            Assert.Equal((query, 100), (query, (await world.GraphAsync(HttpMethod.Get, $"/me/updates?{query}", null, asking.AccessToken)).Body.GetProperty("error").GetProperty("code").GetInt32()));
        }

        await PlatformTests.SubscribeAsync(world, asking, receiver, "messages");
        var (person, thread) = (await world.SignUpAsync(), "");
        thread = await world.OpenThreadAsync(person, asking);
        await world.SayAsync(person, thread, "now you are called");
        await receiver.WaitAsync("the call", all => all.Any(r => r.Text == "now you are called"));
    }

    private static async Task<Bot> CreateAsync(BotWorld world)
    {
        var username = $"asks{Guid.NewGuid().ToString("n")[..10]}";
        var response = await world.Server.Admin.PostAsJsonAsync("/admin/bots", new { name = "Asks", username, polling = true });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new(made.GetProperty("pageId").GetString()!, made.GetProperty("appId").GetString()!, made.GetProperty("appSecret").GetString()!, made.GetProperty("accessToken").GetString()!, username);
    }

    private static async Task<JsonElement> AskAsync(BotWorld world, Bot bot, string query)
    {
        var (status, body) = await world.GraphAsync(HttpMethod.Get, $"/v23.0/me/updates{query}", null, bot.AccessToken);
        Assert.True((int)status == 200, body.GetRawText());
        return body;
    }

    private static string Cursor(JsonElement answer) => Uri.EscapeDataString(answer.GetProperty("paging").GetProperty("cursors").GetProperty("after").GetString()!);

    private static List<string> Texts(JsonElement answer) =>
        [.. answer.GetProperty("data").EnumerateArray().Select(u => u.GetProperty("update").GetProperty("entry")[0].GetProperty("messaging")[0].GetProperty("message").GetProperty("text").GetString()!)];
}
