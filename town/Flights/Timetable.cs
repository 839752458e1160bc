using System.Collections.Frozen;
using System.Globalization;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;
using Stoa.Town.Geography;

namespace Stoa.Town.Flights;

/// <summary>
/// Makes flights of routes: number, wall times, aircraft. Nothing is stored and nothing is random, so a flight that somebody
/// was offered last week is still there today. Real are the airports, the airlines and that they flew the route in 2014.
/// </summary>
internal sealed class Timetable
{
    /// <summary>How far ahead flights are sold.</summary>
    public const int DaysAhead = 330;

    private const int ShortKm = 1500;
    private const int LongKm = 4000;
    private const int ChangeMinutesLeast = 60;
    private const int ChangeMinutesMost = 7 * 60;
    private const int Hubs = 8;

    /// <summary>In a night without the hour, the flight leaves an hour later; in a night with the hour twice, in the first.</summary>
    private static readonly ZoneLocalMappingResolver WallClock = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    private readonly World world;
    private readonly FrozenDictionary<(string From, string To), string[]> airlines;
    private readonly FrozenDictionary<string, Carrier> carriers;
    private readonly FrozenDictionary<string, string[]> onward;
    private readonly FrozenDictionary<string, FrozenSet<string>> inward;

    public Timetable(World world)
    {
        this.world = world;
        airlines = world.Services
            .GroupBy(service => (service.From, service.To))
            .ToFrozenDictionary(
                pair => pair.Key,
                pair => pair.Select(service => service.Airline).OrderBy(airline => StableHash.Of(airline, pair.Key.From, pair.Key.To)).ToArray());
        carriers = world.Services.GroupBy(service => service.Airline).ToFrozenDictionary(group => group.Key, group => new Carrier(group, DeparturesOf));
        onward = airlines.Keys.GroupBy(pair => pair.From).ToFrozenDictionary(group => group.Key, group => group.Select(pair => pair.To).ToArray());
        inward = airlines.Keys.GroupBy(pair => pair.To).ToFrozenDictionary(group => group.Key, group => group.Select(pair => pair.From).ToFrozenSet());
    }

    public bool Flies(string from, string to) => airlines.ContainsKey((from, to));

    /// <summary>Where one can fly without a change, the busiest airports first.</summary>
    public IEnumerable<Airport> DirectFrom(IEnumerable<Airport> airports) =>
        airports.SelectMany(airport => onward.GetValueOrDefault(airport.Code, [])).Distinct().Select(code => world.Airports[code]).OrderByDescending(a => a.Services);

    /// <summary>Direct flights of that day between any of the airports, by departure; where there are none, journeys with one change.</summary>
    /// <param name="date">At the airport of departure.</param>
    public IReadOnlyList<Itinerary> Search(IReadOnlyList<Airport> origins, IReadOnlyList<Airport> destinations, LocalDate date)
    {
        Itinerary[] direct =
        [
            .. from a in origins
               from b in destinations
               from flight in Flights(a, b, date)
               orderby flight.Departure.LocalDateTime, flight.Designator
               select new Itinerary([flight]),
        ];
        return direct.Length > 0 ? direct : WithOneChange(origins, destinations, date);
    }

    /// <summary>The flights of a day between two airports, by departure. Empty when nobody flies there.</summary>
    public IReadOnlyList<Flight> Flights(Airport origin, Airport destination, LocalDate date)
    {
        if (!airlines.TryGetValue((origin.Code, destination.Code), out var flying)) return [];
        return
        [
            .. from airline in flying
               from nth in Enumerable.Range(0, DeparturesOf(new Service(airline, origin.Code, destination.Code)))
               let flight = Make(new Service(airline, origin.Code, destination.Code), nth, date)
               orderby flight.Departure.LocalDateTime, flight.Designator
               select flight,
        ];
    }

    /// <summary>The flight of this designator and day, or null: "KL461" on a date.</summary>
    public Flight? Flight(string airline, int number, LocalDate date) =>
        carriers.TryGetValue(airline, out var carrier) && carrier.Find(number) is var (service, nth) ? Make(service, nth, date) : null;

