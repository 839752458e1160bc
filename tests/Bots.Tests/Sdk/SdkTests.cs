using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.BotSdk;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>Bots written with the SDK, against a real server: webhooks and polling, once and only once.</summary>
public sealed class SdkTests(SharedWorld shared)
{
    [Fact]
    public async Task A_handler_that_dies_half_way_is_run_again_and_says_nothing_twice()
    {
        var world = shared.World;
        await using var host = await Host.StartAsync(world, handled: new RecentEvents());
        var runs = 0;
        host.Bot.OnMessage(async (message, talk) =>
        {
            await talk.SayAsync($"one about {message.Text}");
            if (Interlocked.Increment(ref runs) == 1)
            {
                throw new InvalidOperationException("The process dies here.");
            }

            await talk.SayAsync($"two about {message.Text}");
        });
        var page = await world.CreateBotAsync(host.Url);
        host.Take(page);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, page);

        await world.SayAsync(person, thread, "tea");
        await Waiting.UntilAsync(
            async () =>
            {
                world.Server.Clock.Advance(TimeSpan.FromSeconds(2)); // To the next try.
                return (await TextsAsync(world, person, thread)).Contains("two about tea");
            },
            "the second answer");

        Assert.Equal(["tea", "one about tea", "two about tea"], await TextsAsync(world, person, thread));
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_delivery_that_comes_again_is_not_handled_again()
    {
        await using var host = await Host.StartAsync(shared.World, handled: new RecentEvents());
        host.Bot.Options.AppSecret = "secret";
        var hold = new TaskCompletionSource();
        var runs = 0;
        host.Bot.OnMessage((_, _) =>
        {
            Interlocked.Increment(ref runs);
            return hold.Task;
        });
        using var http = new HttpClient();
        const string body = """{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"message":{"mid":"m","text":"x"}}]}]}""";

        // Two at once, one later, one forged.
        var first = DeliverAsync(http, host.Url, body, "secret");
        var beside = DeliverAsync(http, host.Url, body, "secret");
        await Waiting.UntilAsync(() => Task.FromResult(Volatile.Read(ref runs) == 1), "the handler runs");
        hold.SetResult();
        List<int> answers = [await first, await beside, await DeliverAsync(http, host.Url, body, "secret"), await DeliverAsync(http, host.Url, body, "other")];
        Assert.Equal([200, 200, 200, 401], answers);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_bot_without_an_address_polls_and_goes_on_after_what_failed()
    {
        var world = shared.World;
        var page = await CreatePollingAsync(world);
        using var bot = new BotSdk.Bot(OptionsOf(world, page));
        var failed = false;
        bot.OnMessage((message, talk) =>
        {
            if (message.Text == "b" && !failed)
            {
                failed = true;
                throw new InvalidOperationException("Not yet.");
            }

            return talk.SayAsync($"re: {message.Text}");
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var polling = bot.PollAsync(TimeProvider.System, null, stop.Token);
        var person = await world.SignUpAsync();
        var thread = await world.OpenThreadAsync(person, page);

        foreach (var text in (string[])["a", "b", "c"])
        {
            await world.SayAsync(person, thread, text);
        }

        await Waiting.UntilAsync(async () => (await TextsAsync(world, person, thread)).Contains("re: c"), "the answer to the last message");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        Assert.Equal(["re: a", "re: b", "re: c"], (await TextsAsync(world, person, thread)).Where(text => text.StartsWith("re:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_wrong_token_ends_the_program_with_a_word_about_it()
    {
        using var bot = new BotSdk.Bot(new BotOptions { Server = shared.World.Server.Address, AccessToken = "nonsense" });

        var refused = await Assert.ThrowsAsync<GraphRefusedException>(() => bot.PollAsync(TimeProvider.System, null, TestContext.Current.CancellationToken));

        Assert.Equal(190, refused.Refusal.Code);
    }

    internal static async Task<List<string>> TextsAsync(BotWorld world, Person person, string thread) =>
        [.. (await world.EventsAsync(person, thread)).Select(e => e.TryGetProperty("text", out var text) ? text.GetString() : null).OfType<string>()];

    internal static async Task<Stoa.Bots.Tests.Bot> CreatePollingAsync(BotWorld world)
    {
        var username = $"polls{Guid.NewGuid().ToString("n")[..10]}";
        var response = await world.Server.Admin.PostAsJsonAsync("/admin/bots", new { name = "Polls", username, polling = true });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new(made.GetProperty("pageId").GetString()!, made.GetProperty("appId").GetString()!, made.GetProperty("appSecret").GetString()!, made.GetProperty("accessToken").GetString()!, username);
    }

    private static BotOptions OptionsOf(BotWorld world, Stoa.Bots.Tests.Bot page) => new() { Server = world.Server.Address, AccessToken = page.AccessToken, AppSecret = page.AppSecret };

    private static async Task<int> DeliverAsync(HttpClient http, Uri url, string body, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body) };
        request.Headers.Add("X-Hub-Signature-256", WebhookSignature.Of(System.Text.Encoding.UTF8.GetBytes(body), secret));
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    /// <summary>An author's program: a bot and its endpoint.</summary>
    private sealed class Host(WebApplication web, BotSdk.Bot bot) : IAsyncDisposable
    {
        public BotSdk.Bot Bot => bot;

        public Uri Url => new(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/webhook");

        public static async Task<Host> StartAsync(BotWorld world, IHandledEvents handled)
        {
            var bot = new BotSdk.Bot(new BotOptions { Server = world.Server.Address, VerifyToken = BotReceiver.VerifyToken, Handled = handled });
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var web = builder.Build();
            web.MapBot("/webhook", bot);
            await web.StartAsync();
            return new(web, bot);
        }

        public void Take(Stoa.Bots.Tests.Bot page) => (bot.Options.AccessToken, bot.Options.AppSecret) = (page.AccessToken, page.AppSecret);

        public async ValueTask DisposeAsync()
        {
            await web.DisposeAsync();
            bot.Dispose();
        }
    }
}
