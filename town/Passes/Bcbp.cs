namespace Stoa.Town.Passes;

/// <summary>What the barcode of a boarding pass says: IATA Resolution 792, format M.</summary>
/// <param name="Name">SURNAME/GIVEN, at most 20 of A–Z, space, hyphen and slash.</param>
/// <param name="Legs">One to four.</param>
internal sealed record Bcbp(string Name, IReadOnlyList<BcbpLeg> Legs)
{
    public bool ElectronicTicket { get; init; } = true;

    /// <summary>The conditional part that stands once, or null.</summary>
    public BcbpIssue? Issue { get; init; }

    /// <summary>Type and data of the security field, or null.</summary>
    public (char Type, string Data)? Security { get; init; }
}

/// <summary>One flight of a pass; text is given without its padding.</summary>
internal sealed record BcbpLeg
{
    /// <summary>The operating carrier's booking code, 5 to 7 characters.</summary>
    public required string Pnr { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>Operating carrier, two or three characters.</summary>
    public required string Carrier { get; init; }

    /// <summary>1 to 9999.</summary>
    public required int FlightNumber { get; init; }

    public char FlightSuffix { get; init; } = ' ';

    /// <summary>1 to 366, of a year that the pass does not tell.</summary>
    public required int DayOfYear { get; init; }

    /// <summary>Y for economy.</summary>
    public char Compartment { get; init; } = 'Y';

    /// <summary>"12A", "INF", or empty when none is given.</summary>
    public string Seat { get; init; } = "";

    /// <summary>Check-in sequence number, from 1 on each flight; null when not checked in.</summary>
    public int? Sequence { get; init; }

    public char SequenceSuffix { get; init; } = ' ';

    /// <summary>1 is checked in.</summary>
    public char Status { get; init; } = '1';

    public BcbpLegDetails? Details { get; init; }

    /// <summary>The airline's own use, free text.</summary>
    public string AirlineUse { get; init; } = "";
}

/// <summary>The conditional part that stands once.</summary>
internal sealed record BcbpIssue
{
    public char Version { get; init; } = '6';

    public char Passenger { get; init; } = ' ';

    public char CheckInSource { get; init; } = ' ';

    public char IssueSource { get; init; } = ' ';

    /// <summary>Last digit of the year and day of the year, "6067"; or empty.</summary>
    public string IssueDate { get; init; } = "";

    public char Document { get; init; } = ' ';

    public string Issuer { get; init; } = "";

    public string BagTag { get; init; } = "";

    public string SecondBagTag { get; init; } = "";

    public string ThirdBagTag { get; init; } = "";
}

/// <summary>The conditional part of one leg.</summary>
internal sealed record BcbpLegDetails
{
    public string AirlineNumber { get; init; } = "";

    public string DocumentNumber { get; init; } = "";

    public char Selectee { get; init; } = ' ';

    public char TravelDocuments { get; init; } = ' ';

    public string MarketingCarrier { get; init; } = "";

    public string FrequentFlyerAirline { get; init; } = "";

    public string FrequentFlyerNumber { get; init; } = "";

    public char StaffTravel { get; init; } = ' ';

    public string FreeBaggage { get; init; } = "";

    public char FastTrack { get; init; } = ' ';
}
