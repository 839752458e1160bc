using Stoa.Town.Flights;
using Stoa.Town.Passes;

namespace Stoa.Town.Airline;

/// <summary>The string behind the boarding pass's barcode.</summary>
internal static class BoardingCode
{
    /// <summary>
    /// Every flight of the journey in one string, mandatory fields only: 60 characters make an Aztec code of 27 modules,
    /// which a phone shows large; the conditional part would double it and tell the gate nothing more.
    /// </summary>
    /// <param name="booking">Checked in on every flight.</param>
    public static string For(Booking booking, Itinerary journey, PassengerName name) => WriteBcbp.Write(new Bcbp(
        name.ForPass(),
        [.. journey.Flights.Select((flight, i) => new BcbpLeg
        {
            Pnr = booking.Pnr!, // given with the ticket, and only ticketed bookings are checked in
            From = flight.From.Code,
            To = flight.To.Code,
            Carrier = flight.Airline,
            FlightNumber = flight.Number,
            DayOfYear = flight.Date.DayOfYear,
            Seat = booking.Seats[i],
            Sequence = booking.Sequences[i],
        })]));
}
