using System.Collections.Frozen;
using System.Numerics;

namespace Stoa.Town.Geography;

/// <summary>
/// Finds the place a person means by a code, a name in one of five languages, or something nearly spelled so.
/// Exact comes before a beginning, a beginning before a misspelling; among equals the one with far more flights wins,
/// and where none has, the person is asked.
/// </summary>
internal sealed class Gazetteer
{
    /// <summary>A place so much busier than the next of the same name is the one that is meant: London is not in Ontario.</summary>
    private const int ClearlyBusier = 5;

    private const int MostChoices = 8;

    private static readonly FrozenSet<string> Generic = FrozenSet.ToFrozenSet(
        ["airport", "international", "intl", "regional", "municipal", "airfield", "aerodrome", "field", "metropolitan", "national", "domestic", "the", "de", "of", "and"]);

    private readonly World world;
    private readonly Entry[] entries;
    private readonly FrozenDictionary<string, Entry[]> byName;
    private readonly FrozenDictionary<string, Place> byKey;

    /// <summary>Cities with an airport from which nobody flies: Haifa. The busiest name wins, so only the first of a name is kept.</summary>
    private readonly FrozenDictionary<string, Airport> unserved;

    public Gazetteer(World world)
    {
        this.world = world;
        var served = world.Airports.Values.Where(airport => airport.Services > 0).OrderByDescending(a => a.Services).ThenBy(a => a.Code, StringComparer.Ordinal).ToArray();
        var single = served.ToDictionary(airport => airport.Code, airport => new Place(airport.Code, airport.City, airport.Country, [airport]));
        var groups = served
            .GroupBy(airport => airport.Metro ?? Folding.Words(airport.City) + "/" + airport.Country)
            .Where(group => group.Count() > 1 || group.First().Metro is not null)
            .Select(group => group.ToArray())
            .Select(group => new Place("*" + (group[0].Metro ?? group[0].Code), group[0].City, group[0].Country, group))
            .ToArray();
        byKey = single.Values.Concat(groups).ToFrozenDictionary(place => place.Key);

        // A city's name means the city; its airports keep their own names and codes.
        var cityOf = groups.SelectMany(group => group.Airports.Select(airport => (airport.Code, group))).ToDictionary(p => p.Code, p => p.group);
        Dictionary<(string Name, string Key), Entry> all = [];
        void Add(string name, Place place)
        {
            var folded = Folding.Words(name);
            if (folded.Length > 1) all.TryAdd((folded, place.Key), new Entry(folded, place, LettersOf(folded)));
        }
        foreach (var place in groups)
        {
            Add(place.Name, place);
            if (place.Airports[0].Metro is not null) Add(place.Code, place);
            foreach (var airport in place.Airports)
            {
                if (airport.City.Length < 16 && airport.Metro == place.Code) Add(airport.City, airport.City == place.Name ? place : single[airport.Code]);
            }
        }
        foreach (var place in single.Values)
        {
            var airport = place.Airports[0];
            Add(airport.Code, place);
            if (!cityOf.ContainsKey(airport.Code)) Add(airport.City, place);
            foreach (var name in OwnNames(airport)) Add(name, place);
        }
        foreach (var (code, names) in LocalNames.Cities)
        {
            var place = byKey.GetValueOrDefault("*" + code) ?? (cityOf.TryGetValue(code, out var city) ? city : byKey.GetValueOrDefault(code));
            if (place is null) continue;
            foreach (var name in names.Split(',')) Add(name, place);
        }
        entries = [.. all.Values];
        unserved = world.Airports.Values.Where(airport => airport.Services == 0).OrderBy(airport => airport.Code, StringComparer.Ordinal)
            .Select(airport => (Name: Folding.Words(airport.City), airport)).Where(pair => pair.Name.Length > 3)
            .DistinctBy(pair => pair.Name).ToFrozenDictionary(pair => pair.Name, pair => pair.airport);
        byName = entries.GroupBy(entry => entry.Name).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>The place under a payload's key, or null when it is none of ours.</summary>
    public Place? ByKey(string key) => byKey.GetValueOrDefault(key);

    /// <summary>The busiest of these places' airports lie in <paramref name="country"/>.</summary>
    public IReadOnlyList<Place> BusiestIn(string country) => Distinct(entries.Where(entry => entry.Place.Country == country).Select(entry => entry.Place), MostChoices);

    /// <summary>Served places near a point, the nearest first.</summary>
    public IReadOnlyList<Place> Near(double latitude, double longitude, int count) =>
        [.. byKey.Values.Where(place => !place.IsCity).OrderBy(place => place.Airports[0].KmTo(latitude, longitude)).Take(count)];

    /// <summary>Whether exactly these words name something, so that a parser may split a sentence there.</summary>
    public bool Knows(string text) => byName.ContainsKey(Folding.Words(text));

    /// <param name="text">As the person wrote it: "WAW", "tel avv", "london uk", "heathrow airport".</param>
    public PlaceAnswer Find(string text)
    {
        var words = Folding.Words(text);
        if (words.Length == 0) return new PlaceAnswer.Unknown(text.Trim(), []);
        if (Exact(words, null) is { } exact) return exact;
        var plain = Trimmed(words);
        if (plain != words && Exact(plain, null) is { } trimmed) return trimmed;
        if (Countries.Named(plain) is { } whole && BusiestIn(whole) is { Count: > 0 } busiest)
        {
            return busiest.Count == 1 ? new PlaceAnswer.Found(busiest[0], true) : new PlaceAnswer.Several(busiest);
        }
        var (name, country) = Countries.SplitOff(plain);
        if (country is not null && Exact(name, country) is { } inCountry) return inCountry;
        if (NobodyFlies(plain) is { } nobody) return nobody;
        if (Began(name, country) is { } began) return began;
        return Misspelled(name, country) ?? new PlaceAnswer.Unknown(text.Trim(), Similar(name));
    }

    private PlaceAnswer? Exact(string words, string? country)
    {
        var code = words.ToUpperInvariant();
        if (World.Today(code) != code
            && byKey.TryGetValue(World.Today(code), out var moved))
        {
            return new PlaceAnswer.Found(moved, true);
        }
        if (!byName.TryGetValue(words, out var named)) return null;
        return Choose(named.Where(entry => country is null || entry.Place.Country == country).Select(entry => entry.Place), true);
    }

    private PlaceAnswer? Began(string words, string? country)
    {
        if (words.Length < 4) return null;
        // "saint pe" may go on in many ways, but only to the end of a word that has been begun well.
        return Choose(
            entries.Where(entry => (country is null || entry.Place.Country == country)
                    && entry.Name.StartsWith(words, StringComparison.Ordinal)
                    && (entry.Name[words.Length] == ' ' || words.Length * 10 >= entry.Name.Length * 6))
                .Select(entry => entry.Place), false);
    }

    private PlaceAnswer? Misspelled(string words, string? country)
    {
        var allowed = Spelling.Allowed(words.Length);
        if (allowed == 0) return null;
        var letters = LettersOf(words);
        var near = entries
            .Where(entry => entry.Name.Length > 3 && entry.MayBe(letters, allowed) && (country is null || entry.Place.Country == country))
            .Select(entry => (entry.Place, Edits: Spelling.Distance(words, entry.Name, allowed)))
            .Where(found => found.Edits <= allowed)
            .ToArray();
        if (near.Length == 0) return null;
        // One more edit is believed of a place with thirty times the flights: "lodon" is London and not Loddon.
        var best = near.Min(found => Cost(found.Edits, found.Place));
        return Choose(near.Where(found => Cost(found.Edits, found.Place) <= best + 0.6).Select(found => found.Place), false);
    }

    private static double Cost(int edits, Place place) => edits - Math.Log(Math.Max(1, place.Services), 30);

    private List<Place> Similar(string words)
    {
        var allowed = Math.Max(2, words.Length / 2);
        var letters = LettersOf(words);
        return Distinct(
            entries.Where(entry => entry.Name.Length > 3 && entry.Place.Services > 20 && entry.MayBe(letters, allowed))
                .Select(entry => (entry.Place, Edits: Spelling.Distance(words, entry.Name, allowed)))
                .Where(found => found.Edits <= allowed)
                .OrderBy(found => found.Edits - 0.5 * Math.Log10(found.Place.Services))
                .Select(found => found.Place),
            3, sorted: true);
    }

    private PlaceAnswer.Unserved? NobodyFlies(string words)
    {
        var code = words.ToUpperInvariant();
        if (!(words.Length == 3 && world.Airports.TryGetValue(code, out var airport)) && !unserved.TryGetValue(words, out airport)) return null;
        return new PlaceAnswer.Unserved(airport, Near(airport.Latitude, airport.Longitude, 3));
    }

    private static PlaceAnswer? Choose(IEnumerable<Place> candidates, bool exact)
    {
        var places = Distinct(candidates, MostChoices);
        return places switch
        {
            [] => null,
            [var only] => new PlaceAnswer.Found(only, exact),
            [var first, var second, ..] when first.Services >= ClearlyBusier * second.Services || first.Airports.Contains(second.Airports[0])
                => places.Skip(1).All(place => place.Services * ClearlyBusier <= first.Services || first.Airports.Contains(place.Airports[0]))
                    ? new PlaceAnswer.Found(first, exact)
                    : new PlaceAnswer.Several(places),
            _ => new PlaceAnswer.Several(places),
        };
    }

    private static List<Place> Distinct(IEnumerable<Place> places, int most, bool sorted = false)
    {
        var distinct = places.DistinctBy(place => place.Key);
        if (!sorted) distinct = distinct.OrderByDescending(place => place.Services).ThenBy(place => place.Key, StringComparer.Ordinal);
        // Where a city is offered, its single airports are not offered beside it.
        List<Place> kept = [];
        foreach (var place in distinct)
        {
            if (kept.Count == most) break;
            if (!kept.Exists(other => other.IsCity && !place.IsCity && other.Airports.Contains(place.Airports[0]))) kept.Add(place);
        }
        return kept;
    }

    /// <summary>"London Heathrow Airport" is also "London Heathrow" and "Heathrow".</summary>
    private static IEnumerable<string> OwnNames(Airport airport)
    {
        var words = Folding.Words(airport.Name).Split(' ');
        var own = words.Where(word => !Generic.Contains(word)).ToArray();
        yield return string.Join(' ', words);
        yield return string.Join(' ', own);
        var city = Folding.Words(airport.City).Split(' ');
        var rest = own.Where(word => !city.Contains(word)).ToArray();
        if (rest.Length is > 0 and < 4)
        {
            var name = string.Join(' ', rest);
            if (name.Length > 4) yield return name;
            if (name.Length > 2) yield return string.Join(' ', city) + " " + name;
        }
    }

    /// <summary>"the airport of" and "heathrow airport" without what names no place.</summary>
    private static string Trimmed(string words)
    {
        var kept = words.Split(' ').Where(word => word is not ("airport" or "city" or "the" or "international" or "any" or "all" or "airports" or "code")).ToArray();
        return kept.Length == 0 ? words : string.Join(' ', kept);
    }

    /// <param name="Letters">One bit for each letter the name has: an edit changes at most two, which spares most comparisons.</param>
    private readonly record struct Entry(string Name, Place Place, ulong Letters)
    {
        public bool MayBe(ulong letters, int edits) => BitOperations.PopCount(Letters ^ letters) <= 2 * edits;
    }

    private static ulong LettersOf(string words)
    {
        var letters = 0UL;
        foreach (var c in words) letters |= 1UL << (c & 63);
        return letters;
    }
}
