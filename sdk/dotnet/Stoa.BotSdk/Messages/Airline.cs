namespace Stoa.BotSdk;

/// <summary>An element as a flight offer; title and subtitle stay the plain form. All times are local to the airport: <c>2026-06-12T07:40</c>.</summary>
public sealed record FlightOffer(string FlightNumber, Airport DepartureAirport, Airport ArrivalAirport, FlightSchedule FlightSchedule, int DurationMinutes, int Stops, FlightPrice Price)
{
    public string? Note { get; init; }

    /// <summary><c>lowest</c>, or null.</summary>
    public string? Tag { get; init; }

    public int? SeatsLeft { get; init; }

    /// <summary>An instant.</summary>
    public string? HeldUntil { get; init; }
}

public sealed record FlightPrice(string Amount, string Currency);

public sealed record Airport(string AirportCode, string City)
{
    public string? Terminal { get; init; }

    public string? Gate { get; init; }
}

public sealed record FlightSchedule(string DepartureTime)
{
    public string? BoardingTime { get; init; }

    public string? ArrivalTime { get; init; }
}

public sealed record Flight(string FlightNumber, Airport DepartureAirport, Airport ArrivalAirport, FlightSchedule FlightSchedule);

public sealed record PassField(string Label, string Value);

/// <param name="Locale">As <c>en_US</c>.</param>
public sealed record ItineraryTemplate(
    string IntroMessage, string Locale, string PnrNumber, IReadOnlyList<Passenger> PassengerInfo, IReadOnlyList<FlightSegment> FlightInfo,
    IReadOnlyList<PassengerSegment> PassengerSegmentInfo, string TotalPrice, string Currency) : Template
{
    public string? ThemeColor { get; init; }

    public string? BasePrice { get; init; }

    public string? Tax { get; init; }
}

public sealed record Passenger(string PassengerId, string Name)
{
    public string? TicketNumber { get; init; }
}

/// <param name="TravelClass"><c>economy</c>, <c>business</c> or <c>first_class</c>.</param>
public sealed record FlightSegment(
    string ConnectionId, string SegmentId, string FlightNumber, Airport DepartureAirport, Airport ArrivalAirport, FlightSchedule FlightSchedule, string TravelClass)
{
    public string? AircraftType { get; init; }
}

public sealed record PassengerSegment(string SegmentId, string PassengerId, string Seat, string SeatType)
{
    public IReadOnlyList<ProductInfo>? ProductInfo { get; init; }
}

public sealed record ProductInfo(string Title, string Value);

public sealed record CheckinTemplate(string IntroMessage, string Locale, string CheckinUrl, IReadOnlyList<Flight> FlightInfo) : Template
{
    public string? PnrNumber { get; init; }

    public string? ThemeColor { get; init; }

    /// <summary>A tap sends it as a postback instead of opening the address.</summary>
    public string? CheckinPayload { get; init; }
}

public sealed record BoardingPassTemplate(string IntroMessage, string Locale, IReadOnlyList<BoardingPass> BoardingPass) : Template
{
    public string? ThemeColor { get; init; }
}

public sealed record BoardingPass(string PassengerName, string PnrNumber, string LogoImageUrl, string AboveBarCodeImageUrl, Flight FlightInfo)
{
    public string? TravelClass { get; init; }

    public string? Seat { get; init; }

    public IReadOnlyList<PassField>? AuxiliaryFields { get; init; }

    public IReadOnlyList<PassField>? SecondaryFields { get; init; }

    /// <summary>What the drawn code says; exactly one of it and <see cref="BarcodeImageUrl"/>.</summary>
    public string? QrCode { get; init; }

    /// <summary><c>aztec</c>, <c>pdf417</c> or <c>qr</c>.</summary>
    public string? Symbology { get; init; }

    public string? BarcodeImageUrl { get; init; }
}

/// <param name="UpdateType"><c>delay</c>, <c>gate_change</c> or <c>cancellation</c>.</param>
public sealed record FlightUpdateTemplate(string UpdateType, string Locale, Flight UpdateFlightInfo) : Template
{
    public string? IntroMessage { get; init; }

    public string? PnrNumber { get; init; }

    public string? ThemeColor { get; init; }
}
