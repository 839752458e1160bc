using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Bots.Apps;
using Stoa.Bots.Purchases;
using Stoa.Hosting.Outbound;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Bots.Webhooks;

/// <summary>
/// Calls the endpoints of apps. Within a lane one call after the other, lanes side by side, a bounded number at each endpoint, so that
/// a dead one holds up nobody else. Woken by whoever queued something; each second it looks for what nobody was woken for.
/// </summary>
internal sealed partial class Deliveries(
    LaneStore lanes, Updates.UpdateStore updates, AppStore apps, Questions questions, GuardedClient client, IBusinessThreads threads, IOptions<BotsOptions> options, TimeProvider time,
    ILogger<Deliveries> logger) : BackgroundService
{
    private const int AnswerShownMax = 2_000;
    private static readonly TimeSpan lookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan finishWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan questionTriedAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<AppId, Endpoint> endpoints = new();
    private readonly ConcurrentQueue<AppId> woken = new();
    private readonly ConcurrentDictionary<LeasedLane, Task> running = new(ReferenceEqualityComparer.Instance);
    private readonly SemaphoreSlim news = new(0, 1);
    private readonly CancellationTokenSource cutOff = new();

    /// <summary>There is something for this app. Losing this costs at most a second.</summary>
    public void Wake(AppId app)
    {
        updates.Tell(app);
        Note(app);
        Signal();
    }

    /// <summary>The endpoint is up: what waits for another try need not wait longer.</summary>
    public async Task HurryAsync(AppId app, CancellationToken cancellationToken)
    {
        await lanes.HurryAsync(app, time.GetUtcNow(), cancellationToken);
        Wake(app);
    }

    /// <summary>Lets calls under way finish for a few seconds: what was sent and not booked would be sent again.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        cutOff.CancelAfter(finishWithin);
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(running.Values);
    }

    public override void Dispose()
    {
        cutOff.Dispose();
        news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var sinceSweep = Stopwatch.StartNew();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await news.WaitAsync(lookAgainAfter, stoppingToken) || sinceSweep.Elapsed > lookAgainAfter)
                {
                    sinceSweep.Restart();
                    foreach (var app in await lanes.FindDueAsync(time.GetUtcNow(), stoppingToken))
                    {
                        Note(app);
                    }
                }

                while (woken.TryDequeue(out var app))
                {
                    // Before the look: who wakes it from here on is looked at again.
                    EndpointOf(app).Unnote();
                    await StartLanesAsync(app, EndpointOf(app), stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Without the database nothing can be delivered; everything is kept, and the next look tries again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception);
                await Task.Delay(lookAgainAfter, CancellationToken.None);
            }
        }
    }

    private async Task StartLanesAsync(AppId app, Endpoint endpoint, CancellationToken stoppingToken)
    {
        var free = Math.Min(endpoint.FreeOf(options.Value.CallsAtOnceAndEndpoint), options.Value.CallsAtOnce - running.Count);
        if (free <= 0)
        {
            return;
        }

        var leased = await lanes.LeaseAsync(app, free, time.GetUtcNow(), stoppingToken);
        endpoint.Take(leased.Count, full: leased.Count == free);
        foreach (var lane in leased)
        {
            // Registered before it may end: the continuation on the pool removes it again.
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            running[lane] = done.Task;
            _ = RunLaneAsync(lane, endpoint, done, stoppingToken);
        }
    }

    private async Task RunLaneAsync(LeasedLane lane, Endpoint endpoint, TaskCompletionSource done, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            while (!stoppingToken.IsCancellationRequested && await lanes.TakeHeadAsync(lane, cutOff.Token) is { CallbackUrl: { } callback } head
                && await DeliverAsync(lane, head, new Uri(callback), endpoint))
            {
            }

            await lanes.ReleaseAsync(lane, cutOff.Token);
        }
        catch (OperationCanceledException) when (cutOff.IsCancellationRequested)
        {
            await TryReleaseAsync(lane);
        }
