using NodaTime;
using Stoa.Town.Geography;
using Stoa.Town.Questions;

namespace Stoa.Town.Tests;

public sealed class QuestionReaderTests
{
    /// <summary>A Friday.</summary>
    private static readonly LocalDate Today = new(2026, 11, 20);

    [Theory]
    [InlineData("Amsterdam to Tel Aviv on 12 December", "AMS", "TLV", "2026-12-12")]
    [InlineData("amsterdm to tel avv", "AMS", "TLV", null)]
    [InlineData("from warsaw to athens on friday", "*WAW", "ATH", "2026-11-27")]
    [InlineData("AMS TLV 12 dec", "AMS", "TLV", "2026-12-12")]
    [InlineData("AMSTLV", "AMS", "TLV", null)]
    [InlineData("ams-tlv", "AMS", "TLV", null)]
    [InlineData("AMS → TLV tomorrow", "AMS", "TLV", "2026-11-21")]
    [InlineData("AMS > TLV", "AMS", "TLV", null)]
    [InlineData("WAW/ATH", "WAW", "ATH", null)]
    [InlineData("to Athens from Warsaw tomorrow morning", "*WAW", "ATH", "2026-11-21")]
    [InlineData("Athens from Warsaw", "*WAW", "ATH", null)]
    [InlineData("Warsaw to Athens on Friday 12 June, one person. In the morning if you can.", "*WAW", "ATH", "2027-06-12")]
    [InlineData("London to Paris", "*LON", "*PAR", null)]
    [InlineData("Heathrow to JFK next friday", "LHR", "JFK", "2026-11-27")]
    [InlineData("lhr jfk 2026-12-24", "LHR", "JFK", "2026-12-24")]
    [InlineData("london heathrow to new york on xmas", "LHR", "*NYC", "2026-12-25")]
    [InlineData("I want to fly to Athens", null, "ATH", null)]
    [InlineData("i'd like to go from krakow to rome on the 12th", "KRK", "*ROM", "2026-12-12")]
    [InlineData("flights from new york to los angeles in 3 days", "*NYC", "LAX", "2026-11-23")]
    [InlineData("new yrok to londn", "*NYC", "*LON", null)]
    [InlineData("NYC to LON in two weeks", "*NYC", "*LON", "2026-12-04")]
    [InlineData("Berlin to Barcelona 12/12", "BER", "BCN", "2026-12-12")]
    [InlineData("TXL to BCN 25.12.2026", "BER", "BCN", "2026-12-25")]
    [InlineData("Varsovie Athènes", "*WAW", "ATH", null)]
    [InlineData("Londyn Rzym", "*LON", "*ROM", null)]
    [InlineData("תל אביב אמסטרדם", "TLV", "AMS", null)]
    [InlineData("وارسو to باريس", "*WAW", "*PAR", null)]
    [InlineData("birmingham to valencia", "BHX", "VLC", null)]
    [InlineData("one way from amsterdam to tel aviv for me and my wife on dec 12th", "AMS", "TLV", "2026-12-12")]
    [InlineData("paris, france to rome, italy", "*PAR", "*ROM", null)]
    [InlineData("from nice to paris", "NCE", "*PAR", null)]
    [InlineData("paris nice", "*PAR", "NCE", null)]
    [InlineData("Warsaw - Athens, 12 Dec", "*WAW", "ATH", "2026-12-12")]
    [InlineData("warsw athns firday", "*WAW", "ATH", "2026-11-27")]
    [InlineData("amsterdam schiphol to ben gurion airport 12th of december", "AMS", "TLV", "2026-12-12")]
    [InlineData("WAW to LON on monday evening", "WAW", "*LON", "2026-11-23")]
    [InlineData("Is there a direct flight between Paris and Madrid?", "*PAR", "MAD", null)]
    [InlineData("return flight from Munich to Lisbon on 3 march", "MUC", "LIS", "2027-03-03")]
    [InlineData("take me to Tokyo", null, "*TYO", null)]
    [InlineData("I'm going to Istanbul from Tel Aviv next month", "TLV", "*IST", "2026-12-20")]
    [InlineData("saint petersburg to moscow", "LED", "*MOW", null)]
    [InlineData("St. Petersburg to Riga on the 3rd of jan", "LED", "RIX", "2027-01-03")]
    [InlineData("how much is a flight from vienna to zurich today?", "VIE", "ZRH", "2026-11-20")]
    [InlineData("sofia to larnaca 01.02.2027", "SOF", "LCA", "2027-02-01")]
    [InlineData("Could you find me something from Brussels to Casablanca around 3 pm on Sunday?", "*BRU", "CMN", "2026-11-22")]
    [InlineData("need to be in athens on friday", null, "ATH", "2026-11-27")]
    [InlineData("bangkok to ho chi minh city 5th dec", "*BKK", "SGN", "2026-12-05")]
    [InlineData("gdansk to malta in january", "GDN", "MLA", null)]
    [InlineData("Frankfurt Hahn to Pisa", "HHN", "PSA", null)]
    [InlineData("form rome too berlin", "*ROM", "BER", null)]
    [InlineData("barcelna → lisbn december 1st", "BCN", "LIS", "2026-12-01")]
    [InlineData("kraków – düsseldorf 12.12.", "KRK", "DUS", "2026-12-12")]
    [InlineData("can you book me a flight from Copenhagen to Stockholm on Wednesday please", "CPH", "*STO", "2026-11-25")]
    [InlineData("i need 2 tickets from Beirut to Amman for next tuesday", "BEY", "AMM", "2026-11-24")]
    public void Places_and_day_are_read_from_what_people_write(string text, string? from, string? to, string? date)
    {
        var question = Read(text);
        Assert.Equal((from, to), (Key(question.From), Key(question.To)));
        if (date is not null) Assert.Equal(date, Assert.IsType<DateAnswer.On>(question.Date).Date.ToString("uuuu-MM-dd", null));
        else Assert.Null(question.Date);
    }

