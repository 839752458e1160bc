using FsCheck;
using FsCheck.Fluent;
using Stoa.Town.Passes;

namespace Stoa.Town.Tests;

public sealed class BcbpTests
{
    private const string OneLeg = "M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 100";

    private const string TwoLegs =
        "M2JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 148>6182WW6067BKL 00741234560012A074234567890102KL KL 1234567890       1PCN"
        + "L3PZ9T WAWTLVLO 0155 068Y021C0112 12C2A074234567890102LO KL 1234567890       1PCN";

    private static readonly BcbpLeg Amsterdam = new()
    {
        Pnr = "K7QX2M",
        From = "AMS",
        To = "WAW",
        Carrier = "KL",
        FlightNumber = 1363,
        DayOfYear = 68,
        Seat = "12A",
        Sequence = 47,
    };

    private static readonly BcbpLegDetails Details = new()
    {
        AirlineNumber = "074",
        DocumentNumber = "2345678901",
        Selectee = '0',
        TravelDocuments = '2',
        MarketingCarrier = "KL",
        FrequentFlyerAirline = "KL",
        FrequentFlyerNumber = "1234567890",
        FreeBaggage = "1PC",
        FastTrack = 'N',
    };

    private static readonly BcbpIssue Issue = new()
    {
        Passenger = '2',
        CheckInSource = 'W',
        IssueSource = 'W',
        IssueDate = "6067",
        Document = 'B',
        Issuer = "KL",
        BagTag = "0074123456001",
    };

    private static readonly BcbpLeg Warsaw = new()
    {
        Pnr = "L3PZ9T",
        From = "WAW",
        To = "TLV",
        Carrier = "LO",
        FlightNumber = 155,
        DayOfYear = 68,
        Seat = "21C",
        Sequence = 112,
        Details = Details with { MarketingCarrier = "LO" },
    };

    [Fact]
    public void The_example_with_one_leg_is_written_byte_for_byte() => Assert.Equal(OneLeg, WriteBcbp.Write(new Bcbp("JANSEN/EVAMRS", [Amsterdam])));

    [Fact]
    public void The_example_with_two_legs_is_written_byte_for_byte() =>
        Assert.Equal(TwoLegs, WriteBcbp.Write(new Bcbp("JANSEN/EVAMRS", [Amsterdam with { Details = Details }, Warsaw]) { Issue = Issue }));

    [Theory]
    [InlineData(OneLeg)]
    [InlineData(TwoLegs)]
    [InlineData(TwoLegs + "^106ABCDEF")]
    public void What_is_read_is_written_again_to_the_letter(string text) =>
        Assert.Equal(text, WriteBcbp.Write(Assert.IsType<ReadBcbp.Outcome.Pass>(ReadBcbp.Read(text)).Value));

    [Fact]
    public void Any_pass_is_read_back_as_it_was_written()
    {
        var letters = Gen.Elements("ABCDEFGHIJKLMNOPQRSTUVWXYZ".ToCharArray());
        Gen<string> Upper(int least, int most) => from n in Gen.Choose(least, most) from text in Gen.ArrayOf(letters, n) select new string(text);
        var seat = Gen.OneOf(Gen.Constant(""), Gen.Constant("INF"), from row in Gen.Choose(1, 999) from letter in letters select $"{row}{letter}");
        var leg =
            from pnr in Upper(5, 7)
            from origin in Upper(3, 3)
            from destination in Upper(3, 3)
            from carrier in Upper(2, 3)
            from number in Gen.Choose(1, 9999)
            from day in Gen.Choose(1, 366)
            from place in seat
            from sequence in Gen.Choose(0, 9999)
            from use in Upper(0, 9)
            from rich in Gen.Elements(true, false)
            select new BcbpLeg
            {
                Pnr = pnr,
                From = origin,
                To = destination,
                Carrier = carrier,
                FlightNumber = number,
                DayOfYear = day,
                Seat = place,
                Sequence = sequence == 0 ? null : sequence,
                Details = rich ? Details with { DocumentNumber = number.ToString("D10", null), MarketingCarrier = carrier } : null,
                AirlineUse = use,
            };
        var pass =
            from name in Upper(1, 20)
            from count in Gen.Choose(1, 4)
            from legs in Gen.ArrayOf(leg, count)
            from issued in Gen.Elements(true, false)
            from signed in Upper(0, 90)
            select new Bcbp(name, legs) { Issue = issued ? Issue : null, Security = signed.Length > 0 ? ('1', signed) : null };
        Prop.ForAll(pass.ToArbitrary(), written =>
        {
            var text = WriteBcbp.Write(written);
            var read = Assert.IsType<ReadBcbp.Outcome.Pass>(ReadBcbp.Read(text)).Value;
            return text.Length >= 23 + 37 * written.Legs.Count && text.All(c => c is >= ' ' and <= '~')
                && WriteBcbp.Write(read) == text && read.Legs.SequenceEqual(written.Legs) && read.Name == written.Name;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("", "shorter")]
    [InlineData("M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 1", "shorter")]
    [InlineData("M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 1FF", "past the end")]
    [InlineData("M2JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 100", "past the end")]
    [InlineData("M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 367Y012A0047 100", "day")]
    [InlineData("M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 100^1FFAB", "security")]
    public void A_damaged_pass_is_refused_with_a_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.IsType<ReadBcbp.Outcome.Bad>(ReadBcbp.Read(text)).Reason, StringComparison.Ordinal);

    [Fact]
    public void Values_that_do_not_fit_are_refused_and_named()
    {
        Assert.Contains("name", Refusal(new Bcbp(new string('A', 21), [Amsterdam])), StringComparison.Ordinal);
        Assert.Contains("flight number", Refusal(new Bcbp("A", [Amsterdam with { FlightNumber = 10_000 }])), StringComparison.Ordinal);
        Assert.Contains("seat", Refusal(new Bcbp("A", [Amsterdam with { Seat = "A12" }])), StringComparison.Ordinal);
        Assert.Contains("ASCII", Refusal(new Bcbp("ŁA", [Amsterdam])), StringComparison.Ordinal);
        Assert.Contains("legs", Refusal(new Bcbp("A", [])), StringComparison.Ordinal);
    }

    private static string Refusal(Bcbp pass) => Assert.Throws<ArgumentException>(() => WriteBcbp.Write(pass)).Message;
}
