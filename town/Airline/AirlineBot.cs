using System.Security.Cryptography;
using System.Text.Json;
using Stoa.Town.BotApi;

namespace Stoa.Town.Airline;

/// <summary>The airline at work: takes what the webhook brings, lets the conversation decide, writes, and hands the answer to the outbox.</summary>
internal sealed class AirlineBot(Conversation conversation, PersonStore store, GraphClient graph, TimeProvider time)
{
    /// <summary>A name is nice to have; a conversation is not held up for it.</summary>
    private static readonly TimeSpan ProfileTimeout = TimeSpan.FromSeconds(3);

    public string VerifyToken { get; set; } = "";

    public string? AppSecret => Credentials?.AppSecret;

    public BotCredentials? Credentials { get; set; }

    /// <summary>Where this program listens, without a slash at the end.</summary>
    public string Address { get; set; } = "";

    public Outbox? Outbox { get; set; }

    /// <returns>The answer to a pre-checkout; null for anything else.</returns>
    public async Task<bool?> HandleAsync(WebhookEvent received)
    {
        var profile = store.Read(received.Person).FirstName is null ? await ProfileAsync(received.Person) : null;
        var decision = store.Decide(received.Person, (state, desk) =>
        {
            if (profile is var (first, last) && state.FirstName is null) state = state with { FirstName = first, LastName = last };
            return conversation.Decide(state, received.Act, new Moment(received.At, desk, RandomNumberGenerator.Fill, Address));
        });
        if (decision.State.Outbox.Count > 0) Outbox?.Wake(received.Person);
        return decision.Accepts;
    }

    public Task<GraphOutcome> SendAsync(string person, string body, CancellationToken cancellation) =>
        Credentials is { } credentials
            ? graph.SendAsync(credentials.AccessToken, person, body, cancellation)
            : Task.FromResult<GraphOutcome>(new GraphOutcome.Later("not registered yet"));

    private async Task<(string First, string Last)?> ProfileAsync(string person)
    {
        if (Credentials is not { } credentials) return null;
        using var limit = new CancellationTokenSource(ProfileTimeout, time);
        try
        {
            if (await graph.ReadPersonAsync(credentials.AccessToken, person, limit.Token) is not GraphOutcome.Done done) return null;
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
