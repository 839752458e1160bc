using System.Text.Json.Nodes;

namespace Stoa.Town.Airline;

/// <summary>After the payment: check-in, boarding pass, and what one has booked.</summary>
internal sealed partial class Conversation
{
    private const int TripsMost = 10;

    private void ListTrips(Turn turn)
    {
        var trips = turn.State.Bookings.Where(booking => booking.HasTicket).Select(booking => (Booking: booking, Journey: Journey(booking)))
            .Where(trip => trip.Journey.Last.Arrival.ToInstant() > turn.Now)
            .OrderBy(trip => trip.Journey.First.Departure.ToInstant()).ToArray();
        if (trips.Length == 0)
        {
            var flown = turn.State.Bookings.Any(booking => booking.HasTicket);
            turn.Say(flown ? "All your trips are flown. Time for a new one?" : "You have no trips yet. Shall we find one?", new Reply("Book a flight", Payloads.Book), new Reply("What can you do?", Payloads.Help));
            return;
        }
        turn.Say(trips.Length == 1 ? "Here is your trip." : $"Here are your {(trips.Length > TripsMost ? $"next {TripsMost} of {trips.Length}" : trips.Length)} trips.");
        turn.Send(Messages.Generic(
            trips.Take(TripsMost).Select(trip => new JsonObject
            {
                ["title"] = Messages.Cut($"{trip.Journey.First.From.City} to {trip.Journey.Last.To.City}, {Words.ShortDay(trip.Journey.First.Date)}", 80),
                ["subtitle"] = Messages.Cut($"{Spoken(trip.Journey)} · {trip.Booking.Pnr} · {Name(trip.Booking).Spoken} · {Words.Seats(trip.Booking.Seats)}", 80),
                ["buttons"] = new JsonArray(
                    Messages.Postback(trip.Booking.Status == BookingStatus.CheckedIn ? "Boarding pass" : "Check in", Payloads.CheckIn(trip.Booking.Key)),
                    Messages.Postback("Itinerary", Payloads.Show(trip.Booking.Key))),
            }),
            new Reply("Book a flight", Payloads.Book)));
    }

    /// <summary>Checks in on every flight of the journey; a second time shows the pass again.</summary>
    private void CheckIn(Turn turn, string key)
    {
        if (turn.State.Find(key) is not { HasTicket: true } booking)
        {
            turn.Say("There is no paid ticket behind that button, so I can't check in.", MainReplies(turn));
            return;
        }
        var journey = Journey(booking);
        if (journey.First.Departure.ToInstant() <= turn.Now)
        {
            turn.Say($"{Spoken(journey)} left on {Words.ShortDay(journey.First.Date)}, so check-in is closed.", MainReplies(turn));
            return;
        }
        var intro = "You're already checked in. Here is your boarding pass again.";
        if (booking.Status == BookingStatus.Ticketed)
        {
            intro = journey.Stops == 0 ? "You're checked in. Here is your boarding pass." : "You're checked in for both flights. Each has its pass; the code is good at both gates.";
            booking = booking with { Status = BookingStatus.CheckedIn, Sequences = [.. journey.Flights.Select(flight => turn.Moment.Desk.LastSequence(flight.Key) + 1)] };
            turn.State = turn.State.With(booking);
        }
        turn.Send(Messages.BoardingPass(
            booking, journey, Name(booking), intro, turn.Moment.Address,
            new Reply("The way back", Payloads.Route(journey.Last.To.Code, journey.First.From.Code)), new Reply("My trips", Payloads.Trips)));
    }

    private void CheckInFromWords(Turn turn)
    {
        var open = turn.State.Bookings.Where(booking => booking.HasTicket && Journey(booking).First.Departure.ToInstant() > turn.Now).ToArray();
        if (open.Length == 1) CheckIn(turn, open[0].Key);
        else ListTrips(turn);
    }

    private void Show(Turn turn, string key)
    {
        if (turn.State.Find(key) is not { } booking)
        {
            turn.Say("I don't know that booking.", MainReplies(turn));
            return;
        }
        if (booking.HasTicket) ShowTicket(turn, booking);
        else if (Open(turn, key) is { } open) GoOn(turn, open, "It isn't paid yet.");
    }

    private void ShowTicket(Turn turn, Booking booking)
    {
        var journey = Journey(booking);
        turn.Send(Messages.Itinerary(booking, journey, Name(booking), $"Your trip to {journey.Last.To.City}"));
        if (journey.First.Departure.ToInstant() <= turn.Now) return;
        if (booking.Status == BookingStatus.CheckedIn) CheckIn(turn, booking.Key);
        else turn.Send(Messages.CheckIn(booking, journey, "Check-in is open early in this demo.", turn.Moment.Address));
    }
}
