namespace Stoa.Town.Airline;

/// <summary>What buttons and quick replies send back. A payload says all it needs, so an old button still means what it said.</summary>
internal static class Payloads
{
    public const string Start = "start";
    public const string Book = "book";
    public const string Trips = "trips";
    public const string Help = "help";
    public const string Person = "person";

    public static string From(string place) => $"from:{place}";

    public static string To(string place) => $"to:{place}";

    public static string Route(string from, string to) => $"route:{from}:{to}";

    /// <summary>Flights of a day; <paramref name="offset"/> is the first one to show.</summary>
    public static string Day(string from, string to, string date, int offset = 0) => $"day:{from}:{to}:{date}:{offset}";

    public static string OtherDay(string from, string to) => $"days:{from}:{to}";

    public static string Choose(string itinerary) => $"choose:{itinerary}";

    /// <summary>A further ticket on a flight for which the person has one.</summary>
    public static string Also(string itinerary) => $"also:{itinerary}";

    public static string Myself(string booking) => $"me:{booking}";

    public static string Name(string booking, string given, string surname) => $"name:{booking}:{given}:{surname}";

    public static string Seat(string booking, string kind) => $"seat:{booking}:{kind}";

    public static string Reseat(string booking) => $"reseat:{booking}";

    public static string Rename(string booking) => $"rename:{booking}";

    public static string Again(string booking) => $"again:{booking}";

    public static string Drop(string booking) => $"drop:{booking}";

    public static string CheckIn(string booking) => $"checkin:{booking}";

    public static string Show(string booking) => $"show:{booking}";
}