    /// <summary>The journey under <see cref="Itinerary.Key"/>, or null when the text is none.</summary>
    public Itinerary? Itinerary(string key)
    {
        List<Flight> flights = [];
        foreach (var part in key.Split('_'))
        {
            if (part.Length is < 3 + 1 + 3 || part.IndexOf('-', StringComparison.Ordinal) is var dash && dash < 5) return null;
            if (!int.TryParse(part.AsSpan(2, dash - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            if (!LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd").Parse(part[(dash + 1)..]).TryGetValue(default, out var date)) return null;
            if (Flight(part[..2], number, date) is not { } flight) return null;
            flights.Add(flight);
        }
        return flights.Count is 1 or 2 ? new Itinerary(flights) : null;
    }

    /// <summary>Departures a day of one airline's service: two to six on a short route among all airlines, fewer on longer ones, each airline at least one.</summary>
    private int DeparturesOf(Service service)
    {
        var (flying, rank) = RankOf(service);
        var km = world.Airports[service.From].KmTo(world.Airports[service.To]);
        var most = km < ShortKm ? 5 : km < LongKm ? 3 : 2;
        var least = km < ShortKm ? 2 : 1;
        var departures = least + StableHash.Below(most, service.From, service.To, "departures");
        return Math.Max(1, departures / flying.Length + (rank < departures % flying.Length ? 1 : 0));
    }

    private (string[] Flying, int Rank) RankOf(Service service)
    {
        var flying = airlines[(service.From, service.To)];
        return (flying, Array.IndexOf(flying, service.Airline));
    }

    private Flight Make(Service service, int nth, LocalDate date)
    {
        var (from, to) = (world.Airports[service.From], world.Airports[service.To]);
        var number = carriers[service.Airline].NumberOf(service, nth);
        var (flying, rank) = RankOf(service);
        var slots = flying.Sum(airline => DeparturesOf(new Service(airline, service.From, service.To)));
        var slot = flying.Sum(airline => Math.Min(nth, DeparturesOf(new Service(airline, service.From, service.To))))
            + flying.Take(rank).Count(airline => DeparturesOf(new Service(airline, service.From, service.To)) > nth);
        var km = from.KmTo(to);
        // The sixteen hours from 06:00 (07:30 for long flights) are shared out evenly; each flight leaves somewhere within its share.
        var share = 960 / slots;
        var start = km >= LongKm ? 7 * 60 + 30 : 6 * 60;
        var minute = (start + slot * share + StableHash.Below(Math.Max(1, share * 8 / 10), service.Airline, service.From, service.To, nth.ToString(CultureInfo.InvariantCulture))) / 5 * 5;
        var departure = (date + new LocalTime(minute / 60, minute % 60)).InZone(Zone(from), WallClock);
        var minutes = (int)Math.Ceiling((km / 800 * 60 + 40) / 5) * 5;
        var arrival = departure.Plus(Duration.FromMinutes(minutes)).WithZone(Zone(to));
        return new Flight(service.Airline, number, world.Airlines[service.Airline], from, to, departure, arrival);
    }

    private Itinerary[] WithOneChange(IReadOnlyList<Airport> origins, IReadOnlyList<Airport> destinations, LocalDate date)
    {
        var ways =
            from a in origins
            from b in destinations
            where a.Code != b.Code && inward.ContainsKey(b.Code)
            let straight = a.KmTo(b)
            from hub in onward.GetValueOrDefault(a.Code, [])
            where inward[b.Code].Contains(hub)
            let via = world.Airports[hub]
            let km = a.KmTo(via) + via.KmTo(b)
            where km < straight * 2 + 800
            orderby km - 20 * Math.Sqrt(via.Services), hub
            select (a, via, b);
        return
        [
            .. ways.Take(Hubs)
                .SelectMany(way => Flights(way.a, way.via, date).Select(first => Join(first, way.b)).OfType<Itinerary>())
                .OrderBy(journey => journey.Minutes).ThenBy(journey => journey.Key, StringComparer.Ordinal)
                .Take(10)
                .OrderBy(journey => journey.First.Departure.LocalDateTime).ThenBy(journey => journey.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>The journey with the first onward flight that can be caught, today's or the next morning's.</summary>
    private Itinerary? Join(Flight first, Airport to)
    {
        foreach (var day in (LocalDate[])[first.Arrival.Date, first.Arrival.Date.PlusDays(1)])
        {
            foreach (var second in Flights(first.To, to, day))
            {
                var change = (second.Departure.ToInstant() - first.Arrival.ToInstant()).TotalMinutes;
                if (change is >= ChangeMinutesLeast and <= ChangeMinutesMost) return new Itinerary([first, second]);
            }
        }
        return null;
    }

    private static DateTimeZone Zone(Airport airport) => DateTimeZoneProviders.Tzdb[airport.Zone];
}
