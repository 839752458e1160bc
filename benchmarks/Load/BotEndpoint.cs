using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Stoa.Bench.Load;

/// <summary>Bots' own endpoints: agree to be called at any path, and tell of each message that comes. Paths under <c>/dead</c> agree, and then never answer.</summary>
internal sealed class BotEndpoint : IAsyncDisposable
{
    public const string Dead = "/dead";

    private readonly WebApplication app;
    private readonly Action<ToldMessage> told;
    private readonly CancellationTokenSource ended = new();

    private BotEndpoint(WebApplication app, Action<ToldMessage> told) => (this.app, this.told) = (app, told);

    /// <summary>While set, every delivery is refused with 503.</summary>
    public bool IsOut { get; set; }

    public string Url { get; private set; } = "";

    /// <param name="told">Called for each message that is acknowledged, from many threads at once.</param>
    public static async Task<BotEndpoint> ListenAsync(Action<ToldMessage> told, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var endpoint = new BotEndpoint(app, told);
        app.Run(endpoint.AnswerAsync);
        await app.StartAsync(cancellationToken);
        endpoint.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel has one after it started.
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        // Those who hang would hold up the end.
        await ended.CancelAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        ended.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.WriteAsync(context.Request.Query["hub.challenge"].ToString());
            return;
        }

        // Before the body is read: the request is on the wire.
        var at = DateTimeOffset.UtcNow;
        if (context.Request.Path.StartsWithSegments(Dead, StringComparison.Ordinal))
        {
            await Task.Delay(Timeout.Infinite, ended.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            context.Abort();
            return;
        }

        if (IsOut)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        for (var done = false; !done;)
        {
            var read = await context.Request.BodyReader.ReadAsync();
            done = read.IsCompleted;
            if (done && ToldMessage.TryRead(read.Buffer.ToArray(), at) is { } message)
            {
                told(message);
            }

            context.Request.BodyReader.AdvanceTo(done ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        }
    }
}

/// <summary>A message as a bot was told of it.</summary>
/// <param name="Psid">Whose it is, as the page knows them.</param>
/// <param name="Text">What the generator wrote.</param>
/// <param name="Took">From the message's instant, which is before its commit, to the request's arrival.</param>
internal readonly record struct ToldMessage(string Psid, string Text, TimeSpan Took)
{
    /// <returns>Null for what is no message.</returns>
    public static ToldMessage? TryRead(ReadOnlySpan<byte> body, DateTimeOffset at) =>
        Between(body, "\"text\":\""u8, (byte)'"') is { } text && Between(body, "\"sender\":{\"id\":\""u8, (byte)'"') is { } psid
        && Between(body, "\"timestamp\":"u8, (byte)',') is { } sent && long.TryParse(sent, out var milliseconds)
            ? new(psid, text, at - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : null;

    private static string? Between(ReadOnlySpan<byte> body, ReadOnlySpan<byte> from, byte to)
    {
        var begin = body.IndexOf(from);
        if (begin < 0)
        {
            return null;
        }

        var rest = body[(begin + from.Length)..];
        var end = rest.IndexOf(to);
        return end < 0 ? null : Encoding.UTF8.GetString(rest[..end]);
    }
}
