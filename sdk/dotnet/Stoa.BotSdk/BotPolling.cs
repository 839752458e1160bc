using System.Text.Json;

namespace Stoa.BotSdk;

/// <summary>For a bot that the server cannot reach: asks for events instead of being called.</summary>
public static class BotPolling
{
    /// <summary>The longest the server lets an empty answer wait is 25 seconds; a call of ours ends after 15.</summary>
    private const int PatienceSeconds = 10;

    private static readonly TimeSpan firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan longestPause = TimeSpan.FromSeconds(30);

    /// <summary>Until it is told to stop. What was handled is acknowledged with the next question; what failed is asked for again.</summary>
    /// <param name="ready">Called once, when the server has first answered.</param>
    /// <exception cref="GraphRefusedException">The token is wrong, or the app was not made with <c>polling</c>.</exception>
    public static async Task PollAsync(this Bot bot, TimeProvider time, Action? ready, CancellationToken stop)
    {
        string? after = null;
        var pause = firstPause;
        while (true)
        {
            var outcome = await bot.Graph.CallAsync(
                HttpMethod.Get, $"me/updates?limit=100&timeout={(ready is null ? PatienceSeconds : 0)}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}", null, stop);
            if (outcome is GraphOutcome.Refused)
            {
                _ = outcome.Answer();
            }

            if (outcome is GraphOutcome.Done done)
            {
                ready?.Invoke();
                ready = null;
                after = null;
                if (await HandleAsync(bot, done.Body, stop))
                {
                    after = Cursor(done.Body);
                    pause = firstPause;
                    continue;
                }
            }

            await Task.Delay(pause, time, stop);
            pause = TimeSpan.FromTicks(Math.Min(longestPause.Ticks, pause.Ticks * 2));
        }
    }

    /// <returns>False: something failed. Nothing is acknowledged then; what was handled is known when it comes again.</returns>
    private static async Task<bool> HandleAsync(Bot bot, JsonElement answer, CancellationToken stop)
    {
        var well = true;
        // A person's events after one that failed must wait for it.
        var held = new HashSet<string>();
        foreach (var update in answer.GetProperty("data").EnumerateArray())
        {
            foreach (var happened in ReadEvents.From(update.GetProperty("update"), update.GetProperty("id").GetString() ?? ""))
            {
                if (held.Contains(happened.Person))
                {
                    continue;
                }

                try
                {
                    _ = await bot.HandleAsync(happened, stop);
                }
#pragma warning disable CA1031 // What a handler throws is its author's; the event is asked for again, and the log says why.
                catch (Exception failure) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    bot.Complain(failure, happened.Id);
                    held.Add(happened.Person);
                    well = false;
                }
            }
        }

        return well;
    }

    private static string? Cursor(JsonElement answer) =>
        answer.TryGetProperty("paging", out var paging) ? paging.GetProperty("cursors").GetProperty("after").GetString() : null;
}
