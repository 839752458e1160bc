using Microsoft.Playwright;
using Stoa.Browser.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Stoa.Browser.Tests;

/// <summary>Debian's Chromium, headless, once for all tests; each person gets a context of their own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";
    private const int PatienceMs = 60_000;
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"{Program} is missing. ./test installs it, or: apt-get install chromium");
        }

        // Long enough for a machine on which many other tests run: a wait that is met ends at once, one that is not says for what it waited.
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A window of its own: nothing is shared with another person's. A request to anywhere but this machine fails the test.</summary>
    public async Task<IPage> OpenWindowAsync(WindowOptions? options = null)
    {
        options ??= new();
        var context = await browser!.NewContextAsync(new() // Set before any test runs.
        {
            Locale = options.Locale,
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = options.Phone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
            HasTouch = options.Phone,
            DeviceScaleFactor = 2,
        });
        context.SetDefaultTimeout(PatienceMs);
        var page = await context.NewPageAsync();
        var strays = new List<string>();
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && !url.IsLoopback && !url.Host.EndsWith(".localhost", StringComparison.Ordinal))
            {
                strays.Add(request.Url);
            }
        };
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // A browser writes every answer above 399 to the console; only what the page itself says or the policy refuses counts.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        complaints.Add(page, (strays, errors));
        return page;
    }

    /// <summary>Fails when the page asked the outside world for something or reported an error.</summary>
    public void AssertQuiet(IPage page)
    {
        var (strays, errors) = complaints[page];
        Assert.Empty(strays);
        if (errors.Count > 0)
        {
            Assert.Fail($"The page at {page.Url} reported:\n{string.Join('\n', errors)}");
        }

    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    private readonly Dictionary<IPage, (List<string> Strays, List<string> Errors)> complaints = [];
}

public sealed record WindowOptions(bool Phone = false, bool Dark = false, string Locale = "en-GB");
