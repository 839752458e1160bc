using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Stoa.BotSdk;

/// <summary>
/// A bot: handlers, tried in the order in which they were added; the first that fits has the event. Events of one person come one after the other, those of
/// different people side by side. Each is handled once (<see cref="BotOptions.Handled"/>).
/// </summary>
public sealed partial class Bot : IDisposable
{
    private readonly List<Handler> handlers = [];
    private readonly ConcurrentDictionary<string, Task<bool?>> underWay = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly TimeProvider time;
    private readonly ILogger log;

    /// <param name="logs">Where it says what went wrong; null: nowhere.</param>
    /// <param name="time">For the pauses between tries.</param>
    public Bot(BotOptions options, ILoggerFactory? logs = null, TimeProvider? time = null)
    {
        Options = options;
        Graph = new(http, options);
        log = (logs ?? NullLoggerFactory.Instance).CreateLogger("Stoa.BotSdk.Bot");
        this.time = time ?? TimeProvider.System;
    }

    public BotOptions Options { get; }

    /// <summary>For calls beside the answers to events.</summary>
    public GraphClient Graph { get; }

    /// <summary>A bot whose token and addresses are in the environment or the arguments, see <see cref="BotOptions.Read"/>.</summary>
    public static Bot Create(string[] arguments) => new(BotOptions.Read(arguments), LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true)));

    public Bot OnMessage(Func<MessageReceived, Talk, Task> handle) => On(handle);

    /// <summary>A button, menu item or quick reply with this payload, however it came.</summary>
    public Bot OnPayload(string payload, Func<BotEvent, Talk, Task> handle) =>
        Add(happened => happened switch { Postback pressed => pressed.Payload == payload, MessageReceived tapped => tapped.Payload == payload, _ => false }, handle);

    public Bot OnPostback(Func<Postback, Talk, Task> handle) => On(handle);

    /// <summary>Pay was pressed: true to charge. An exception charges nothing.</summary>
    public Bot OnPreCheckout(Func<PreCheckout, Talk, Task<bool>> decide)
    {
        handlers.Add(new(happened => happened is PreCheckout, async (happened, talk) => await decide((PreCheckout)happened, talk)));
        return this;
    }

    /// <summary>Every event of this type; <see cref="BotEvent"/> for all.</summary>
    public Bot On<TEvent>(Func<TEvent, Talk, Task> handle)
        where TEvent : BotEvent => Add(happened => happened is TEvent, (happened, talk) => handle((TEvent)happened, talk));

    /// <summary>Handles one event, unless it was handled before; beside another try of the same event waits for that one.</summary>
    /// <returns>The answer to a pre-checkout; null for anything else.</returns>
    public async Task<bool?> HandleAsync(BotEvent happened, CancellationToken cancellation)
    {
        if (handlers.Find(h => h.Fits(happened)) is not { } handler || happened.Header.IsStandby)
        {
            return null;
        }

        // A question has no effect to be doubled and wants an answer each time.
        if (happened is PreCheckout)
        {
            return await handler.HandleAsync(happened, new(Graph, happened, time, cancellation));
        }

        var mine = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (underWay.GetOrAdd(happened.Id, mine.Task) is var first && first != mine.Task)
        {
            return await first.WaitAsync(cancellation);
        }

        try
        {
            if (!Options.Handled.Contains(happened.Id))
            {
                await RunAsync(handler, happened, cancellation);
                Options.Handled.Add(happened.Id);
            }

            mine.SetResult(null);
            return null;
        }
        catch (Exception failure)
        {
            mine.SetException(failure);
            _ = mine.Task.Exception; // Seen: nobody need be waiting beside us.
            throw;
        }
        finally
        {
            underWay.TryRemove(happened.Id, out _);
        }
    }

    public void Dispose() => http.Dispose();

    internal void Complain(Exception failure, string id) => LogFailed(failure, id);

    private async Task RunAsync(Handler handler, BotEvent happened, CancellationToken cancellation)
    {
        try
        {
            await handler.HandleAsync(happened, new(Graph, happened, time, cancellation));
        }
        catch (GraphRefusedException refused)
        {
            // The same event would be refused the same way: it is done with, and its conversation goes on.
            LogRefused(happened.Id, refused.Refusal.Code, refused.Refusal.Subcode, refused.Refusal.Message);
        }
    }

    private Bot Add(Func<BotEvent, bool> fits, Func<BotEvent, Talk, Task> handle)
    {
        handlers.Add(new(fits, async (happened, talk) =>
        {
            await handle(happened, talk);
            return null;
        }));
        return this;
    }

    [LoggerMessage(1, LogLevel.Warning, "An answer to the event {Id} was refused with {Code}/{Subcode}: {Reason}")]
    private partial void LogRefused(string id, int code, int? subcode, string reason);

    [LoggerMessage(2, LogLevel.Error, "The event {Id} could not be handled; it will come again.")]
    private partial void LogFailed(Exception failure, string id);

    private sealed record Handler(Func<BotEvent, bool> Fits, Func<BotEvent, Talk, Task<bool?>> HandleAsync);
}
