using System.Globalization;
using System.Text;

namespace Stoa.Town.Passes;

/// <summary>Writes the string that every reader at every gate understands: laid out by position, padded with spaces.</summary>
internal static class WriteBcbp
{
    /// <returns>60 printable ASCII characters, 37 more for each further leg, and what is conditional. Never to be trimmed.</returns>
    /// <exception cref="ArgumentException">A value does not fit its field; the message names it.</exception>
    public static string Write(Bcbp pass)
    {
        if (pass.Legs.Count is < 1 or > 4) throw new ArgumentException($"A pass has one to four legs, not {pass.Legs.Count}.");
        StringBuilder text = new(60);
        text.Append('M').Append(pass.Legs.Count).Append(Left(pass.Name, 20, "name")).Append(pass.ElectronicTicket ? 'E' : ' ');
        for (var i = 0; i < pass.Legs.Count; i++)
        {
            var leg = pass.Legs[i];
            text.Append(Left(leg.Pnr, 7, "PNR")).Append(Left(leg.From, 3, "from")).Append(Left(leg.To, 3, "to")).Append(Left(leg.Carrier, 3, "carrier"))
                .Append(Digits(leg.FlightNumber, 4, "flight number")).Append(leg.FlightSuffix)
                .Append(Digits(leg.DayOfYear, 3, "day of year")).Append(leg.Compartment)
                .Append(Seat(leg.Seat))
                .Append(leg.Sequence is { } sequence ? Digits(sequence, 4, "sequence") + leg.SequenceSuffix : "     ")
                .Append(leg.Status);
            var variable = (i == 0 ? Once(pass.Issue, leg.Details is not null || leg.AirlineUse.Length > 0) : "") + EachLeg(leg);
            text.Append(Hex(variable.Length, "conditional part")).Append(variable);
        }
        if (pass.Security is var (type, data)) text.Append('^').Append(type).Append(Hex(data.Length, "security field")).Append(data);
        var written = text.ToString();
        if (written.Any(c => c is < ' ' or > '~')) throw new ArgumentException("A pass holds printable ASCII only.");
        return written;
    }

    private static string Once(BcbpIssue? issue, bool more)
    {
        if (issue is null) return more ? ">600" : "";
        var block = string.Concat(
            issue.Passenger, issue.CheckInSource, issue.IssueSource, Left(issue.IssueDate, 4, "issue date"), issue.Document) + Left(issue.Issuer, 3, "issuer")
            + Left(issue.BagTag, 13, "bag tag") + Left(issue.SecondBagTag, 13, "bag tag") + Left(issue.ThirdBagTag, 13, "bag tag");
        // Bag tags that are not there are left out; everything before them keeps its place.
        var length = issue.ThirdBagTag.Length > 0 ? 50 : issue.SecondBagTag.Length > 0 ? 37 : issue.BagTag.Length > 0 ? 24 : 11;
        return ">" + issue.Version + Hex(length, "issue block") + block[..length];
    }

    private static string EachLeg(BcbpLeg leg)
    {
        if (leg.Details is not { } details) return leg.AirlineUse.Length > 0 ? "00" + leg.AirlineUse : "";
        var block = Left(details.AirlineNumber, 3, "airline number") + Left(details.DocumentNumber, 10, "document number") + details.Selectee + details.TravelDocuments
            + Left(details.MarketingCarrier, 3, "marketing carrier") + Left(details.FrequentFlyerAirline, 3, "frequent-flyer airline")
            + Left(details.FrequentFlyerNumber, 16, "frequent-flyer number") + details.StaffTravel + Left(details.FreeBaggage, 3, "baggage") + details.FastTrack;
        return Hex(block.Length, "leg block") + block + leg.AirlineUse;
    }

    private static string Seat(string seat) => seat switch
    {
        "" => "    ",
        "INF" => "INF ",
        _ when char.IsAsciiLetterUpper(seat[^1]) && int.TryParse(seat.AsSpan(0, seat.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            => Digits(row, 3, "seat row") + seat[^1],
        _ => throw new ArgumentException($"\"{seat}\" is no seat."),
    };

    private static string Left(string value, int width, string field) =>
        value.Length <= width ? value.PadRight(width) : throw new ArgumentException($"The {field} \"{value}\" is longer than {width} characters.");

    private static string Digits(int value, int width, string field)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
        return value >= 0 && digits.Length == width ? digits : throw new ArgumentException($"The {field} {value} does not fit {width} digits.");
    }

    private static string Hex(int length, string field) =>
        length <= 0xFF ? length.ToString("X2", CultureInfo.InvariantCulture) : throw new ArgumentException($"The {field} has {length} characters, more than 255.");
}
