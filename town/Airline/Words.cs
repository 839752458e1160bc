using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Stoa.Town.Flights;

namespace Stoa.Town.Airline;

/// <summary>How the airline says days, times and seats. Times are the airport's own.</summary>
internal static class Words
{
    public static readonly Duration BoardingBefore = Duration.FromMinutes(40);

    private static readonly LocalDatePattern LongDayPattern = LocalDatePattern.CreateWithInvariantCulture("dddd d MMMM");
    private static readonly LocalDatePattern LongDayYearPattern = LocalDatePattern.CreateWithInvariantCulture("dddd d MMMM yyyy");
    private static readonly LocalDatePattern ShortDayPattern = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM");
    private static readonly LocalTimePattern TimePattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly LocalDateTimePattern PassPattern = LocalDateTimePattern.CreateWithInvariantCulture("ddMMM HH:mm");

    /// <summary>"Saturday 12 December", with the year once it is another one.</summary>
    public static string Day(LocalDate date, LocalDate today) => (date.Year == today.Year ? LongDayPattern : LongDayYearPattern).Format(date);

    /// <summary>"Sat 12 Dec".</summary>
    public static string ShortDay(LocalDate date) => ShortDayPattern.Format(date);

    /// <summary>"12DEC 07:40".</summary>
    public static string PassDay(LocalDateTime at) => PassPattern.Format(at).ToUpperInvariant();

    public static string Time(ZonedDateTime at) => TimePattern.Format(at.TimeOfDay);

    public static ZonedDateTime Boarding(Flight flight) => flight.Departure.Minus(BoardingBefore);

    /// <summary>"07:40 to 13:30", "22:10 to 06:05 (+1)".</summary>
    public static string Times(Itinerary journey) =>
        $"{Time(journey.First.Departure)} to {Time(journey.Last.Arrival)}" + (journey.DaysLater == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({journey.DaysLater:+0;−0})"));

    /// <summary>"2 h 40".</summary>
    public static string Span(int minutes) => minutes < 60 ? $"{minutes} min" : string.Create(CultureInfo.InvariantCulture, $"{minutes / 60} h {minutes % 60:00}");

    public static string Seats(IReadOnlyList<string> seats) => seats.All(seat => seat.Length == 0)
        ? "seat at the gate"
        : (seats.Count == 1 ? "seat " : "seats ") + string.Join(" and ", seats.Select(seat => seat.Length > 0 ? seat : "at the gate"));

    /// <summary>From the back of the cabin to the front: 1 boards first.</summary>
    public static string Group(Flight flight, string seat)
    {
        if (seat.Length == 0) return "4";
        var row = int.Parse(seat.AsSpan(0, seat.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return (1 + (flight.Cabin.Rows - row) * 4 / flight.Cabin.Rows).ToString(CultureInfo.InvariantCulture);
    }
}
