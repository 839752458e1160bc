using NodaTime;

namespace Stoa.Town.Airline;

/// <summary>What the conversation with one person must know of all the others: seats and numbers given out.</summary>
internal interface IDesk
{
    /// <summary>Whether a booking other than <paramref name="booking"/> has the seat, for good or held at <paramref name="now"/>.</summary>
    bool Claimed(string flightKey, string seat, string? booking, Instant now);

    /// <summary>The highest check-in sequence number of the flight; 0 before the first.</summary>
    int LastSequence(string flightKey);

    bool PnrInUse(string pnr);
}

/// <summary>What happens around a decision.</summary>
/// <param name="Now">When the person acted, by the platform's clock.</param>
/// <param name="Random">Fills a span with unpredictable bytes; a seeded source in tests.</param>
/// <param name="Address">Where pictures and the check-in page of the airline are, without a slash at the end.</param>
internal sealed record Moment(Instant Now, IDesk Desk, Action<Span<byte>> Random, string Address)
{
    /// <summary>Six of 32 letters and digits that nobody confuses.</summary>
    public string NewPnr()
    {
        const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        Span<byte> bytes = stackalloc byte[6];
        Span<char> pnr = stackalloc char[6];
        while (true)
        {
            Random(bytes);
            for (var i = 0; i < pnr.Length; i++) pnr[i] = Letters[bytes[i] & 31];
            var made = new string(pnr);
            if (!Desk.PnrInUse(made)) return made;
        }
    }
}

/// <summary>The index over everybody's bookings. It holds nothing of its own: it can be built again from the states at any time.</summary>
internal sealed class Desk : IDesk
{
    private readonly Dictionary<(string Flight, string Seat), List<Claim>> claims = [];
    private readonly Dictionary<string, Dictionary<string, int>> sequences = [];
    private readonly Dictionary<string, string> pnrs = [];

    public bool Claimed(string flightKey, string seat, string? booking, Instant now) =>
        claims.TryGetValue((flightKey, seat), out var list) && list.Exists(claim => claim.Booking != booking && (claim.ForGood || claim.Until > now.ToUnixTimeMilliseconds()));

    public int LastSequence(string flightKey) => sequences.TryGetValue(flightKey, out var given) && given.Count > 0 ? given.Values.Max() : 0;

    public bool PnrInUse(string pnr) => pnrs.ContainsKey(pnr);

    /// <summary>Takes what <paramref name="before"/> claimed out of the index and puts in what <paramref name="after"/> claims.</summary>
    public void Replace(PersonState? before, PersonState after)
    {
        foreach (var booking in before?.Bookings ?? []) Remove(booking);
        foreach (var booking in after.Bookings) Add(booking);
    }

    private void Add(Booking booking)
    {
        if (booking.Status is BookingStatus.Held or BookingStatus.Ticketed or BookingStatus.CheckedIn)
        {
            foreach (var place in Places(booking))
            {
                if (!claims.TryGetValue(place, out var list)) claims[place] = list = [];
                list.Add(new Claim(booking.Key, booking.HasTicket, booking.HeldUntil));
            }
        }
        foreach (var (flight, sequence) in booking.Itinerary.Split('_').Zip(booking.Sequences))
        {
            if (!sequences.TryGetValue(flight, out var given)) sequences[flight] = given = [];
            given[booking.Key] = sequence;
        }
        if (booking.Pnr is { } pnr) pnrs[pnr] = booking.Key;
    }

    private void Remove(Booking booking)
    {
        foreach (var place in Places(booking))
        {
            if (claims.TryGetValue(place, out var list) && list.RemoveAll(claim => claim.Booking == booking.Key) > 0 && list.Count == 0) claims.Remove(place);
        }
        foreach (var flight in booking.Itinerary.Split('_'))
        {
            if (sequences.TryGetValue(flight, out var given)) given.Remove(booking.Key);
        }
        if (booking.Pnr is { } pnr) pnrs.Remove(pnr);
    }

    private static IEnumerable<(string Flight, string Seat)> Places(Booking booking) =>
        booking.Itinerary.Split('_').Zip(booking.Seats).Where(place => place.Second.Length > 0);

    private readonly record struct Claim(string Booking, bool ForGood, long Until);
}
