using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.BotSdk;
using Stoa.Server;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>A conversation with a bot is recorded by the command and played again to the same bot and to a changed one.</summary>
public sealed class ReplayTests(SharedWorld shared)
{
    [Fact]
    public async Task A_changed_bot_is_told_apart_from_the_same_one()
    {
        var world = shared.World;
        var page = await SdkTests.CreatePollingAsync(world);
        using var original = new BotSdk.Bot(new BotOptions { Server = world.Server.Address, AccessToken = page.AccessToken, AppSecret = page.AppSecret });
        Script(original, "That is 12 euros.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var polling = original.PollAsync(TimeProvider.System, null, stop.Token);
        var person = await world.SignUpAsync("Ann Smith");
        var thread = await world.OpenThreadAsync(person, page);
        await SayAsync("hello", "Hello Ann");
        await Waiting.UntilAsync(async () => (await world.EventsAsync(person, thread)).Count(e => e.TryGetProperty("attachments", out _)) == 1, "the rest of the first answer");
        await SayAsync("price", "That is 12 euros.");
        var psid = Psids.Single();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);

        var file = $"/tmp/stoa-recording-{Guid.NewGuid():n}.json";
        try
        {
            Assert.Equal((0, ""), await StoaAsync("bot", "record", "--server", world.Server.Address.ToString(), "--token", page.AccessToken, "--user", psid, "--out", file));
            var recorded = await File.ReadAllTextAsync(file);
            Assert.Contains("That is 12 euros.", recorded, StringComparison.Ordinal);

            var (same, sameSaid) = await ReplayAsync(file, "That is 12 euros.");
            Assert.True(same == 0, sameSaid);
            var (changed, said) = await ReplayAsync(file, "That is 13 euros.");
            Assert.Equal(1, changed);
            Assert.Contains("@ 2: price", said, StringComparison.Ordinal);
            Assert.Contains("- {\"text\":\"That is 12 euros.\"}", said, StringComparison.Ordinal);
            Assert.Contains("+ {\"text\":\"That is 13 euros.\"}", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal(2, (await StoaAsync("bot", "replay", file, "--webhook", "http://127.0.0.1:1/")).Code);
        Assert.Equal(2, (await StoaAsync("bot", "replay")).Code);
        Assert.Equal(1, (await StoaAsync("bot", "record", "--server", world.Server.Address.ToString(), "--token", page.AccessToken, "--user", "7000000000000001")).Code);

        async Task SayAsync(string text, string answer)
        {
            await world.SayAsync(person, thread, text);
            await Waiting.UntilAsync(async () => (await SdkTests.TextsAsync(world, person, thread)).Contains(answer), $"the answer to {text}");
        }
    }

    private HashSet<string> Psids { get; } = [];

    private void Script(BotSdk.Bot bot, string price) => bot.OnMessage(async (message, talk) =>
    {
        Psids.Add(message.Person);
        if (message.Text == "price")
        {
            await talk.SayAsync(price);
            return;
        }

        await talk.SayAsync($"Hello {(await talk.ReadPersonAsync()).GetProperty("first_name").GetString()}", new QuickReply("What is the price?", "PRICE"));
        await talk.SendAsync(new ButtonTemplate("Or this", [new PostbackButton("Price", "PRICE")]));
    });

    /// <summary>The command on a free port, and a bot that calls it.</summary>
    private async Task<(int Code, string Said)> ReplayAsync(string file, string price)
    {
        using var bot = new BotSdk.Bot(new BotOptions { AccessToken = "any", AppSecret = "secret", VerifyToken = "x" });
        Script(bot, price);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var web = builder.Build();
        web.MapBot("/webhook", bot);
        await web.StartAsync();
        var webhook = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/webhook";
        return await StoaAsync(line => bot.Options.Server = new(line), "bot", "replay", file, "--webhook", webhook, "--app-secret", "secret", "--listen", "http://127.0.0.1:0", "--patience", "60");
    }

    private static Task<(int Code, string Said)> StoaAsync(params string[] words) => StoaAsync(_ => { }, words);

    /// <param name="listening">Told the address at which a replay listens, before it begins.</param>
    private static async Task<(int Code, string Said)> StoaAsync(Action<string> listening, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServerApplication).Assembly.Location, "stoa", .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("dotnet did not start.");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Split(' ') is ["Listening", "at", var address, ..])
            {
                listening(address.TrimEnd(':'));
            }
        };
        process.BeginErrorReadLine();
        var said = await process.StandardOutput.ReadToEndAsync();
        await Waiting.ForAsync(process.WaitForExitAsync(), "the command ends");
        return (process.ExitCode, said);
    }
}
