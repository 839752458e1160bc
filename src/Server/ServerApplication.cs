using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Hosting;
using Stoa.Hosting.Clock;
using Stoa.Hosting.Nodes;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Hosting.Telemetry;

namespace Stoa.Server;

/// <summary>Puts the server together. Nothing is decided here but the order.</summary>
public static class ServerApplication
{
    /// <param name="configure">For tests: other services in the place of ours. Asked last.</param>
    /// <exception cref="DataDirectoryException">The data directory is taken or cannot be used.</exception>
    /// <exception cref="StartRefusedException">A setting would make the server unsafe.</exception>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // The name finds the list of static assets beside the program, also when a test runs it.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(ServerApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        StartChecks.CheckRuntime();
        builder.Services.AddOptions<StoaOptions>().BindConfiguration(StoaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(StoaOptions.Section).Get<StoaOptions>() ?? new();
        StartChecks.CheckSettings(options, builder.Environment);

        var data = DataDirectory.Open(options.DataDirectory);
        try
        {
            AddServices(builder, options, data);
            configure?.Invoke(builder);
            var app = builder.Build();
            // Made first, so disposed of last: its lock is given back when everything else has ended.
            _ = app.Services.GetRequiredService<DataDirectory>();
            UseMiddleware(app, options);
            MapRoutes(app);
            Announcement.Prepare(app, data);
            return app;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static void AddServices(WebApplicationBuilder builder, StoaOptions options, DataDirectory data)
    {
        var services = builder.Services;
        // By a factory, so that the container disposes of it.
        services.AddSingleton(_ => data);
        Logs.Configure(builder.Logging, builder.Environment);
        Listening.Configure(builder, data);
        // A request goes on where its bytes came in, instead of changing threads twice: 1.3 to 1.4 times as many sends. "Unsafe" where handlers
        // block their thread; ours wait asynchronously.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.DrainedBytesMax;
        });

        services.AddStoaProblems();
        services.AddStoaDatabase(builder.Configuration, data);
        services.AddStoaNodes(builder.Configuration);
        services.AddStoaSignIn();
        services.AddStoaRateLimits();
        services.AddStoaOpenApi();
        if (builder.Environment.IsDevelopment())
        {
            services.AddSingleton<MovableClock>();
            services.AddHostedService<MoveClockTogether>();
            services.TryAddSingleton<TimeProvider>(provider => provider.GetRequiredService<MovableClock>());
        }
        else
        {
            services.TryAddSingleton(TimeProvider.System);
        }

        foreach (var module in Modules.All)
        {
            services.AddSingleton(module);
            module.AddServices(services, builder.Configuration);
        }

        if (options.ParentProcess is { } parent)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ParentWatch>(provider, parent));
        }

        if (options.World == World.Town)
        {
            services.AddHostedService<DemoWorld>();
        }
    }

    private static void UseMiddleware(WebApplication app, StoaOptions options)
    {
        app.UseStoaProxies(options);
        app.UseStoaProblems();
        app.UseMiddleware<SecurityHeaders>();
        app.UseWebClient();
        app.UseRouting();
        app.UseMiddleware<BodyLimit>();
        // A limit belongs to a person, and to a network where nobody is known; it counts those who are refused, too.
        app.UseStoaSignIn(between => between.UseStoaRateLimits());
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapHealth();
        app.MapStoaOpenApi();
        app.MapWebClient();
        if (app.Environment.IsDevelopment())
        {
            app.MapClock();
        }

        foreach (var module in Modules.All)
        {
            module.MapRoutes(app);
        }
    }
}
