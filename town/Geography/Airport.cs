namespace Stoa.Town.Geography;

/// <summary>One airport of the data, with the city's name as we show it.</summary>
/// <param name="Code">IATA, three letters.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Zone">IANA time zone.</param>
/// <param name="Services">Routes that start or end here: how likely it is that somebody means it. 0: nobody flies here.</param>
internal sealed record Airport(
    string Code, string Name, string City, string Country, double Latitude, double Longitude, string Zone, string? Metro, int Services)
{
    private const double EarthRadiusKm = 6371.0088;

    /// <summary>Great-circle distance (haversine) in kilometres.</summary>
    public double KmTo(Airport other) => KmTo(other.Latitude, other.Longitude);

    public double KmTo(double latitude, double longitude)
    {
        var (a, b) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(latitude));
        var dLat = Math.Sin((a - b) / 2);
        var dLon = Math.Sin(double.DegreesToRadians(Longitude - longitude) / 2);
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(dLat * dLat + Math.Cos(a) * Math.Cos(b) * dLon * dLon)));
    }
}