#pragma warning disable CA1031 // One lane's trouble is no other's; its lease runs out and it is tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(logger, exception);
        }
        finally
        {
            if (endpoint.Give() && !stoppingToken.IsCancellationRequested)
            {
                Wake(lane.App);
            }

            running.TryRemove(lane, out _);
            done.SetResult();
        }
    }

    /// <returns>Whether the lane goes on at once.</returns>
    private async Task<bool> DeliverAsync(LeasedLane lane, HeadDelivery head, Uri callback, Endpoint endpoint)
    {
        var limits = OutboundLimits.Webhooks;
        if (head.Purchase is { } asked)
        {
            if (await questions.FindTimeLeftAsync(asked, cutOff.Token) is not { } left)
            {
                var overtaken = new Attempt(new(head.Attempts, head.Refusals, FirstTriedAt(head)), DeliveryState.Overtaken, time.GetUtcNow(), time.GetUtcNow(), null, 0, "decided before its turn");
                return await lanes.BookAsync(lane, head.Number, overtaken with { History = overtaken.History with { Attempts = 0 } }, cutOff.Token);
            }

            limits = limits with { Total = left < limits.Total ? left : limits.Total };
        }

        // Before the call: what the endpoint accepts from here on is accepted after this was first tried.
        var firstTriedAt = FirstTriedAt(head);
        var watch = Stopwatch.StartNew();
        if (await CallAsync(lane, head, callback, limits) is not { } outcome)
        {
            return false;
        }

        var attempt = Judge(head, firstTriedAt, outcome, endpoint, (int)watch.ElapsedMilliseconds);
        if (!await lanes.BookAsync(lane, head.Number, attempt, cutOff.Token))
        {
            return false;
        }

        await FollowUpAsync(lane, head, attempt, outcome, endpoint);
        return attempt.State != DeliveryState.Waiting;
    }

    /// <summary>Calls while the lease is renewed.</summary>
    /// <returns>Null when the lease was lost on the way: then somebody else calls.</returns>
    private async Task<OutboundOutcome?> CallAsync(LeasedLane lane, HeadDelivery head, Uri callback, OutboundLimits limits)
    {
        using var request = await ComposeAsync(lane, head, callback);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cutOff.Token);
        var call = client.SendAsync(request, limits, ended.Token);
        while (!call.IsCompleted)
        {
            using var called = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
            await Task.WhenAny(call, Task.Delay(LaneStore.RenewEvery, called.Token));
            await called.CancelAsync();
            if (!call.IsCompleted && !await lanes.TryRenewAsync(lane, ended.Token))
            {
                await ended.CancelAsync();
                await call.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                cutOff.Token.ThrowIfCancellationRequested();
                return null;
            }
        }

        return await call;
    }

    private async Task<HttpRequestMessage> ComposeAsync(LeasedLane lane, HeadDelivery head, Uri callback)
    {
        var secret = await apps.FindSecretAsync(lane.App, cutOff.Token) ?? throw new InvalidOperationException($"App {lane.App} has lanes and no secret.");
        var body = Encoding.ASCII.GetBytes(head.Body);
        // The verifier compares with its own clock: real time, not the domain's, which development may move.
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, callback) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        foreach (var (name, value) in WebhookHeaders.Compose(secret, head.WebhookId, head.Number, timestamp, body))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private Attempt Judge(HeadDelivery head, DateTimeOffset firstTriedAt, OutboundOutcome outcome, Endpoint endpoint, int latencyMs)
    {
        var now = time.GetUtcNow();
        var answered = outcome as OutboundOutcome.Answered;
        var history = new DeliveryHistory(head.Attempts + 1, head.Refusals + (answered is { Success: false } ? 1 : 0), firstTriedAt);
        var next = DeliveryPlan.Decide(outcome, history, now, endpoint.AcceptedAt, Random.Shared.NextDouble());
        // A question is worth nothing in a minute: it is tried until its time is over.
        if (head.Purchase is not null && next is not NextStep.Acknowledged)
        {
            next = new NextStep.TryAgain(now + questionTriedAgainAfter);
        }

        var error = outcome switch
        {
            OutboundOutcome.Answered { Success: true } => null,
            OutboundOutcome.Answered => "not acknowledged: the answer must be 2xx",
            OutboundOutcome.Refused refused => refused.Why,
            OutboundOutcome.Failed failed => $"{failed.Failure}: {failed.Detail}",
            _ => throw new InvalidOperationException($"{outcome} is no way a call can end."),
        };
        var said = answered is { Body.IsEmpty: false } ? ShownAnswer(answered.Body.Span) : null;
        return next switch
        {
            NextStep.Acknowledged => new(history, DeliveryState.Delivered, now, now, answered?.Status, latencyMs, error, said),
            NextStep.TryAgain again => new(history, DeliveryState.Waiting, now, again.At, answered?.Status, latencyMs, error, said),
            NextStep.Park park => new(history, DeliveryState.Parked, now, now, answered?.Status, latencyMs, $"{error}; parked: {park.Why}", said),
            _ => throw new InvalidOperationException($"{next} is no next step."),
        };
    }

    private async Task FollowUpAsync(LeasedLane lane, HeadDelivery head, Attempt attempt, OutboundOutcome outcome, Endpoint endpoint)
    {
        if (attempt.State == DeliveryState.Parked)
        {
            LogParked(logger, lane.App, lane.Thread, head.Number, attempt.Error);
        }

        // A gateway without the bot behind it answers too, but nobody is there.
        var alive = outcome is OutboundOutcome.Answered { Status: not (502 or 503 or 504) };
        var back = endpoint.Note(alive, attempt.State == DeliveryState.Delivered ? attempt.At : null);
        if (attempt.State == DeliveryState.Delivered && outcome is OutboundOutcome.Answered answered)
        {
            if (head.Purchase is { } purchase)
            {
                await questions.AnswerAsync(purchase, answered.Body, cutOff.Token);
            }
            else if (head.EventSeq is { } seq)
            {
                await threads.MarkAsync(lane.Thread, new PageId(head.PageId), null, seq, cutOff.Token);
            }
        }

        if (back)
        {
            LogBack(logger, lane.App);
            await HurryAsync(lane.App, cutOff.Token);
        }
        else if (!alive && endpoint.JustWentDown)
        {
            LogDown(logger, lane.App, attempt.Error);
        }
    }

    private async Task TryReleaseAsync(LeasedLane lane)
    {
        using var limit = new CancellationTokenSource(finishWithin);
        try
        {
            await lanes.ReleaseAsync(lane, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or Npgsql.NpgsqlException)
        {
            // The lease runs out by itself.
        }
    }

    /// <summary>As its developer may read it: text of any bytes, without what a database refuses.</summary>
    private static string ShownAnswer(ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetString(body[..Math.Min(body.Length, AnswerShownMax)]).Replace("\0", "\uFFFD", StringComparison.Ordinal);

    private DateTimeOffset FirstTriedAt(HeadDelivery head) => head.FirstTriedAt is { } first ? new DateTimeOffset(first) : time.GetUtcNow();

    /// <summary>Each app stands in the queue once at most.</summary>
    private void Note(AppId app)
    {
        if (EndpointOf(app).TryNote())
        {
            woken.Enqueue(app);
        }
    }

    private Endpoint EndpointOf(AppId app) => endpoints.GetOrAdd(app, static _ => new Endpoint());

    private void Signal()
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already told.
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped; the next start finds it.
        }
    }

    [LoggerMessage(520, LogLevel.Error, "Webhooks could not be delivered; they are kept and tried again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(521, LogLevel.Error, "ALARM: delivery {Number} of thread {Thread} to app {App} is parked: {Why}.")]
    private static partial void LogParked(ILogger logger, AppId app, ThreadId thread, long number, string? why);

    [LoggerMessage(522, LogLevel.Warning, "The endpoint of app {App} does not answer; its deliveries wait in order. {Why}")]
    private static partial void LogDown(ILogger logger, AppId app, string? why);

    [LoggerMessage(523, LogLevel.Information, "The endpoint of app {App} answers again.")]
    private static partial void LogBack(ILogger logger, AppId app);
}
