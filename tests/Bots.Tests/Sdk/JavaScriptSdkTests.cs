using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>Public SDKs of Messenger bots, as they were published, against a real server; the test is the person who talks to them.</summary>
public sealed class JavaScriptSdkTests(SharedWorld shared)
{
    [Theory]
    [InlineData("bootbot")] // node-fetch, express, SHA-1 signatures
    [InlineData("messenger-bot")] // request-promise, SHA-1 signatures
    [InlineData("botly")] // request, express, SHA-1 signatures
    [InlineData("fb-messenger-bot-api")] // request, thread_settings of 2016 beside messenger_profile
    [InlineData("messaging-api-messenger")] // axios, proofs in the query, SHA-256 signatures
    public async Task A_bot_talks_as_its_author_expects(string package)
    {
        var world = shared.World;
        var page = await SdkTests.CreatePollingAsync(world);
        await using var bot = await NodeBot.StartAsync(world, page, $"tools/bot-sdks/bots/{package}.js", redirected: true);
        var person = await world.SignUpAsync("Ann Smith");
        var thread = await world.OpenThreadAsync(person, page);

        await world.SayAsync(person, thread, "say żółć \U0001F99C");
        await AnswerAsync("its echo", e => Text(e) == "You said: żółć \U0001F99C");

        await world.SayAsync(person, thread, "colours");
        var choice = await AnswerAsync("the quick replies", e => e.TryGetProperty("quickReplies", out _));
        Assert.Equal(("Pick one", "Red Blue"), (Text(choice), string.Join(' ', choice.GetProperty("quickReplies").EnumerateArray().Select(reply => reply.GetProperty("title").GetString()))));
        await world.SayAsync(person, thread, "Red", "RED");
        await AnswerAsync("the answer to the tap", e => Text(e) == "You picked RED");

        await world.SayAsync(person, thread, "card");
        var card = await AnswerAsync("the card", e => Template(e) is { } template && template.GetProperty("template_type").GetString() == "generic");
        Assert.Equal("A hat", Template(card)!.Value.GetProperty("elements")[0].GetProperty("title").GetString());
        await world.SayAsync(person, thread, "buttons");
        var buttons = await AnswerAsync("the buttons", e => Template(e) is { } template && template.GetProperty("template_type").GetString() == "button");
        Assert.Equal(["Buy", "See"], Template(buttons)!.Value.GetProperty("buttons").EnumerateArray().Select(button => button.GetProperty("title").GetString()));
        await world.SayAsync(person, thread, "Buy", "BUY");
        await AnswerAsync("thanks by name", e => Text(e) == "Thank you, Ann");

        var shown = await world.AsAsync(person, HttpMethod.Get, $"/api/pages/{page.Username}", null);
        Assert.Contains("START", shown.GetRawText(), StringComparison.Ordinal); // What the SDK set at its start.
        Assert.Contains("\"BUY\"", shown.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("error", bot.Said, StringComparison.OrdinalIgnoreCase);

        async Task<JsonElement> AnswerAsync(string what, Func<JsonElement, bool> wanted)
        {
            JsonElement? found = null;
            try
            {
                await Waiting.UntilAsync(async () => (found = (await world.EventsAsync(person, thread)).Select(e => (JsonElement?)e).FirstOrDefault(e => wanted(e!.Value))) is not null, $"{package} gives {what}");
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{package} did not give {what}. It said: {bot.Said}");
            }

            return found!.Value; // Set by the wait, or it failed.
        }
    }

    [Fact]
    public async Task The_sample_in_javascript_answers()
    {
        var world = shared.World;
        var page = await SdkTests.CreatePollingAsync(world);
        await using var bot = await NodeBot.StartAsync(world, page, "sdk/javascript/echo/echo.js", redirected: false);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, page);

        await world.SayAsync(person, thread, "hello");

        await Waiting.UntilAsync(async () => (await SdkTests.TextsAsync(world, person, thread)).Contains("You said: hello"), "the sample answers");
    }

    private static string? Text(JsonElement happened) => happened.TryGetProperty("text", out var text) ? text.GetString() : null;

    private static JsonElement? Template(JsonElement happened) =>
        happened.TryGetProperty("attachments", out var attachments) && attachments[0].GetProperty("type").GetString() == "template" ? attachments[0].GetProperty("payload") : null;
}
