using System.Globalization;
using NodaTime;

namespace Stoa.Town.Flights;

/// <summary>What a journey costs one person, in euro cents.</summary>
internal readonly record struct Fare(long BaseMinor, long TaxesMinor)
{
    public const string Currency = "EUR";

    public long TotalMinor => BaseMinor + TaxesMinor;

    /// <summary>18900 as "189.00": the form the wire wants.</summary>
    public static string Amount(long minor) => string.Create(CultureInfo.InvariantCulture, $"{minor / 100}.{minor % 100:00}");

    /// <summary>18900 as "EUR 189.00".</summary>
    public static string Spoken(long minor) => $"{Currency} {Amount(minor)}";
}

/// <summary>Fares made of distance, weekday and a hash of flight and date: the same question on the same day has the same answer.</summary>
internal static class Fares
{
    /// <param name="today">The day of asking, at the first airport: late bookings cost more.</param>
    public static Fare For(Itinerary itinerary, LocalDate today)
    {
        var days = Period.Between(today, itinerary.First.Date, PeriodUnits.Days).Days;
        // A change is a nuisance: it costs less than the two flights alone.
        var joined = itinerary.Stops == 0 ? 100 : 82;
        long fare = 0, taxes = 0;
        foreach (var flight in itinerary.Flights)
        {
            var km = flight.From.KmTo(flight.To);
            var cents = 2200 + 7.5 * Math.Min(km, 1500) + 4.5 * Math.Max(0, km - 1500);
            var perMille = (800 + StableHash.Below(500, flight.Designator, "fare")) * (920 + StableHash.Below(180, flight.Key, "fare")) / 1000;
            fare += (long)(cents * perMille / 1000) * Weekday(flight.Date.DayOfWeek) / 100 * Ahead(days) / 100 * joined / 100;
            taxes += 1240 + (long)(km * 0.4);
        }
        return new Fare(ToTenCents(fare), ToTenCents(taxes));
    }

    private static int Weekday(IsoDayOfWeek day) => day switch
    {
        IsoDayOfWeek.Friday or IsoDayOfWeek.Sunday => 114,
        IsoDayOfWeek.Tuesday or IsoDayOfWeek.Wednesday => 92,
        _ => 100,
    };

    private static int Ahead(int days) => days switch { < 3 => 145, < 7 => 124, < 14 => 110, < 60 => 100, _ => 93 };

    private static long ToTenCents(long cents) => (cents + 5) / 10 * 10;
}
