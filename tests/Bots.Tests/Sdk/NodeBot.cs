using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>A bot that runs in Node, with a public SDK from <c>tools/bot-sdks</c>, as its own process.</summary>
internal sealed class NodeBot : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();

    private NodeBot(Process process) => this.process = process;

    /// <summary>Everything it wrote, to either output.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Starts the program for the page, waits until it listens, and has the page's events sent to it.</summary>
    /// <param name="program">Below the repository.</param>
    /// <param name="redirected">Its package knows one host only.</param>
    public static async Task<NodeBot> StartAsync(BotWorld world, Bot page, string program, bool redirected)
    {
        var root = SampleTests.FindRoot();
        var tools = Path.Combine(root, "tools", "bot-sdks");
        Assert.True(Directory.Exists(Path.Combine(tools, "node_modules")), "The SDKs are not installed; tools/bot-sdks/install does it, and ./test.");
        string[] require = redirected ? ["--require", Path.Combine(tools, "redirect.cjs")] : [];
        var start = new ProcessStartInfo("node", ["--no-deprecation", .. require, Path.Combine(root, program)]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["STOA_SERVER"] = world.Server.Address.ToString().TrimEnd('/'),
            ["NODE_PATH"] = Path.Combine(tools, "node_modules"),
            ["PORT"] = "0",
            ["TOKEN"] = page.AccessToken,
            ["STOA_TOKEN"] = page.AccessToken,
            ["APP_ID"] = page.AppId,
            ["APP_SECRET"] = page.AppSecret,
            ["STOA_APP_SECRET"] = page.AppSecret,
            ["VERIFY_TOKEN"] = BotReceiver.VerifyToken,
            ["STOA_VERIFY_TOKEN"] = BotReceiver.VerifyToken,
        })
        {
            start.Environment[name] = value;
        }

        var bot = new NodeBot(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
        var port = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        bot.process.OutputDataReceived += (_, line) => bot.Hear(line.Data, port);
        bot.process.ErrorDataReceived += (_, line) => bot.Hear(line.Data, port);
        bot.process.BeginOutputReadLine();
        bot.process.BeginErrorReadLine();
        _ = bot.process.WaitForExitAsync().ContinueWith(_ => port.TrySetException(new InvalidOperationException($"{program} ended: {bot.Said}")), TaskScheduler.Default);
        var address = $"http://127.0.0.1:{await Waiting.ForAsync(port.Task, $"{program} to listen; it said: {bot.Said}")}/webhook";
        var (status, body) = await world.GraphAsync(
            HttpMethod.Post, $"/{page.AppId}/subscriptions",
            JsonSerializer.Serialize(new { @object = "page", callback_url = address, verify_token = BotReceiver.VerifyToken, fields = "messages,messaging_postbacks,message_deliveries,message_reads,messaging_optins" }),
            $"{page.AppId}|{page.AppSecret}");
        Assert.True((int)status == 200, body.GetRawText());
        return bot;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Hear(string? line, TaskCompletionSource<string> port)
    {
        if (line is null)
        {
            return;
        }

        lock (said)
        {
            said.AppendLine(line);
        }

        const string mark = "running on port ";
        if (line.StartsWith(mark, StringComparison.Ordinal) && line[mark.Length..] is not "0")
        {
            port.TrySetResult(line[mark.Length..]);
        }
    }
}
