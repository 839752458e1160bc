using System.Text.Json.Nodes;
using NodaTime;
using Stoa.Town.Flights;
using Stoa.Town.Geography;

namespace Stoa.Town.Airline;

/// <summary>One act of a person being answered: the state as it becomes, and what is said on the way.</summary>
internal sealed class Turn(PersonState state, Moment moment)
{
    public PersonState State { get; set; } = state;

    public Moment Moment { get; } = moment;

    public Instant Now => Moment.Now;

    /// <summary>Answer to a pre-checkout; null for anything else.</summary>
    public bool? Accepts { get; set; }

    public string Hello => State.FirstName is { Length: > 0 and <= 30 } name ? $", {name}" : "";

    public LocalDate Today(string? zone) => Now.InZone(DateTimeZoneProviders.Tzdb[zone ?? "UTC"]).Date;

    public LocalDate Today(Airport airport) => Today(airport.Zone);

    public void Say(string text, params IEnumerable<Reply> replies) => Send(Messages.Text(text, replies));

    public void Send(JsonObject body) => Queue(body, false);

    /// <summary>The answer takes a moment: shows that somebody is at it.</summary>
    public void Typing() => Queue(Messages.Action("typing_on"), true);

    public void Seen() => Queue(Messages.Action("mark_seen"), true);

    public bool Claimed(string flightKey, string seat, string? booking = null) => Moment.Desk.Claimed(flightKey, seat, booking, Now);

    public int SeatsLeft(Itinerary journey) => journey.Flights.Min(flight => flight.Cabin.SeatsLeft(flight.Key, seat => Claimed(flight.Key, seat)));

    private void Queue(JsonObject body, bool fleeting) => State = State with
    {
        Outbox = [.. State.Outbox, new Outgoing(State.NextMessage, body.ToJsonString(), fleeting)],
        NextMessage = State.NextMessage + 1,
    };
}
