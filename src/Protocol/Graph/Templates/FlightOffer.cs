using Stoa.Kernel;

namespace Stoa.Protocol.Graph.Templates;

/// <summary>Stoa's addition to an element of a generic template: the element is a flight one can choose (docs/protocol/extensions.md).</summary>
public sealed record FlightOffer(
    string FlightNumber, Airport Departure, Airport Arrival, FlightSchedule Schedule, int DurationMinutes, int Stops, Money Price)
{
    internal static FlightOffer? Read(GraphValue value)
    {
        if (!value.Exists)
        {
            return null;
        }

        var schedule = FlightSchedule.Read(value.Members()["flight_schedule"]);
        _ = schedule.Arrival ?? value["flight_schedule"]["arrival_time"].LocalTime();
        _ = value["tag"].OneOf("lowest");
        _ = value["note"].TextOrNull(200);
        if (value["held_until"].TextOrNull(40) is { } until
            && !DateTimeOffset.TryParse(until, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out _))
        {
            throw value["held_until"].Wrong("held_until must be an instant as 2026-06-01T10:02:00Z.");
        }

        if (value["seats_left"].Exists)
        {
            _ = ReadCount(value["seats_left"], 1000);
        }

        return new(
            value["flight_number"].Text(20), Airport.Read(value["departure_airport"]), Airport.Read(value["arrival_airport"]), schedule,
            ReadCount(value["duration_minutes"], 10_000), ReadCount(value["stops"], 20), ReadPrice(value["price"]));
    }

    private static int ReadCount(GraphValue value, int most) =>
        int.TryParse(value.Amount(), System.Globalization.CultureInfo.InvariantCulture, out var count) && count >= 0 && count <= most
            ? count
            : throw value.Wrong($"Param {value.Path} must be a whole number from 0 to {most}.");

    private static Money ReadPrice(GraphValue value)
    {
        if (!Currency.TryOf(value.Members()["currency"].Text(3), out var currency))
        {
            throw value["currency"].Wrong($"Param {value["currency"].Path} must be an ISO 4217 currency code.");
        }

        return Money.TryParseDecimal(value["amount"].Amount(), currency, out var amount)
            ? amount
            : throw value["amount"].Wrong($"Param {value["amount"].Path} must be a decimal amount.");
    }
}
