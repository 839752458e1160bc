namespace Stoa.Town.Geography;

/// <summary>Where somebody wants to go: one airport, or a city with all of its airports.</summary>
/// <param name="Key">Stands in payloads: an airport's code, or <c>*</c> and the metropolitan code (without one: the largest airport's).</param>
/// <param name="Airports">Those that anybody flies from, the busiest first. Never empty.</param>
internal sealed record Place(string Key, string Name, string Country, IReadOnlyList<Airport> Airports)
{
    public int Services { get; } = Airports.Sum(airport => airport.Services);

    public string Zone => Airports[0].Zone;

    /// <summary>The code to show: LON for London as a whole, WAW for one airport.</summary>
    public string Code => Key.TrimStart('*');

    public bool IsCity => Key[0] == '*';
}

/// <summary>What came of looking a place up.</summary>
internal abstract record PlaceAnswer
{
    /// <param name="Exact">Written just so; otherwise guessed from a misspelling or a beginning.</param>
    public sealed record Found(Place Place, bool Exact) : PlaceAnswer;

    /// <summary>Several are meant equally likely; the likeliest first, at most eight.</summary>
    public sealed record Several(IReadOnlyList<Place> Places) : PlaceAnswer;

    /// <summary>A real airport from which nobody flies in our data; the nearest that have flights.</summary>
    public sealed record Unserved(Airport Airport, IReadOnlyList<Place> Nearby) : PlaceAnswer;

    /// <summary>Nothing like it; the most similar names, possibly none.</summary>
    public sealed record Unknown(string Text, IReadOnlyList<Place> Similar) : PlaceAnswer;
}
