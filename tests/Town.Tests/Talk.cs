using System.Text.Json.Nodes;
using NodaTime;
using Stoa.Town.Airline;

namespace Stoa.Town.Tests;

/// <summary>A person talking to the airline's conversation, with the desk shared by everybody in the test and a clock that is moved by hand.</summary>
internal sealed class Talk
{
    public static readonly Instant Start = Instant.FromUtc(2026, 11, 20, 9, 0);

    private readonly Conversation conversation = new(TestWorld.Gazetteer, TestWorld.Timetable);
    private readonly Desk desk;
    private readonly Random random;
    private int acts;

    public Talk(string person = "7000000000000001", Desk? desk = null, string first = "Zofia", string last = "Nowak")
    {
        this.desk = desk ?? new Desk();
        random = new Random(person.GetHashCode(StringComparison.Ordinal));
        State = new PersonState(person) { FirstName = first, LastName = last };
    }

    public Instant Now { get; set; } = Start;

    public PersonState State { get; private set; }

    /// <summary>What the airline said to the last act, without typing and seen marks.</summary>
    public IReadOnlyList<JsonObject> Said { get; private set; } = [];

    public IReadOnlyList<string> Actions { get; private set; } = [];

    public string Text => string.Join("\n", Said.Select(message => message["text"]?.GetValue<string>()).OfType<string>());

    public Talk Say(string text) => Do(new Incoming.Text(NextKey(), text));

    public Talk Press(string payload) => Do(new Incoming.Pressed(NextKey(), payload));

    /// <summary>Taps the button or quick reply with this title in the last answer.</summary>
    public Talk Tap(string title)
    {
        var reply = Replies().FirstOrDefault(r => r.Title == title);
        if (reply.Payload is not null) return Do(new Incoming.Text(NextKey(), title, reply.Payload));
        var button = Buttons().FirstOrDefault(b => b["title"]!.GetValue<string>() == title)
            ?? throw new InvalidOperationException($"No \"{title}\" among {string.Join(", ", Replies().Select(r => r.Title).Concat(Buttons().Select(b => b["title"]!.GetValue<string>())))} after: {Text}");
        return Press(button["payload"]!.GetValue<string>());
    }

    public bool AskToPay(JsonObject button) => AskToPay(button["payload"]!.GetValue<string>(), Total(button));

    public bool AskToPay(string booking, long minor, string currency = "EUR")
    {
        Do(new Incoming.AboutToPay(NextKey(), booking, currency, minor));
        return Accepted ?? throw new InvalidOperationException("A pre-checkout was not answered.");
    }

    public Talk Pay(JsonObject button, string id = "pay-1") => Do(new Incoming.Paid("payment:" + id, button["payload"]!.GetValue<string>(), id, "EUR", Total(button)));

    public bool? Accepted { get; private set; }

    public Talk Do(Incoming act)
    {
        var before = State;
        var decision = conversation.Decide(State, act, new Moment(Now, desk, bytes => random.NextBytes(bytes), "http://127.0.0.1:1"));
        desk.Replace(before, decision.State);
        Accepted = decision.Accepts;
        var bodies = decision.State.Outbox.Select(message => JsonNode.Parse(message.Body)!.AsObject()).ToArray();
        Said = [.. bodies.Select(body => body["message"]?.AsObject()).OfType<JsonObject>()];
        Actions = [.. bodies.Select(body => body["sender_action"]?.GetValue<string>()).OfType<string>()];
        State = decision.State with { Outbox = [] };
        return this;
    }

    public JsonObject? Template(string type) =>
        Said.Select(message => message["attachment"]?["payload"]?.AsObject()).OfType<JsonObject>().LastOrDefault(payload => payload["template_type"]!.GetValue<string>() == type);

    public IReadOnlyList<JsonObject> Offers => [.. Template("generic")?["elements"]!.AsArray().Select(e => e!.AsObject()) ?? []];

    public JsonObject PayButton => Buttons().Single(button => button["type"]!.GetValue<string>() == "payment");

    public IReadOnlyList<(string Title, string? Payload)> Replies() =>
        [.. Said.SelectMany(message => message["quick_replies"]?.AsArray() ?? []).Select(r => (r!["title"]!.GetValue<string>(), (string?)r["payload"]!.GetValue<string>()))];

    public IEnumerable<JsonObject> Buttons() => Said
        .SelectMany(message => message["attachment"]?["payload"]?["elements"]?.AsArray() ?? [])
        .SelectMany(element => element!["buttons"]?.AsArray() ?? []).Select(button => button!.AsObject());

    /// <summary>From nothing to the price with its pay button.</summary>
    public JsonObject ToPayment(string search = "Amsterdam to Tel Aviv on 12 December", int offer = 0, string seat = "Window")
    {
        Say(search);
        Press(Offers[offer]["buttons"]![0]!["payload"]!.GetValue<string>());
        Tap($"{State.FirstName} {State.LastName}");
        Tap(seat);
        return PayButton;
    }

    public static long Total(JsonObject button) =>
        button["payment_summary"]!["price_list"]!.AsArray().Sum(line => (long)(decimal.Parse(line!["amount"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) * 100));

    private string NextKey() => $"{State.Id}-{++acts}";
}
