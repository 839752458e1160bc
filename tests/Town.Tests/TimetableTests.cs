using NodaTime;
using Stoa.Town.Flights;

namespace Stoa.Town.Tests;

public sealed class TimetableTests
{
    private static readonly LocalDate Day = new(2026, 12, 12);

    [Fact]
    public void The_timetable_is_the_same_in_every_run()
    {
        // Written down once: a change of these is a change of every flight people have been sold.
        var flights = new Timetable(TestWorld.World).Flights(TestWorld.Airport("AMS"), TestWorld.Airport("TLV"), Day);
        Assert.Equal(
            ["IZ846 06:50", "LY100 13:00", "HV378 15:10", "KL492 19:00"],
            flights.Select(flight => $"{flight.Designator} {flight.Departure.ToString("HH:mm", null)}"));
    }

    [Fact]
    public void Flight_numbers_are_unique_and_lead_back_to_their_flight()
    {
        HashSet<string> seen = [];
        foreach (var group in TestWorld.World.Services.GroupBy(service => (service.From, service.To)))
        {
            foreach (var flight in TestWorld.Timetable.Flights(TestWorld.Airport(group.Key.From), TestWorld.Airport(group.Key.To), Day))
            {
                Assert.True(seen.Add(flight.Designator), flight.Designator);
                Assert.InRange(flight.Number, 100, 9999);
                Assert.Equal(flight, TestWorld.Timetable.Flight(flight.Airline, flight.Number, Day));
            }
        }
        Assert.True(seen.Count > 50_000, $"{seen.Count} flights");
    }

    [Fact]
    public void Short_routes_have_two_to_six_departures_a_day_or_one_for_each_airline()
    {
        foreach (var group in TestWorld.World.Services.GroupBy(service => (service.From, service.To)))
        {
            var (from, to) = (TestWorld.Airport(group.Key.From), TestWorld.Airport(group.Key.To));
            var count = TestWorld.Timetable.Flights(from, to, Day).Count;
            if (from.KmTo(to) < 1500) Assert.InRange(count, 2, Math.Max(6, group.Count()));
            else Assert.InRange(count, 1, Math.Max(3, group.Count()));
        }
    }

    [Fact]
    public void Times_are_wall_times_of_each_airport()
    {
        var flight = TestWorld.Timetable.Flight("KL", 492, Day)!;
        Assert.Equal(("Europe/Amsterdam", "Asia/Jerusalem"), (flight.Departure.Zone.Id, flight.Arrival.Zone.Id));
        Assert.Equal(flight.Minutes, (int)(flight.Arrival.ToInstant() - flight.Departure.ToInstant()).TotalMinutes);
        Assert.Equal(1, new Itinerary([flight]).DaysLater);
    }

    [Fact]
    public void Over_the_date_line_one_may_land_the_day_before_or_the_same_morning()
    {
        var east = TestWorld.Timetable.Search([TestWorld.Airport("NRT")], [TestWorld.Airport("LAX")], Day);
        Assert.Contains(east, journey => journey.Last.Arrival.LocalDateTime < journey.First.Departure.LocalDateTime);
        Assert.All(east, journey => Assert.True(journey.Minutes > 500));
    }

