using System.Globalization;

namespace Stoa.Protocol.Graph.Templates;

/// <summary>An airport in an airline template.</summary>
/// <param name="Code">IATA.</param>
public sealed record Airport(string Code, string City, string? Terminal, string? Gate)
{
    internal static Airport Read(GraphValue value) => new(
        value.Members()["airport_code"].Text(4), value["city"].Text(100), value["terminal"].TextOrNumber(40), value["gate"].TextOrNumber(40));
}

/// <summary>Times local to each airport, without zone.</summary>
public sealed record FlightSchedule(string? Boarding, string Departure, string? Arrival)
{
    internal static FlightSchedule Read(GraphValue value) => new(
        value.Members()["boarding_time"].LocalTimeOrNull(), value["departure_time"].LocalTime(), value["arrival_time"].LocalTimeOrNull());
}

/// <summary>One flight.</summary>
public sealed record FlightInfo(string FlightNumber, Airport Departure, Airport Arrival, FlightSchedule Schedule)
{
    internal static FlightInfo Read(GraphValue value) => new(
        value.Members()["flight_number"].Text(20), Airport.Read(value["departure_airport"]), Airport.Read(value["arrival_airport"]),
        FlightSchedule.Read(value["flight_schedule"]));
}

/// <summary>What all airline templates begin with.</summary>
public sealed record AirlineIntro(string Message, string Locale)
{
    internal static AirlineIntro Read(GraphValue value)
    {
        CheckColor(value);
        return new(value["intro_message"].Text(Template.ShownTextMax), value["locale"].Text(20));
    }

    internal static void CheckColor(GraphValue value)
    {
        if (value["theme_color"].TextOrNull(20) is { } color && !IsColor(color))
        {
            throw value["theme_color"].Wrong("Param name_placeholder[theme_color] must be a color as #009ddc.");
        }
    }

    private static bool IsColor(string text) =>
        text.Length == 7 && text[0] == '#' && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
}

/// <summary>A booking: who flies, when, where they sit and what it cost.</summary>
public sealed record AirlineItinerary(AirlineIntro Intro, string BookingCode, IReadOnlyList<FlightInfo> Flights, string TotalPrice, string Currency) : Template
{
    internal static AirlineItinerary ReadItinerary(GraphValue value)
    {
        var intro = AirlineIntro.Read(value);
        var passengers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var passenger in value["passenger_info"].List(1, 50))
        {
            _ = passenger["name"].Text(200);
            _ = passenger["ticket_number"].TextOrNumber(40);
            AddUnique(passengers, passenger["passenger_id"]);
        }

        var segments = new HashSet<string>(StringComparer.Ordinal);
        var flights = new List<FlightInfo>();
        foreach (var flight in value["flight_info"].List(1, 50))
        {
            flights.Add(FlightInfo.Read(flight));
            _ = ReadId(flight["connection_id"]);
            _ = flight["flight_schedule"]["arrival_time"].LocalTime();
            _ = flight["travel_class"].Required().OneOf("economy", "business", "first_class");
            _ = flight["aircraft_type"].TextOrNull(100);
            AddUnique(segments, flight["segment_id"]);
        }

        foreach (var seat in value["passenger_segment_info"].List(1, 500))
        {
            CheckSeat(seat, passengers, segments);
        }

        foreach (var price in value["price_info"].ListOrNone(4))
        {
            _ = price["title"].Text(200);
            _ = price["amount"].Amount();
            _ = price["currency"].TextOrNull(3);
        }

        _ = value["base_price"].AmountOrNull();
        _ = value["tax"].AmountOrNull();
        return new(intro, value["pnr_number"].Text(40), flights, value["total_price"].Amount(), value["currency"].Text(3));
    }

    private static void CheckSeat(GraphValue seat, HashSet<string> passengers, HashSet<string> segments)
    {
        if (!segments.Contains(ReadId(seat["segment_id"])))
        {
            throw seat["segment_id"].Wrong("There is no flight_info with this segment_id.");
        }

        if (!passengers.Contains(ReadId(seat["passenger_id"])))
        {
            throw seat["passenger_id"].Wrong("There is no passenger_info with this passenger_id.");
        }

        _ = seat["seat"].Text(20);
        _ = seat["seat_type"].Text(100);
        foreach (var product in seat["product_info"].ListOrNone(4))
        {
            _ = product["title"].Text(200);
            _ = product["value"].Text(200);
        }
    }

    private static string ReadId(GraphValue value) => value.Required().TextOrNumber(100)!; // Required just said that it is there.

    private static void AddUnique(HashSet<string> seen, GraphValue id)
    {
        if (!seen.Add(ReadId(id)))
        {
            throw id.Wrong("The id stands twice in this message.");
        }
    }
}

/// <summary>Check-in is open.</summary>
public sealed record AirlineCheckin(AirlineIntro Intro, string CheckinUrl, IReadOnlyList<FlightInfo> Flights, string? CheckinPayload) : Template
{
    internal static AirlineCheckin ReadCheckin(GraphValue value)
    {
        var intro = AirlineIntro.Read(value);
        _ = value["pnr_number"].TextOrNull(40);
        return new(
            intro, value["checkin_url"].Url(), [.. value["flight_info"].List(1, 50).Select(FlightInfo.Read)],
            value["checkin_payload"].TextOrNumber(Button.PayloadMax));
    }
}

/// <summary>One boarding pass for each passenger and flight.</summary>
public sealed record AirlineBoardingPass(AirlineIntro Intro, IReadOnlyList<BoardingPass> Passes) : Template
{
    internal static AirlineBoardingPass ReadBoardingPass(GraphValue value) =>
        new(AirlineIntro.Read(value), [.. value["boarding_pass"].List(1, 50).Select(BoardingPass.Read)]);
}

/// <param name="Barcode">The content that the client draws, or null when the pass brings a picture of it.</param>
public sealed record BoardingPass(string PassengerName, string BookingCode, FlightInfo Flight, string? Barcode)
{
    internal static BoardingPass Read(GraphValue value)
    {
        var name = value.Members()["passenger_name"].Text(200);
        if (value["qr_code"].Exists == value["barcode_image_url"].Exists)
        {
            throw value["qr_code"].Wrong("A boarding pass needs exactly one of qr_code and barcode_image_url.");
        }

        _ = value["barcode_image_url"].UrlOrNull();
        _ = value["symbology"].OneOf("aztec", "pdf417", "qr");
        _ = value["logo_image_url"].Url();
        _ = value["above_bar_code_image_url"].Url();
        _ = value["header_image_url"].UrlOrNull();
        _ = value["travel_class"].OneOf("economy", "business", "first_class");
        _ = value["seat"].TextOrNull(20);
        CheckFields(value["auxiliary_fields"]);
        CheckFields(value["secondary_fields"]);
        if (value["header_text_field"].Exists)
        {
            CheckField(value["header_text_field"]);
        }

        return new(name, value["pnr_number"].Text(40), FlightInfo.Read(value["flight_info"]), value["qr_code"].Exists ? value["qr_code"].Text(2000) : null);
    }

    private static void CheckFields(GraphValue list)
    {
        foreach (var field in list.ListOrNone(5))
        {
            CheckField(field);
        }
    }

    private static void CheckField(GraphValue field)
    {
        _ = field["label"].Text(100);
        _ = field["value"].Text(200);
    }
}
