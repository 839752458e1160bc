using System.Diagnostics;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>The sample of the page for authors is the program that runs here.</summary>
public sealed class SampleTests(SharedWorld shared)
{
    private static readonly string root = FindRoot();

    [Fact]
    public void The_page_shows_the_sample_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(root, "docs", "write-a-bot.md"));
        var begin = page.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var shown = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];

        Assert.Equal(File.ReadAllText(Path.Combine(root, "sdk", "dotnet", "samples", "Echo", "Program.cs")), shown);
        Assert.True(shown.Split('\n').Length <= 20, "The sample is to stay under 20 lines.");
    }

    [Fact]
    public async Task The_sample_talks()
    {
        var world = shared.World;
        var page = await SdkTests.CreatePollingAsync(world);
        using var sample = Start("--server", world.Server.Address.ToString(), "--token", page.AccessToken, "--app-secret", page.AppSecret);
        try
        {
            var person = await world.SignUpAsync();
            var thread = await world.OpenThreadAsync(person, page);
            await world.SayAsync(person, thread, "hello there");
            await Waiting.UntilAsync(async () => (await SdkTests.TextsAsync(world, person, thread)).Contains("You said: hello there"), "the sample answers");
        }
        finally
        {
            sample.Kill();
            await sample.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Without_a_token_it_says_what_is_missing()
    {
        using var sample = Start();
        var said = sample.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await Waiting.ForAsync(sample.WaitForExitAsync(TestContext.Current.CancellationToken), "the sample ends");

        Assert.NotEqual(0, sample.ExitCode);
        Assert.Contains("STOA_TOKEN", await said, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Stoa.Samples.Echo.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("STOA_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    internal static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Stoa.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
