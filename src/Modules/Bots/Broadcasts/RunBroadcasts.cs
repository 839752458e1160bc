using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Bots.Handover;
using Stoa.Bots.Pages;
using Stoa.Bots.Personas;
using Stoa.Bots.Sending;
using Stoa.Hosting.Nodes;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Broadcasts;

/// <summary>
/// Sends broadcasts, some recipients at a time, on one node. Each message has an id made of broadcast and person, so whoever was reached before a crash is not
/// reached again after it; the policy is asked for each person as for a single send.
/// </summary>
internal sealed partial class RunBroadcasts(
    BroadcastStore store, StoreMessage messages, Recipients recipients, ControlStore control, PersonaStore personas, IBusinessThreads threads, NodeLeases leases, ILogger<RunBroadcasts> logger)
    : BackgroundService
{
    private const int BatchMax = 100;
    private const int AtOnce = 8;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something may be due.</summary>
    public void Wake() => woken.Writer.TryWrite(true);

    /// <summary>The id of the message of one broadcast to one person.</summary>
    public static Guid ClientIdOf(long broadcast, long person) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"broadcast:{broadcast}:{person}"))).AsSpan(0, 16));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await leases.TakeAsync("bots.broadcasts", stoppingToken) is null || !await RunDueAsync(stoppingToken))
                {
                    await WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (NpgsqlException exception)
            {
                LogFailed(logger, exception);
                await WaitAsync(stoppingToken);
            }
        }
    }

    /// <summary>One batch of each broadcast that is due.</summary>
    /// <returns>Whether there was anything to do.</returns>
    internal async Task<bool> RunDueAsync(CancellationToken cancellationToken)
    {
        var did = false;
        foreach (var broadcast in await store.ReadDueAsync(cancellationToken))
        {
            if (broadcast.Status == BroadcastStore.Scheduled)
            {
                await store.BeginAsync(broadcast, cancellationToken);
            }

            var waiting = await store.ReadWaitingAsync(broadcast, BatchMax, cancellationToken);
            if (waiting.Count == 0)
            {
                await store.FinishAsync(broadcast, cancellationToken);
                continue;
            }

            did |= await SendAsync(broadcast, waiting, cancellationToken);
        }

        return did;
    }

    /// <returns>False: nobody could be told just now.</returns>
    private async Task<bool> SendAsync(Broadcast broadcast, List<BroadcastRecipient> waiting, CancellationToken cancellationToken)
    {
        var outcomes = new List<(long, bool)>();
        await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (recipient, stop) =>
        {
            if (await SendToAsync(broadcast, recipient, stop) is { } sent)
            {
                lock (outcomes)
                {
                    outcomes.Add((recipient.PersonId, sent));
                }
            }
        });
        await store.BookAsync(broadcast, outcomes, cancellationToken);
        return outcomes.Count > 0;
    }

    /// <returns>Whether it is sent; null: to be tried again.</returns>
    private async Task<bool?> SendToAsync(Broadcast broadcast, BroadcastRecipient recipient, CancellationToken cancellationToken)
    {
        var (page, app) = (new PageId(broadcast.PageId), new AppId(broadcast.AppId));
        try
        {
            var target = await recipients.FindAsync(page, new(RecipientKind.Id, recipient.Psid.ToString(CultureInfo.InvariantCulture)), cancellationToken);
            var request = SendRequest.Read(await ComposeAsync(broadcast, target, cancellationToken));
            var persona = request.PersonaId is { } wanted ? await personas.FindAsync(page, wanted, cancellationToken) : null;
            var guard = await control.EnterAsync(page, app, target.Thread, cancellationToken);
            var message = request.Message ?? throw new InvalidOperationException("A broadcast has a message.");
            var (outcome, _) = await messages.RunAsync(new(page, app, target, request, message, ClientIdOf(broadcast.Id, recipient.PersonId)) { Persona = persona }, guard, cancellationToken);
            return outcome.Status != AppendStatus.Refused;
        }
        catch (GraphException refused)
        {
            return refused.Error.IsTransient == true ? null : false;
        }
        catch (ProblemException busy) when (busy.Problem.Status is 429 or 503)
        {
            return null;
        }
    }

    private async Task<GraphValue> ComposeAsync(Broadcast broadcast, Target target, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(broadcast.Request)!.AsObject(); // Both were written as objects.
        var message = JsonNode.Parse(broadcast.Message)!.AsObject();
        if (message["dynamic_text"] is JsonObject dynamic)
        {
            var name = (await threads.FindProfileAsync(target.Person, cancellationToken))?.Name ?? "";
            message = new() { ["text"] = Personalise(dynamic, name) };
        }

        call["recipient"] = new JsonObject { ["id"] = target.Psid };
        call["message"] = message;
        return new(JsonElement.Parse(call.ToJsonString()), "");
    }

    /// <summary>A text that names the person, or the other one when there is no such name or it became too long.</summary>
    private static string Personalise(JsonObject dynamic, string name)
    {
        var (first, last) = PersonNames.Split(name);
        var text = dynamic["text"]!.GetValue<string>(); // Checked when it was made, as the other.
        if ((text.Contains("{{first_name}}", StringComparison.Ordinal) && first.Length == 0) || (text.Contains("{{last_name}}", StringComparison.Ordinal) && last.Length == 0))
        {
            return dynamic["fallback_text"]!.GetValue<string>();
        }

        var filled = text.Replace("{{first_name}}", first, StringComparison.Ordinal).Replace("{{last_name}}", last, StringComparison.Ordinal);
        return GraphValue.CountCharacters(filled) <= OutgoingMessage.TextMax ? filled : dynamic["fallback_text"]!.GetValue<string>();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(every);
        try
        {
            await woken.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    [LoggerMessage(541, LogLevel.Warning, "Broadcasts could not be sent; the next round tries again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
