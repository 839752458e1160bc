using Stoa.Town.Geography;

namespace Stoa.Town.Flights;

/// <summary>
/// One airline's flight numbers: each departure of each of its services has its own, the same in every run.
/// Numbers are the departures' places in the list, scattered over the range by a multiplication modulo a prime,
/// so that they look like flight numbers and can be turned back without a table.
/// </summary>
internal sealed class Carrier
{
    private const int First = 100;
    private const int Multiplier = 373;

    private readonly Service[] services;
    private readonly int[] before;
    private readonly int prime;
    private readonly int inverse;

    /// <param name="services">This airline's, in any order.</param>
    /// <param name="departures">How many departures a day a service has.</param>
    public Carrier(IEnumerable<Service> services, Func<Service, int> departures)
    {
        this.services = [.. services.OrderBy(s => s.From, StringComparer.Ordinal).ThenBy(s => s.To, StringComparer.Ordinal)];
        before = new int[this.services.Length + 1];
        for (var i = 0; i < this.services.Length; i++) before[i + 1] = before[i] + departures(this.services[i]);
        prime = Departures <= 887 ? 887 : 9887;
        if (Departures > prime) throw new InvalidOperationException($"{this.services[0].Airline} has {Departures} departures, more than there are flight numbers.");
        inverse = Inverse(Multiplier, prime);
    }

    /// <summary>Of all services together, each day.</summary>
    public int Departures => before[^1];

    /// <summary>The flight number of a service's n-th departure (from 0) of the day.</summary>
    public int NumberOf(Service service, int nth) => First + (int)((long)(before[IndexOf(service)] + nth) * Multiplier % prime);

    /// <summary>Which departure bears this number, or null.</summary>
    public (Service Service, int Nth)? Find(int number)
    {
        if (number < First || number >= First + prime) return null;
        var place = (int)((long)(number - First) * inverse % prime);
        if (place >= Departures) return null;
        var at = Array.BinarySearch(before, place);
        if (at < 0) at = ~at - 1;
        return (services[at], place - before[at]);
    }

    private int IndexOf(Service service) =>
        Array.BinarySearch(services, service, Comparer<Service>.Create((a, b) =>
            string.CompareOrdinal(a.From, b.From) is not 0 and var order ? order : string.CompareOrdinal(a.To, b.To)));

    /// <summary>By Fermat: a to the power of p − 2 is one over a, modulo p.</summary>
    private static int Inverse(int a, int p)
    {
        long result = 1, power = a % p;
        for (var e = p - 2; e > 0; e >>= 1)
        {
            if ((e & 1) == 1) result = result * power % p;
            power = power * power % p;
        }
        return (int)result;
    }
}
