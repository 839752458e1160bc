using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Stoa.BotSdk;

/// <summary>A whole program: listens at <see cref="BotOptions.Listen"/>, or polls without one.</summary>
public static class RunBot
{
    /// <summary>Until Ctrl+C or SIGTERM. Says <c>bot is ready</c> when it is.</summary>
    public static async Task RunAsync(this Bot bot)
    {
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await (bot.Options.Listen is { } address ? ListenAsync(bot, address, stop.Token) : bot.PollAsync(TimeProvider.System, () => Console.WriteLine("bot is ready"), stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task ListenAsync(Bot bot, Uri address, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority));
        await using var web = builder.Build();
        web.MapBot(address.AbsolutePath, bot);
        await web.StartAsync(stop);
        Console.WriteLine("bot is ready");
        await Task.Delay(Timeout.InfiniteTimeSpan, stop);
    }
}
