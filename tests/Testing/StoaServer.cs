using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Stoa.Hosting;
using Stoa.Server;

namespace Stoa.Testing;

/// <summary>What a test wants otherwise than usual.</summary>
public sealed record StoaServerOptions
{
    public World World { get; init; } = World.Empty;

    /// <summary>Off, so that a test that sends much meets no limit it does not ask about.</summary>
    public bool Limits { get; init; }

    public string Environment { get; init; } = "Development";

    /// <summary>Settings by their configuration keys, as <c>Stoa:PublicUrl</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Replaces services, after ours were added.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Null: a database of its own with the schema of all modules.</summary>
    public TestDatabase? Database { get; init; }

    /// <summary>Domain time runs by itself, as in <c>./run</c>, and <c>/dev/clock</c> moves it; <see cref="StoaServer.Clock"/> does nothing.</summary>
    public bool RunningClock { get; init; }
}

/// <summary>The whole server in this process: real Kestrel on a free port of 127.0.0.1, a database of its own, domain time that stands still.</summary>
public sealed class StoaServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder;
    private readonly bool ownsDatabase;

    private StoaServer(WebApplication app, string folder, TestDatabase database, bool ownsDatabase, ManualTimeProvider clock, CapturedLog log)
    {
        this.app = app;
        this.folder = folder;
        this.ownsDatabase = ownsDatabase;
        Database = database;
        Clock = clock;
        Log = log;
        Address = new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .First(address => !address.StartsWith("http://unix:", StringComparison.Ordinal)));
        Client = CreateClient();
        Admin = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(DataDirectory.AdminSocketOf(folder)), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://localhost") };
    }

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public Uri Address { get; }

    /// <summary>Keeps no cookies and follows no redirects.</summary>
    public HttpClient Client { get; }

    /// <summary>The operator, through the admin socket.</summary>
    public HttpClient Admin { get; }

    public TestDatabase Database { get; }

    public ManualTimeProvider Clock { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Everything the server has logged, from Information up.</summary>
    public CapturedLog Log { get; }

    /// <summary>The data directory.</summary>
    public string Folder => folder;

    public static async Task<StoaServer> StartAsync(StoaServerOptions? options = null)
    {
        options ??= new();
        var database = options.Database ?? await TestDatabase.CreateAsync([.. Modules.All]);
        var folder = $"/tmp/stoa-server-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..8]}";
        var clock = new ManualTimeProvider();
        var log = new CapturedLog();
        var settings = new Dictionary<string, string>
        {
            ["environment"] = options.Environment,
            ["urls"] = "http://127.0.0.1:0",
            ["ConnectionStrings:Stoa"] = database.ConnectionString,
            ["Stoa:DataDirectory"] = folder,
            ["Stoa:World"] = options.World.ToString(),
            ["Stoa:Limits"] = options.Limits.ToString(),
            ["Stoa:AllowForgetfulDatabase"] = "true",
            ["Stoa:AllowLoopbackTargets"] = "true",
        };
        foreach (var (key, value) in options.Settings)
        {
            settings[key] = value;
        }

        WebApplication? app = null;
        try
        {
            app = ServerApplication.Create([.. settings.Select(setting => $"--{setting.Key}={setting.Value}")], builder =>
            {
                builder.Logging.ClearProviders().AddProvider(log);
                if (!options.RunningClock)
                {
                    builder.Services.RemoveAll<TimeProvider>();
                    builder.Services.AddSingleton<TimeProvider>(clock);
                }

                options.Services?.Invoke(builder.Services);
            });
            await app.StartAsync();
            return new(app, folder, database, options.Database is null, clock, log);
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Another client, with cookies when a browser is played.</summary>
    public HttpClient CreateClient(bool cookies = false) =>
        new(new SocketsHttpHandler { UseCookies = cookies, AllowAutoRedirect = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDatabase)
        {
            await Database.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}
