using System.Collections.Frozen;
using System.Globalization;

namespace Stoa.Town.Geography;

/// <summary>A direct service: one airline from one airport to another, as in routes.csv.</summary>
internal readonly record struct Service(string Airline, string From, string To);

/// <summary>Airports, airlines and routes, read once; the licences are in data/NOTICE.md.</summary>
internal sealed class World
{
    /// <summary>
    /// The routes are of 2014 and the airports of today. Where all traffic has moved since, the routes move with it,
    /// and whoever types the old code is understood.
    /// </summary>
    private static readonly FrozenDictionary<string, string> MovedTo =
        new Dictionary<string, string> { ["TXL"] = "BER", ["SXF"] = "BER" }.ToFrozenDictionary();

    /// <summary>City names where the source has the suburb the airport stands in, or a spelling nobody types.</summary>
    private static readonly FrozenDictionary<string, string> CityOf = new Dictionary<string, string>
    {
        ["IST"] = "Istanbul",
        ["EZE"] = "Buenos Aires",
        ["BEG"] = "Belgrade",
        ["BSL"] = "Basel",
        ["FRA"] = "Frankfurt",
        ["LPB"] = "La Paz",
        ["NYO"] = "Stockholm",
        ["BVA"] = "Paris Beauvais",
        ["USM"] = "Ko Samui",
        ["RFD"] = "Rockford",
        ["SRE"] = "Sucre",
        ["CTS"] = "Sapporo",
    }.ToFrozenDictionary();

    /// <summary>Airports that everybody counts to a city though the source leaves the metropolitan code out.</summary>
    private static readonly FrozenDictionary<string, string> MetroOf =
        new Dictionary<string, string> { ["EWR"] = "NYC", ["BVA"] = "PAR", ["SEN"] = "LON", ["NYO"] = "STO" }.ToFrozenDictionary();

    private World(FrozenDictionary<string, Airport> airports, FrozenDictionary<string, string> airlines, IReadOnlyList<Service> services)
    {
        Airports = airports;
        Airlines = airlines;
        Services = services;
    }

    /// <summary>By IATA code.</summary>
    public FrozenDictionary<string, Airport> Airports { get; }

    /// <summary>Designator to name, as of 2017.</summary>
    public FrozenDictionary<string, string> Airlines { get; }

    public IReadOnlyList<Service> Services { get; }

    /// <summary>The code under which an airport's traffic runs today.</summary>
    public static string Today(string code) => MovedTo.GetValueOrDefault(code, code);

    public static World Load(string folder)
    {
        using var airports = File.OpenText(Path.Combine(folder, "airports.csv"));
        using var airlines = File.OpenText(Path.Combine(folder, "airlines.csv"));
        using var routes = File.OpenText(Path.Combine(folder, "routes.csv"));
        return Load(airports, airlines, routes);
    }

    internal static World Load(TextReader airports, TextReader airlines, TextReader routes)
    {
        // The same few thousand codes occur a hundred thousand times: one string each.
        Dictionary<string, string> codes = [];
        string Code(string text) => codes.TryGetValue(text, out var known) ? known : codes[text] = text;

        var services = Csv.Read(routes, "airline,from,to")
            .Select(row => new Service(Code(row[0]), Code(Today(row[1])), Code(Today(row[2]))))
            .Where(service => service.From != service.To)
            .Distinct()
            .ToArray();
        Dictionary<string, int> traffic = [];
        foreach (var service in services)
        {
            traffic[service.From] = traffic.GetValueOrDefault(service.From) + 1;
            traffic[service.To] = traffic.GetValueOrDefault(service.To) + 1;
        }

        var found = Csv.Read(airports, "iata,icao,name,city,country,lat,lon,tz,metro")
            .Where(row => !MovedTo.ContainsKey(row[0]))
            .Select(row => new Airport(
                Code(row[0]), row[2], CityOf.GetValueOrDefault(row[0]) ?? City(row[3], row[2]), Code(row[4]),
                double.Parse(row[5], CultureInfo.InvariantCulture), double.Parse(row[6], CultureInfo.InvariantCulture), Code(row[7]),
                MetroOf.GetValueOrDefault(row[0]) ?? (row[8].Length == 3 ? Code(row[8]) : null), traffic.GetValueOrDefault(row[0])))
            .ToFrozenDictionary(airport => airport.Code);
        var names = Csv.Read(airlines, "iata,icao,name,callsign,country").ToFrozenDictionary(row => Code(row[0]), row => row[2].Trim());
        return new World(found, names, services);
    }

    /// <summary>"Toulouse/Blagnac" is Toulouse; an airport without a city bears its own name.</summary>
    private static string City(string city, string name)
    {
        var end = city.AsSpan().IndexOfAny("/,(");
        var first = (end > 0 ? city[..end] : city).Trim();
        return first.Length > 0 ? first : name.Replace(" International Airport", "", StringComparison.Ordinal).Replace(" Airport", "", StringComparison.Ordinal);
    }
}