    [Theory]
    [InlineData("today", "2026-11-20")]
    [InlineData("tonight", "2026-11-20")]
    [InlineData("tomorrow", "2026-11-21")]
    [InlineData("tommorow", "2026-11-21")]
    [InlineData("tmrw", "2026-11-21")]
    [InlineData("day after tomorrow", "2026-11-22")]
    [InlineData("friday", "2026-11-27")]
    [InlineData("this sunday", "2026-11-22")]
    [InlineData("next sunday", "2026-11-29")]
    [InlineData("wendsday", "2026-11-25")]
    [InlineData("thurs", "2026-11-26")]
    [InlineData("weekend", "2026-11-21")]
    [InlineData("next week", "2026-11-27")]
    [InlineData("in a week", "2026-11-27")]
    [InlineData("in 10 days", "2026-11-30")]
    [InlineData("12 December", "2026-12-12")]
    [InlineData("december 12", "2026-12-12")]
    [InlineData("12th of decmber", "2026-12-12")]
    [InlineData("Dec 12, 2026", "2026-12-12")]
    [InlineData("Saturday 12 December", "2026-12-12")]
    [InlineData("12/12", "2026-12-12")]
    [InlineData("12.12.", "2026-12-12")]
    [InlineData("12-12-2026", "2026-12-12")]
    [InlineData("3/4/27", "2027-04-03")]
    [InlineData("12/25", "2026-12-25")]
    [InlineData("2026-12-12", "2026-12-12")]
    [InlineData("2026/12/12", "2026-12-12")]
    [InlineData("the 5th", "2026-12-05")]
    [InlineData("on 25", "2026-11-25")]
    [InlineData("new year's eve", "2026-12-31")]
    [InlineData("christmas", "2026-12-25")]
    [InlineData("1 feb", "2027-02-01")]
    [InlineData("28 february", "2027-02-28")]
    public void Days_are_read_in_many_forms(string text, string date) =>
        Assert.Equal(date, Assert.IsType<DateAnswer.On>(Read(text).Date).Date.ToString("uuuu-MM-dd", null));

