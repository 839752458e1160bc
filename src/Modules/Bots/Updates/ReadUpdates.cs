using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Updates;

/// <summary>
/// <c>GET /me/updates</c>: the events of a page for a bot without an address of its own (docs/protocol/webhooks.md, "Polling"). What it was given is given
/// again until it asks for what comes after; within a thread in order and without gaps, as for everybody.
/// </summary>
internal static class ReadUpdates
{
    private const int Otherwise = 25;
    private const int Most = 100;
    private const int WaitsAtMost = 25;

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var updates = call.Http.RequestServices.GetRequiredService<UpdateStore>();
        if (!await updates.PollsAsync(call.Caller.App, cancellationToken))
        {
            throw new GraphException(GraphError.Parameter("This app is called at its callback address; one that asks for its events is made with polling.", path: "access_token"));
        }

        var limit = ReadNumber(call.Parameters["limit"], 1, Most) ?? Otherwise;
        var patience = TimeSpan.FromSeconds(ReadNumber(call.Parameters["timeout"], 0, WaitsAtMost) ?? 0);
        if (call.Parameters["after"].TextOrNumber(20_000) is { Length: > 0 } cursor)
        {
            await updates.AcknowledgeAsync(page, call.Caller.App, Decode(cursor) ?? throw call.Parameters["after"].Wrong("Param after is no cursor of this list."), cancellationToken);
        }

        var found = await updates.WaitAsync(page, call.Caller.App, limit, patience, cancellationToken);
        var answer = new JsonObject
        {
            ["data"] = new JsonArray([.. found.Select(update => new JsonObject
            {
                ["id"] = update.WebhookId.ToString(),
                ["sequence"] = update.Number,
                ["update"] = JsonNode.Parse(update.Body),
            })]),
        };
        if (found.Count > 0)
        {
            answer["paging"] = new JsonObject { ["cursors"] = new JsonObject { ["after"] = Encode(found) } };
        }

        await call.AnswerAsync(answer);
    }

    /// <summary>Of each lane the last number that was given.</summary>
    private static string Encode(IReadOnlyList<Update> updates) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Join(';', updates
        .GroupBy(u => u.ThreadId).Select(lane => string.Create(CultureInfo.InvariantCulture, $"{lane.Key}.{lane.Max(u => u.Number)}")))));

    private static List<(ThreadId Thread, long Number)>? Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        if (!Convert.TryFromBase64String(cursor, bytes, out var length))
        {
            return null;
        }

        var lanes = new List<(ThreadId, long)>();
        foreach (var lane in Encoding.ASCII.GetString(bytes, 0, length).Split(';'))
        {
            if (lane.Split('.') is not [var thread, var number] || !WireIds.TryParse(thread, out var id) || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                return null;
            }

            lanes.Add((new(id), last));
        }

        return lanes.Count <= Most ? lanes : null;
    }

    private static int? ReadNumber(GraphValue value, int least, int most) =>
        !value.Exists ? null
        : int.TryParse(value.TextOrNumber(9), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw value.Wrong($"Param {value.Path} must be a whole number from {least} to {most}.");
}
