using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Stoa.Town.Geography;

namespace Stoa.Town.Flights;

/// <summary>One departure on one day.</summary>
/// <param name="Airline">Designator of the airline that flies it, KL.</param>
/// <param name="Number">100 to 9986.</param>
/// <param name="Departure">Wall time and zone of the first airport.</param>
/// <param name="Arrival">Wall time and zone of the second.</param>
internal sealed record Flight(string Airline, int Number, string AirlineName, Airport From, Airport To, ZonedDateTime Departure, ZonedDateTime Arrival)
{
    /// <summary>KL461: with the date of departure it is one flight.</summary>
    public string Designator => Airline + Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>KL 461, for people.</summary>
    public string Spoken => Airline + " " + Number.ToString(CultureInfo.InvariantCulture);

    public LocalDate Date => Departure.Date;

    public int Minutes => (int)(Arrival.ToInstant() - Departure.ToInstant()).TotalMinutes;

    /// <summary>KL461-20261212: this flight on its day, in payloads and in the book of seats.</summary>
    public string Key => $"{Designator}-{LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd").Format(Date)}";

    public Cabin Cabin => Cabin.For(From.KmTo(To));
}

/// <summary>One to two flights from where somebody is to where they want to be.</summary>
internal sealed record Itinerary(IReadOnlyList<Flight> Flights)
{
    public Flight First => Flights[0];

    public Flight Last => Flights[^1];

    public int Stops => Flights.Count - 1;

    public int Minutes => (int)(Last.Arrival.ToInstant() - First.Departure.ToInstant()).TotalMinutes;

    /// <summary>Calendar days between the first wall clock and the last: 1 is "+1"; over the date line it may be −1.</summary>
    public int DaysLater => Period.Between(First.Departure.Date, Last.Arrival.Date, PeriodUnits.Days).Days;

    /// <summary>KL461-20261212 or LO266-20261212_LO155-20261212.</summary>
    public string Key => string.Join('_', Flights.Select(flight => flight.Key));

    public string Designators => string.Join(", ", Flights.Select(flight => flight.Designator));
}
