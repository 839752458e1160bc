namespace Stoa.Protocol.Graph.Templates;

/// <summary>A flight is late, leaves from another gate, or does not leave (messenger-platform §2.7).</summary>
/// <param name="Kind"><c>delay</c>, <c>gate_change</c> or <c>cancellation</c>.</param>
public sealed record AirlineUpdate(string? Intro, string Kind, string? BookingCode, FlightInfo Flight) : Template
{
    internal static AirlineUpdate ReadUpdate(GraphValue value)
    {
        AirlineIntro.CheckColor(value);
        var intro = value["intro_message"].TextOrNull(ShownTextMax);
        var kind = value["update_type"].Required().OneOf("delay", "gate_change", "cancellation")!; // Required just said that it is there.
        _ = value["locale"].Text(20);
        return new(intro, kind, value["pnr_number"].TextOrNull(40), FlightInfo.Read(value["update_flight_info"].Required()));
    }
}
