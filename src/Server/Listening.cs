using Stoa.Hosting;
using Stoa.Hosting.SignIn;

namespace Stoa.Server;

/// <summary>Where the server listens: the addresses of <c>--urls</c>, and a Unix socket for the operator.</summary>
internal static class Listening
{
    private const string DefaultUrl = "http://localhost:8080";

    public static void Configure(WebApplicationBuilder builder, DataDirectory data)
    {
        var urls = (builder.Configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } said ? said : DefaultUrl)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            // Kestrel takes no free port by the name, since that would be two different ones.
            .Select(url => url.EndsWith("//localhost:0", StringComparison.OrdinalIgnoreCase) ? url.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase) : url)
            .ToList();

        var socketFolder = Path.GetDirectoryName(data.AdminSocketPath)!; // The path of a file in a folder.
        if (!Directory.Exists(socketFolder) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(socketFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        builder.WebHost.UseUrls([.. urls, $"http://unix:{data.AdminSocketPath}"]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (listen.SocketPath == data.AdminSocketPath)
            {
                listen.UseAdminSocket();
            }
        }));

        // Only names by which we are meant to be reached: a page elsewhere cannot point its own name at us.
        if (string.IsNullOrEmpty(builder.Configuration["AllowedHosts"]))
        {
            var hosts = new List<string> { "localhost", "*.localhost", "127.0.0.1", "[::1]" };
            var publicUrl = builder.Configuration[$"{StoaOptions.Section}:{nameof(StoaOptions.PublicUrl)}"];
            foreach (var url in urls.Append(publicUrl))
            {
                if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && !hosts.Contains(uri.Host) && uri.HostNameType == UriHostNameType.Dns)
                {
                    hosts.AddRange([uri.Host, $"*.{uri.Host}"]);
                }
                else if (uri is { HostNameType: UriHostNameType.IPv4 } && uri.Host != "0.0.0.0" && !hosts.Contains(uri.Host))
                {
                    hosts.Add(uri.Host);
                }
            }

            builder.Configuration["AllowedHosts"] = string.Join(';', hosts);
        }
    }
}
