using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Stoa.Hosting;

namespace Stoa.Server;

/// <summary>Whose word about the caller's address and scheme is taken: only that of the proxies the operator names.</summary>
internal static class Proxies
{
    public static void UseStoaProxies(this WebApplication app, StoaOptions options)
    {
        if (options.Proxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in options.Proxies)
        {
            forwarded.KnownProxies.Add(IPAddress.TryParse(proxy, out var address)
                ? address
                : throw new StartRefusedException($"Stoa:Proxies names '{proxy}', which is no address.", "Name the proxies by their IP addresses."));
        }

        app.UseForwardedHeaders(forwarded);
    }
}