    [Theory]
    [InlineData(2027, 3, 28)]
    [InlineData(2026, 10, 25)]
    [InlineData(2027, 3, 14)]
    [InlineData(2026, 11, 1)]
    public void On_days_when_clocks_change_every_flight_has_a_real_departure_and_the_same_duration(int year, int month, int day)
    {
        var date = new LocalDate(year, month, day);
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[("WAW", "ATH"), ("AMS", "TLV"), ("JFK", "LHR"), ("LAX", "JFK"), ("CAI", "AMM")])
        {
            var changed = TestWorld.Timetable.Flights(TestWorld.Airport(from), TestWorld.Airport(to), date);
            var plain = TestWorld.Timetable.Flights(TestWorld.Airport(from), TestWorld.Airport(to), date.PlusDays(10));
            Assert.Equal(plain.Select(flight => (flight.Designator, flight.Minutes)), changed.Select(flight => (flight.Designator, flight.Minutes)));
            Assert.All(changed, flight => Assert.Equal(date, flight.Date));
        }
    }

    [Fact]
    public void A_departure_in_the_missing_hour_leaves_when_the_clocks_have_moved()
    {
        // Every zone of the data is known, and any wall time of any day can be resolved in it.
        foreach (var zone in TestWorld.World.Airports.Values.Select(airport => airport.Zone).Distinct())
        {
            Assert.NotNull(DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone));
        }
    }

    [Fact]
    public void Where_nobody_flies_directly_there_is_a_journey_with_one_change_that_can_be_caught()
    {
        var journeys = TestWorld.Timetable.Search([TestWorld.Airport("GDN")], [TestWorld.Airport("TLV")], Day);
        Assert.InRange(journeys.Count, 1, 10);
        Assert.All(journeys, journey =>
        {
            Assert.Equal(1, journey.Stops);
            Assert.Equal(journey.First.To, journey.Last.From);
            Assert.InRange((journey.Last.Departure.ToInstant() - journey.First.Arrival.ToInstant()).TotalMinutes, 60, 7 * 60);
        });
        Assert.Equal(journeys.Select(journey => journey.Key), journeys.Select(journey => TestWorld.Timetable.Itinerary(journey.Key)!.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("KL492")]
    [InlineData("KL492-2026121")]
    [InlineData("KL492-20261312")]
    [InlineData("KL9999999999-20261212")]
    [InlineData("ZZ100-20261212")]
    [InlineData("KL492-20261212_KL492-20261212_KL492-20261212")]
    [InlineData("-_-")]
    public void Keys_that_nobody_gave_out_are_no_journeys(string key) => Assert.Null(TestWorld.Timetable.Itinerary(key));

    [Fact]
    public void Fares_are_stable_positive_and_higher_the_day_before()
    {
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[("AMS", "TLV"), ("WAW", "ATH"), ("LHR", "JFK"), ("GDN", "TLV"), ("DUB", "LHR")])
        {
            foreach (var journey in TestWorld.Timetable.Search([TestWorld.Airport(from)], [TestWorld.Airport(to)], Day))
            {
                var early = Fares.For(journey, Day.PlusDays(-40));
                Assert.Equal(early, Fares.For(journey, Day.PlusDays(-40)));
                Assert.InRange(early.TotalMinor, 2000, 200_000);
                Assert.True(Fares.For(journey, Day.PlusDays(-1)).TotalMinor > early.TotalMinor);
            }
        }
    }

    [Fact]
    public void Amsterdam_to_Tel_Aviv_is_as_far_as_it_is() => Assert.InRange(TestWorld.Airport("AMS").KmTo(TestWorld.Airport("TLV")), 3290, 3330);

    [Fact]
    public void Cabins_know_their_windows_and_aisles()
    {
        var cabin = Cabin.For(1000);
        Assert.Equal([SeatKind.Window, SeatKind.Middle, SeatKind.Aisle, SeatKind.Aisle, SeatKind.Middle, SeatKind.Window], "ABCDEF".Select(c => cabin.KindOf("12" + c)));
        var wide = Cabin.For(9000);
        Assert.Equal([SeatKind.Window, SeatKind.Middle, SeatKind.Aisle, SeatKind.Aisle, SeatKind.Middle, SeatKind.Aisle, SeatKind.Aisle, SeatKind.Middle, SeatKind.Window], "ABCDEFGHJ".Select(c => wide.KindOf("1" + c)));
        Assert.False(Cabin.For(100).HasMiddle);
        Assert.True(cabin.Has("30F"));
        Assert.All(new[] { "31A", "0A", "01A", "12I", "A", "12", "", "12 " }, seat => Assert.False(cabin.Has(seat), seat));
    }
}
