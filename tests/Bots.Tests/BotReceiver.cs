using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Stoa.Bots.Tests;

/// <summary>A webhook call as it arrived.</summary>
internal sealed record Received(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    private readonly JsonElement entry = JsonDocument.Parse(Body).RootElement.GetProperty("entry")[0];

    /// <summary>A copy for an app that does not hold the thread.</summary>
    public bool IsStandby => entry.TryGetProperty("standby", out _);

    public JsonElement Event => entry.GetProperty(IsStandby ? "standby" : "messaging")[0];

    public int Sequence => int.Parse(Headers["Stoa-Sequence"], System.Globalization.CultureInfo.InvariantCulture);

    public string Id => Headers["webhook-id"];

    public string? Text => Event.TryGetProperty("message", out var message) && message.TryGetProperty("text", out var text) ? text.GetString() : null;

    public string Psid => Event.GetProperty("sender").GetProperty("id").GetString()!;

    public bool Has(string member) => Event.TryGetProperty(member, out _);
}

/// <summary>A bot's endpoint: real Kestrel on a free port, answering as the test says.</summary>
internal sealed class BotReceiver : IAsyncDisposable
{
    public const string VerifyToken = "verify-me";

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication app;
    private readonly SemaphoreSlim news = new(0);
    private ImmutableList<Received> calls = [];
    private int underWay;

    private BotReceiver(WebApplication app) => this.app = app;

    public Uri Url { get; private set; } = new("http://unknown.invalid");

    /// <summary>Every call, acknowledged or not, in the order of arrival.</summary>
    public ImmutableList<Received> Calls => Volatile.Read(ref calls);

    /// <summary>Those that were answered with 200.</summary>
    public ImmutableList<Received> Accepted { get; private set; } = [];

    /// <summary>The most calls that were under way at one moment.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Every connection is broken off.</summary>
    public bool Down { get; set; }

    /// <summary>What to answer; default 200.</summary>
    public Func<Received, Task<(int Status, string Body)>> Answer { get; set; } = _ => Task.FromResult((200, "EVENT_RECEIVED"));

    /// <summary>How the handshake is answered; default as documented.</summary>
    public Func<HttpContext, Task>? Handshake { get; set; }

    public static async Task<BotReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new BotReceiver(builder.Build());
        receiver.app.Run(receiver.ReceiveAsync);
        await receiver.app.StartAsync();
        receiver.Url = new(receiver.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/webhook");
        return receiver;
    }

    /// <summary>Waits until the calls are as wanted.</summary>
    public async Task<ImmutableList<Received>> WaitAsync(string what, Func<ImmutableList<Received>, bool> wanted)
    {
        var watch = Stopwatch.StartNew();
        while (!wanted(Accepted))
        {
            if (watch.Elapsed > patience)
            {
                throw new TimeoutException(
                    $"Waited {patience.TotalSeconds:0} s for {what}; {Calls.Count} calls came, {Accepted.Count} were accepted: {string.Join(", ", Accepted.Take(20).Select(r => r.Event.GetRawText()))}");
            }

            await news.WaitAsync(TimeSpan.FromMilliseconds(200));
        }

        return Accepted;
    }

    /// <summary>Waits for so many accepted calls whose event has the member.</summary>
    public async Task<List<Received>> WaitForAsync(string member, int count) =>
        [.. (await WaitAsync($"{count} × {member}", all => all.Count(r => r.Has(member)) >= count)).Where(r => r.Has(member))];

    /// <summary>Waits for so many calls, accepted or not.</summary>
    public async Task WaitForCallsAsync(int count)
    {
        var watch = Stopwatch.StartNew();
        while (Calls.Count < count)
        {
            if (watch.Elapsed > patience)
            {
                throw new TimeoutException($"Waited {patience.TotalSeconds:0} s for {count} calls; {Calls.Count} came.");
            }

            await news.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Down = true;
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        news.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await (Handshake ?? ShakeHandsAsync)(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var received = new Received(body.ToArray(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        var now = Interlocked.Increment(ref underWay);
        lock (news)
        {
            MostAtOnce = Math.Max(MostAtOnce, now);
            calls = calls.Add(received);
        }

        news.Release();
        try
        {
            if (Down)
            {
                context.Abort();
                return;
            }

            var (status, text) = await Answer(received);
            lock (news)
            {
                if (status is >= 200 and < 300)
                {
                    Accepted = Accepted.Add(received);
                }
            }

            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
            news.Release();
        }
    }

    private static async Task ShakeHandsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["hub.mode"] != "subscribe" || query["hub.verify_token"] != VerifyToken)
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync("Forbidden");
            return;
        }

        await context.Response.WriteAsync(query["hub.challenge"].ToString());
    }
}
