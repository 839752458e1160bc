using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.BotSdk;
using Stoa.Town.Airline;
using Stoa.Town.BotApi;
using Stoa.Town.Flights;
using Stoa.Town.Friends;
using Stoa.Town.Geography;
using Stoa.Town.Storage;

namespace Stoa.Town;

/// <summary>Puts the town together: listens, waits for the server, registers the airline, and lets everybody begin.</summary>
internal static partial class TownHost
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CallsEndWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs until it is told to stop; everything decided by then is on disk.</summary>
    /// <param name="ready">Called once, when the airline answers and the people are online.</param>
    public static async Task RunAsync(TownOptions options, Action ready, CancellationToken stop)
    {
        Directory.CreateDirectory(options.Data);
        using var logs = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(options.Verbose ? LogLevel.Information : LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true));
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 16, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = CallTimeout };
        var log = logs.CreateLogger("Stoa.Town");
        var time = TimeProvider.System;

        var world = World.Load(Path.Combine(AppContext.BaseDirectory, "data"));
        using var store = new PersonStore(Path.Combine(options.Data, "airline"));
        var path = Path.Combine(options.Data, "airline.json");
        var file = PrivateFile.Read(path, BotFileJson.Default.BotFile) ?? new BotFile(RandomNumberGenerator.GetHexString(32, lowercase: true), 0, null);
        using var bot = new Bot(new BotOptions { Server = options.Server, VerifyToken = file.VerifyToken, Handled = new NothingHandled() }, logs);
        Take(file.Credentials, bot.Options);
        var airline = new AirlineBot(new Conversation(new Gazetteer(world), new Timetable(world)), store, bot, time)
        {
            Data = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.VerifyToken)))[..16],
        };
        airline.Outbox = new Outbox(store, airline.SendAsync, time, logs.CreateLogger<Outbox>());

        await using var web = await ListenAsync(bot, logs, options.Listen != 0 ? options.Listen : file.Port, fallBack: options.Listen == 0, stop);
        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel has it once it listens
        airline.Address = address;
        file = file with { Port = new Uri(address).Port };
        PrivateFile.Write(path, file, BotFileJson.Default.BotFile);

        await RegisterAsync(options, callback: address + "/webhook", bot, http, file, path, log, stop);
        using var cutOff = new CancellationTokenSource();
        await using var _ = stop.Register(() => cutOff.CancelAfter(CallsEndWithin));
        airline.Outbox.Start(stop, cutOff.Token);
        var api = new PeopleApi(http, options.Server);
        using var sessions = new Sessions(api, Path.Combine(options.Data, "friends.json"));
        var circle = new Circle(Friend.All, api, sessions, options.Seed, time, logs.CreateLogger<Circle>());
        await circle.OpenWorldAsync(stop);
        var lives = circle.LiveAsync(stop);
        ready();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await web.StopAsync(patience.Token);
        await airline.Outbox.StoppedAsync();
        await lives;
    }

    private static async Task<WebApplication> ListenAsync(Bot bot, ILoggerFactory logs, int port, bool fallBack, CancellationToken stop)
    {
        try
        {
            return await StartAsync(port);
        }
        catch (IOException) when (fallBack && port != 0)
        {
            // Somebody else has the old port by now.
            return await StartAsync(0);
        }

        async Task<WebApplication> StartAsync(int at)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Listen(IPAddress.Loopback, at);
            });
            builder.Services.AddRoutingCore();
            builder.Services.AddSingleton(logs);
            var web = builder.Build();
            web.UseRouting();
            web.MapBot("/webhook", bot);
            AirlinePictures.Map(web);
            await web.StartAsync(stop);
            return web;
        }
    }

    /// <summary>Makes page and app at the first start; later only tells the server where the webhook listens today.</summary>
    private static async Task RegisterAsync(
        TownOptions options, string callback, Bot bot, HttpClient http, BotFile file, string path, ILogger log, CancellationToken stop)
    {
        await ReadyAsync(http, options.Server, log, stop);
        // A token nobody knows belongs to a data directory that is no more.
        if (file.Credentials is { } known && await UntilKnownAsync(() => bot.Graph.KnowsTokenAsync(stop), stop))
        {
            await UntilDoneAsync(() => bot.Graph.SubscribeAsync(known.AppId, callback, Profile.Fields, stop), "setting the webhook", stop);
        }
        else
        {
            if (options.AdminSocket is null) throw new IOException($"The page @{Profile.Username} must be made first, and --admin does not say through which socket.");
            var made = await AdminSocket.CreateBotAsync(options.AdminSocket, callback, file.VerifyToken, stop);
            Take(made, bot.Options);
            PrivateFile.Write(path, file with { Credentials = made }, BotFileJson.Default.BotFile);
        }
        await UntilDoneAsync(() => bot.Graph.SetProfileAsync(Profile.Settings(), stop), "setting the page's greeting and menu", stop);
    }

    private static void Take(BotCredentials? credentials, BotOptions options)
    {
        if (credentials is null) return;
        (options.AccessToken, options.AppSecret) = (credentials.AccessToken, credentials.AppSecret);
    }

    private static async Task ReadyAsync(HttpClient http, Uri server, ILogger log, CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(server, "/health/ready"), stop);
                if (answer.IsSuccessStatusCode) return;
                LogWaiting(log, server, $"HTTP {(int)answer.StatusCode}");
            }
            catch (HttpRequestException failure)
            {
                LogWaiting(log, server, failure.Message);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                LogWaiting(log, server, "no answer in time");
            }
            await Task.Delay(pause, stop);
        }
    }

    private static async Task<bool> UntilKnownAsync(Func<Task<bool?>> ask, CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            if (await ask() is { } known) return known;
            await Task.Delay(pause, stop);
        }
    }

    private static async Task UntilDoneAsync(Func<Task<GraphOutcome>> call, string what, CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            switch (await call())
            {
                case GraphOutcome.Done: return;
                case GraphOutcome.Refused refused: throw new IOException($"The server refused {what}: {refused.Message} ({refused.Code}/{refused.Subcode})");
            }
            await Task.Delay(pause, stop);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));

    [LoggerMessage(1, LogLevel.Information, "Waiting for {Server}: {Reason}")]
    private static partial void LogWaiting(ILogger log, Uri server, string reason);
}
