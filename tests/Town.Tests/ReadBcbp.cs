using System.Globalization;
using Stoa.Town.Passes;

namespace Stoa.Town.Tests;

/// <summary>
/// A reader of boarding passes as a gate has one, written from the layout and sharing nothing with the writer: it takes the
/// sizes as the truth, skips what it does not know, and refuses sizes that run past the end.
/// </summary>
internal static class ReadBcbp
{
    internal abstract record Outcome
    {
        internal sealed record Pass(Bcbp Value) : Outcome;

        internal sealed record Bad(string Reason) : Outcome;
    }

    public static Outcome Read(string text)
    {
        if (text.Length < 60) return new Outcome.Bad("shorter than 60");
        if (text[0] != 'M') return new Outcome.Bad("format is not M");
        if (text[1] is < '1' or > '4') return new Outcome.Bad("legs are not 1 to 4");
        var at = 23;
        BcbpIssue? issue = null;
        List<BcbpLeg> legs = [];
        for (var i = 0; i < text[1] - '0'; i++)
        {
            if (at + 37 > text.Length) return new Outcome.Bad("leg runs past the end");
            var fixedPart = text.Substring(at, 37);
            at += 37;
            if (!Hex(fixedPart.AsSpan(35, 2), out var size) || at + size > text.Length) return new Outcome.Bad("size runs past the end");
            var variable = text.Substring(at, size);
            at += size;
            BcbpLegDetails? details = null;
            var use = "";
            if (variable.Length > 0)
            {
                var rest = variable;
                if (i == 0)
                {
                    if (rest.Length < 4 || rest[0] != '>' || !Hex(rest.AsSpan(2, 2), out var once) || 4 + once > rest.Length) return new Outcome.Bad("bad issue block");
                    if (once > 0) issue = Issue(rest[1], rest.Substring(4, once).PadRight(50));
                    rest = rest[(4 + once)..];
                }
                if (rest.Length > 0)
                {
                    if (rest.Length < 2 || !Hex(rest.AsSpan(0, 2), out var each) || 2 + each > rest.Length) return new Outcome.Bad("bad leg block");
                    if (each > 0) details = Details(rest.Substring(2, each).PadRight(42));
                    use = rest[(2 + each)..];
                }
            }
            // Positions counted from the leg's start: 16 flight, 21 day, 24 cabin, 25 seat, 29 sequence, 34 status.
            if (!int.TryParse(fixedPart.AsSpan(16, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return new Outcome.Bad("no flight number");
            if (!int.TryParse(fixedPart.AsSpan(21, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var day) || day is 0 or > 366) return new Outcome.Bad("no day of the year");
            var seat = fixedPart[25..29];
            var sequence = fixedPart[29..33];
            legs.Add(new BcbpLeg
            {
                Pnr = fixedPart[..7].TrimEnd(),
                From = fixedPart[7..10],
                To = fixedPart[10..13],
                Carrier = fixedPart[13..16].TrimEnd(),
                FlightNumber = number,
                FlightSuffix = fixedPart[20],
                DayOfYear = day,
                Compartment = fixedPart[24],
                Seat = seat.Trim().Length == 0 ? "" : seat == "INF " ? "INF" : seat.TrimStart('0'),
                Sequence = sequence.Trim().Length == 0 ? null : int.Parse(sequence, NumberStyles.None, CultureInfo.InvariantCulture),
                SequenceSuffix = fixedPart[33],
                Status = fixedPart[34],
                Details = details,
                AirlineUse = use,
            });
        }
        (char, string)? security = null;
        if (at < text.Length)
        {
            if (text[at] != '^' || at + 4 > text.Length || !Hex(text.AsSpan(at + 2, 2), out var length) || at + 4 + length != text.Length) return new Outcome.Bad("bad security field");
            security = (text[at + 1], text[(at + 4)..]);
        }
        return new Outcome.Pass(new Bcbp(text[2..22].TrimEnd(), legs) { ElectronicTicket = text[22] == 'E', Issue = issue, Security = security });
    }

    private static BcbpIssue Issue(char version, string block) => new()
    {
        Version = version,
        Passenger = block[0],
        CheckInSource = block[1],
        IssueSource = block[2],
        IssueDate = block[3..7].TrimEnd(),
        Document = block[7],
        Issuer = block[8..11].TrimEnd(),
        BagTag = block[11..24].TrimEnd(),
        SecondBagTag = block[24..37].TrimEnd(),
        ThirdBagTag = block[37..50].TrimEnd(),
    };

    private static BcbpLegDetails Details(string block) => new()
    {
        AirlineNumber = block[..3].TrimEnd(),
        DocumentNumber = block[3..13].TrimEnd(),
        Selectee = block[13],
        TravelDocuments = block[14],
        MarketingCarrier = block[15..18].TrimEnd(),
        FrequentFlyerAirline = block[18..21].TrimEnd(),
        FrequentFlyerNumber = block[21..37].TrimEnd(),
        StaffTravel = block[37],
        FreeBaggage = block[38..41].TrimEnd(),
        FastTrack = block[41],
    };

    private static bool Hex(ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