    [Theory]
    [InlineData("yesterday", "Past")]
    [InlineData("19 november", "Past")]
    [InlineData("1/1/2020", "Past")]
    [InlineData("15 january 2028", "TooFar")]
    [InlineData("20 october", "Past")]
    [InlineData("30 february", "Impossible")]
    [InlineData("31.11.2026", "Impossible")]
    public void Days_that_cannot_be_sold_are_told_apart(string text, string kind) => Assert.Equal(kind, Read(text).Date?.GetType().Name);

    [Fact]
    public void A_leap_day_is_the_next_one_there_is() =>
        Assert.Equal(new LocalDate(2028, 2, 29), Assert.IsType<DateAnswer.TooFar>(Read("29 february").Date).Date);

    [Theory]
    [InlineData("hello")]
    [InlineData("what can you do?")]
    [InlineData("book a flight")]
    [InlineData("can you help me please")]
    [InlineData("Nowak Zofia")]
    [InlineData("give me a poem about the sea")]
    [InlineData("")]
    [InlineData("???")]
    [InlineData("🙂🙂🙂")]
    [InlineData("to")]
    [InlineData("from to from to")]
    public void What_is_no_journey_is_not_made_into_one(string text)
    {
        var question = Read(text);
        Assert.False(question.From is PlaceAnswer.Found, $"{question.From}");
        Assert.False(question.To is PlaceAnswer.Found, $"{question.To}");
        Assert.Null(question.Date);
    }

    [Theory]
    [InlineData("in the morning", "Morning", 1)]
    [InlineData("tomorrow evening for 3 people", "Evening", 3)]
    [InlineData("before noon, two adults", "Morning", 2)]
    [InlineData("rome to paris friday afternoon", "Afternoon", 1)]
    public void Time_of_day_and_number_of_people_are_understood(string text, string part, int travellers)
    {
        var question = Read(text);
        Assert.Equal((part, travellers), (question.Part.ToString(), question.Travellers));
    }

    [Theory]
    [InlineData("san jose", "*SJO,SJC")]
    [InlineData("poland", "*WAW,KRK")]
    [InlineData("santiago", "SCL")]
    public void What_may_mean_several_places_is_asked(string text, string among)
    {
        var answer = TestWorld.Gazetteer.Find(text);
        var keys = answer is PlaceAnswer.Several several ? several.Places.Select(p => p.Key).ToArray() : [Key(answer)!];
        Assert.Superset(among.Split(',').ToHashSet(), keys.ToHashSet());
    }

    [Fact]
    public void An_airport_nobody_flies_from_is_known_and_its_neighbours_are_named()
    {
        var haifa = Assert.IsType<PlaceAnswer.Unserved>(TestWorld.Gazetteer.Find("haifa"));
        Assert.Equal("HFA", haifa.Airport.Code);
        Assert.Contains(haifa.Nearby, place => place.Key == "TLV");
    }

    [Fact]
    public void Every_served_airport_is_found_by_its_code()
    {
        foreach (var airport in TestWorld.World.Airports.Values.Where(a => a.Services > 0))
        {
            var places = TestWorld.Gazetteer.Find(airport.Code) switch
            {
                PlaceAnswer.Found found => [found.Place],
                PlaceAnswer.Several several => several.Places,
                _ => (IReadOnlyList<Place>)[],
            };
            Assert.True(places.Any(place => place.Airports.Contains(airport)), airport.Code);
        }
    }

    [Fact]
    public void No_text_makes_the_reader_fail()
    {
        var random = new Random(7);
        const string Letters = "abc to from 12/.-:>→ éłאب\t'\"|@0";
        for (var i = 0; i < 300; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            Read(text);
            Intents.Of(text);
        }
    }

    private static Question Read(string text) => new QuestionReader(TestWorld.Gazetteer).Read(text, _ => Today);

    private static string? Key(PlaceAnswer? answer) => answer switch
    {
        null => null,
        PlaceAnswer.Found found => found.Place.Key,
        var other => other.ToString(),
    };
}
