using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.BotSdk;

/// <summary>
/// The conversation that an event came from, to answer in. Every message sent while one event is handled has a key made of the event's id and the message's
/// number, so an event that is handled again, after a crash in the middle, says nothing twice.
/// </summary>
public sealed class Talk
{
    private static readonly TimeSpan[] pauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    private readonly GraphClient graph;
    private readonly string eventId;
    private readonly TimeProvider time;
    private int sent;

    internal Talk(GraphClient graph, BotEvent happened, TimeProvider time, CancellationToken cancellation)
    {
        (this.graph, this.time) = (graph, time);
        // The server takes keys of up to 200 characters.
        eventId = happened.Id.Length <= 150 ? happened.Id : WebhookSignature.Of(System.Text.Encoding.UTF8.GetBytes(happened.Id), "id");
        (Person, Cancellation) = (happened.Person, cancellation);
    }

    /// <summary>Page-scoped id.</summary>
    public string Person { get; }

    /// <summary>The bot is told to stop, or the caller has hung up.</summary>
    public CancellationToken Cancellation { get; }

    /// <returns>The message's id.</returns>
    /// <exception cref="GraphRefusedException">The server does not take it, and would not the next time.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached in three tries; the event will come again.</exception>
    public Task<string> SayAsync(string text, params IEnumerable<QuickReply> replies) => SendAsync(Message.FromText(text).With(replies));

    /// <inheritdoc cref="SayAsync"/>
    public async Task<string> SendAsync(Message message)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{eventId}#{++sent}");
        for (var attempt = 0; ; attempt++)
        {
            var outcome = await graph.SendAsync(Person, message, key, Cancellation);
            if (outcome is not GraphOutcome.Later || attempt == pauses.Length)
            {
                return outcome.Answer().TryGetProperty("message_id", out var id) ? id.GetString() ?? "" : "";
            }

            await Task.Delay(pauses[attempt], time, Cancellation);
        }
    }

    /// <summary>Shows that somebody is at it, for at most 20 seconds. Does its best.</summary>
    public Task TypeAsync() => ActAsync("typing_on");

    /// <summary>Marks everything so far as read. Does its best.</summary>
    public Task SeeAsync() => ActAsync("mark_seen");

    /// <summary>What the platform tells of the person: <c>first_name</c>, <c>last_name</c>, <c>locale</c>. Members that are not known are missing.</summary>
    public async Task<JsonElement> ReadPersonAsync() => (await graph.ReadPersonAsync(Person, Cancellation)).Answer();

    private Task<GraphOutcome> ActAsync(string action) => graph.SendAsync(Person, new JsonObject { ["sender_action"] = action }, null, Cancellation);
}
