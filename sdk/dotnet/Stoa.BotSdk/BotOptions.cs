using Microsoft.Extensions.Configuration;

namespace Stoa.BotSdk;

/// <summary>What a bot is given when its page is made. May be set later: a bot must listen before the server shakes hands with it.</summary>
public sealed class BotOptions
{
    /// <summary>The server, without a path. Default <c>http://localhost:8080</c>.</summary>
    public Uri Server { get; set; } = new("http://localhost:8080");

    /// <summary>Of the page; whoever has it acts for the page.</summary>
    public string AccessToken { get; set; } = "";

    /// <summary>Of the app. Deliveries are refused until it is known, and calls carry the proof that it is.</summary>
    public string AppSecret { get; set; } = "";

    /// <summary>What the server repeats in its handshake.</summary>
    public string VerifyToken { get; set; } = "";

    /// <summary>Where the bot listens for webhooks, as <c>http://127.0.0.1:5005</c>; null: it asks the server for its events instead.</summary>
    public Uri? Listen { get; set; }

    /// <summary>Which events were handled before. Default: the last 10,000 in memory; a file survives a restart.</summary>
    public IHandledEvents Handled { get; set; } = new RecentEvents();

    /// <summary>
    /// Reads <c>STOA_SERVER</c>, <c>STOA_TOKEN</c>, <c>STOA_APP_SECRET</c>, <c>STOA_VERIFY_TOKEN</c>, <c>STOA_LISTEN</c> and <c>STOA_HANDLED</c> (a file), or
    /// the same as arguments: <c>--server URL --token T …</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No token, or an address that is none.</exception>
    public static BotOptions Read(string[] arguments)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables("STOA_").AddCommandLine(arguments, new Dictionary<string, string>
        {
            ["--app-secret"] = "APP_SECRET",
            ["--verify-token"] = "VERIFY_TOKEN",
        }).Build();
        return new()
        {
            Server = Address(settings["SERVER"] ?? "http://localhost:8080"),
            AccessToken = settings["TOKEN"] is { Length: > 0 } token ? token
                : throw new InvalidOperationException("The bot has no page access token. Set STOA_TOKEN, or give --token; the server tells it once, when the page is made."),
            AppSecret = settings["APP_SECRET"] ?? "",
            VerifyToken = settings["VERIFY_TOKEN"] ?? "",
            Listen = settings["LISTEN"] is { Length: > 0 } listen ? Address(listen) : null,
            Handled = settings["HANDLED"] is { Length: > 0 } file ? new HandledEventsFile(file) : new RecentEvents(),
        };
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address : throw new InvalidOperationException($"\"{text}\" is no address; one looks like http://localhost:8080.");
}
