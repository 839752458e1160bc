using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Stoa.BotSdk;

namespace Stoa.Town.Airline;

/// <summary>The airline at work: takes what the bot hears, lets the conversation decide, writes, and hands the answer to the outbox.</summary>
internal sealed class AirlineBot
{
    /// <summary>A name is nice to have; a conversation is not held up for it.</summary>
    private static readonly TimeSpan ProfileTimeout = TimeSpan.FromSeconds(3);

    private readonly Conversation conversation;
    private readonly PersonStore store;
    private readonly Bot bot;
    private readonly TimeProvider time;

    /// <param name="bot">Gets its handlers here. What was handled stands in the store, with what came of it.</param>
    public AirlineBot(Conversation conversation, PersonStore store, Bot bot, TimeProvider time)
    {
        (this.conversation, this.store, this.bot, this.time) = (conversation, store, bot, time);
        bot.OnPreCheckout(async (asked, _) => await HandleAsync(asked) ?? false).On<BotEvent>((happened, _) => HandleAsync(happened));
    }

    /// <summary>Where this program listens, without a slash at the end.</summary>
    public string Address { get; set; } = "";

    public BotApi.Outbox? Outbox { get; set; }

    /// <summary>Names the data that numbers the messages: a town that begins anew counts from one again.</summary>
    public required string Data { get; init; }

    /// <summary>Under a key that is the same at each try, also by a later run of this program: the server takes it once.</summary>
    public Task<GraphOutcome> SendAsync(string person, Outgoing message, CancellationToken cancellation) =>
        bot.Options.AccessToken.Length > 0
            ? bot.Graph.SendAsync(
                person, JsonNode.Parse(message.Body)!.AsObject(), // Made by Messages, always an object.
                string.Create(CultureInfo.InvariantCulture, $"{Data}:{person}#{message.Number}"), cancellation)
            : Task.FromResult<GraphOutcome>(new GraphOutcome.Later("not registered yet"));

    /// <returns>The answer to a pre-checkout; null for anything else.</returns>
    private async Task<bool?> HandleAsync(BotEvent happened)
    {
        if (happened.Person.Length == 0 || ReadAct.From(happened) is not { } act) return null;
        var profile = store.Read(happened.Person).FirstName is null ? await ProfileAsync(happened.Person) : null;
        var decision = store.Decide(happened.Person, (state, desk) =>
        {
            if (profile is var (first, last) && state.FirstName is null) state = state with { FirstName = first, LastName = last };
            return conversation.Decide(state, act, new Moment(Instant.FromDateTimeOffset(happened.At), desk, RandomNumberGenerator.Fill, Address));
        });
        if (decision.State.Outbox.Count > 0) Outbox?.Wake(happened.Person);
        return decision.Accepts;
    }

    private async Task<(string First, string Last)?> ProfileAsync(string person)
    {
        if (bot.Options.AccessToken.Length == 0) return null;
        using var limit = new CancellationTokenSource(ProfileTimeout, time);
        try
        {
            if (await bot.Graph.ReadPersonAsync(person, limit.Token) is not GraphOutcome.Done done) return null;
            return Text(done.Body, "first_name") is { } first ? (first, Text(done.Body, "last_name") ?? "") : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
