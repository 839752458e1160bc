using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;

namespace Stoa.Server;

/// <summary>
/// Limits that protect this node: unknown callers by network, searches by person. Those that protect money or sign-in count in the
/// database, in the module that owns them; the Messenger dialect answers for itself.
/// </summary>
internal static class RateLimits
{
    public const int UnknownCallsPerMinute = 60;
    public const int SearchesPerMinute = 30;

    private static readonly TimeSpan window = TimeSpan.FromMinutes(1);
    private static readonly string[] searches = ["/api/people", "/api/pages", "/api/search"];

    public static void AddStoaRateLimits(this IServiceCollection services) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
            limiter.OnRejected = (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : (int)window.TotalSeconds;
                return new(new Problem(StatusCodes.Status429TooManyRequests, "too_many_requests", "Count how often this was asked",
                    "More calls came than the limit allows.", string.Create(CultureInfo.InvariantCulture, $"Wait {wait} seconds."))
                { RetryAfterSeconds = wait }.WriteAsync(rejected.HttpContext));
            };
        });

    /// <summary>Only those whom a limit can concern pass through the limiter: a known person's call that is no search passes by it.</summary>
    public static void UseStoaRateLimits(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<StoaOptions>>().Value.Limits)
        {
            app.UseWhen(MayConcern, limited => limited.UseRateLimiter());
        }
    }

    /// <summary>Static files and the web client's page are never limited.</summary>
    private static bool MayConcern(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api") && (context.Actor() is not Actor.Person || IsSearch(context.Request));

    private static RateLimitPartition<string> Partition(HttpContext context) => context.Actor() switch
    {
        Actor.Person person => Window($"search:{person.Id}", SearchesPerMinute),
        Actor.Anonymous when !IsUs(context, context.RequestServices.GetRequiredService<IHostEnvironment>()) => Window($"unknown:{Network(context)}", UnknownCallsPerMinute),
        _ => RateLimitPartition.GetNoLimiter(""),
    };

    private static RateLimitPartition<string> Window(string key, int most) =>
        RateLimitPartition.GetFixedWindowLimiter(key, _ => new() { PermitLimit = most, Window = window, QueueLimit = 0 });

    private static bool IsSearch(HttpRequest request) => HttpMethods.IsGet(request.Method) && searches.Any(path => request.Path.Equals(path, StringComparison.OrdinalIgnoreCase));

    /// <summary>Loopback in development.</summary>
    private static bool IsUs(HttpContext context, IHostEnvironment environment) =>
        environment.IsDevelopment() && (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address));

    /// <summary>An address of version 4, or the /64 of one of version 6: what one household or machine has.</summary>
    private static string Network(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
        {
            return "local";
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
