using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Nodes;

namespace Stoa.Server;

/// <summary>Says that the server is ready, to people in the log and to programs in <c>server.json</c> of the data directory.</summary>
internal static partial class Announcement
{
    /// <param name="Process">Number of the server's process.</param>
    /// <param name="Url">The address people open.</param>
    /// <param name="Urls">Where it listens.</param>
    /// <param name="Admin">Path of the operator's socket.</param>
    internal sealed record ServerFile(int Process, string Url, IReadOnlyList<string> Urls, string Admin, string World);

    public static void Prepare(WebApplication app, DataDirectory data)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Stoa.Server");
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(data.AdminSocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var options = app.Services.GetRequiredService<IOptions<StoaOptions>>().Value;
            var urls = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
                .Where(address => !address.StartsWith("http://unix:", StringComparison.Ordinal)).ToList() ?? [];
            if (string.IsNullOrEmpty(app.Configuration[$"{StoaOptions.Section}:{nameof(StoaOptions.PublicUrl)}"]) && urls.Count > 0)
            {
                // The port may have been chosen by the system just now.
                options.PublicUrl = ByName(urls[0]);
            }

            if (urls.Count > 0)
            {
                app.Services.GetRequiredService<INodes>().Announce(ByName(urls[0]));
            }

            Write(data.ServerFile, new(Environment.ProcessId, options.PublicUrl, urls, data.AdminSocketPath, options.World.ToString().ToLowerInvariant()));
            LogReady(log, options.PublicUrl);
        });
        app.Lifetime.ApplicationStopping.Register(() => File.Delete(data.ServerFile));
    }

    /// <summary>Passkeys and secure cookies need a name, not a number.</summary>
    private static string ByName(string url)
    {
        var uri = new UriBuilder(url.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal));
        if (uri.Host is "127.0.0.1" or "[::1]" or "::1" or "0.0.0.0" or "[::]" or "::")
        {
            uri.Host = "localhost";
        }

        return uri.Uri.GetLeftPart(UriPartial.Authority);
    }

    private static void Write(string path, ServerFile content)
    {
        // Written beside and moved: a reader sees all of it or nothing.
        var half = path + ".new";
        File.WriteAllText(half, JsonSerializer.Serialize(content, JsonSerializerOptions.Web));
        File.Move(half, path, overwrite: true);
    }

    [LoggerMessage(1, LogLevel.Information, "Stoa is ready at {Url}")]
    private static partial void LogReady(ILogger log, string url);
}
