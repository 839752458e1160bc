using System.Text.Json.Serialization;

namespace Stoa.Town.Airline;

/// <summary>What the next words of the person answer.</summary>
internal enum Step
{
    Idle,
    AskedOrigin,
    AskedDestination,
    AskedDate,
    Offered,
    AskedName,
    AskedSeat,
    AskedPayment,
}

/// <summary>All the airline knows of one person; written whole each time it changes.</summary>
internal sealed record PersonState(string Id)
{
    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public Step Step { get; init; }

    public Draft Draft { get; init; } = new();

    /// <summary>Prices told to this person, the newest last.</summary>
    public IReadOnlyList<Quote> Quotes { get; init; } = [];

    /// <summary>Key of the booking being made.</summary>
    public string? Pending { get; init; }

    /// <summary>By time of choosing.</summary>
    public IReadOnlyList<Booking> Bookings { get; init; } = [];

    /// <summary>Keys of what has been handled, the newest last; bounded.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];

    /// <summary>Messages decided on and not yet known to be sent, in order.</summary>
    public IReadOnlyList<Outgoing> Outbox { get; init; } = [];

    /// <summary>Number of the next message.</summary>
    public long NextMessage { get; init; } = 1;

    public Booking? Find(string key) => Bookings.FirstOrDefault(booking => booking.Key == key);

    public PersonState With(Booking booking) => this with
    {
        Bookings = Find(booking.Key) is null ? [.. Bookings, booking] : [.. Bookings.Select(other => other.Key == booking.Key ? booking : other)],
    };
}

/// <summary>A search that may still lack something.</summary>
internal sealed record Draft
{
    /// <summary>Place keys, see <see cref="Geography.Place"/>.</summary>
    public string? From { get; init; }

    public string? To { get; init; }

    /// <summary>yyyy-MM-dd at the airport of departure.</summary>
    public string? Date { get; init; }

    public Questions.DayPart Part { get; init; }
}

/// <summary>A price that was told, and until when it is kept.</summary>
/// <param name="HeldUntil">Milliseconds since 1970.</param>
internal sealed record Quote(string Itinerary, long BaseMinor, long TaxesMinor, long HeldUntil);

internal enum BookingStatus
{
    Choosing,

    /// <summary>Name, seat and price are fixed until <see cref="Booking.HeldUntil"/>.</summary>
    Held,

    Ticketed,
    CheckedIn,
    Dropped,
}

/// <summary>One traveller on one journey.</summary>
internal sealed record Booking
{
    public required string Key { get; init; }

    /// <summary>See <see cref="Flights.Itinerary.Key"/>.</summary>
    public required string Itinerary { get; init; }

    public required long BaseMinor { get; init; }

    public required long TaxesMinor { get; init; }

    public BookingStatus Status { get; init; }

    public string? Given { get; init; }

    public string? Surname { get; init; }

    /// <summary>One per flight, in order; "" where the flight was full.</summary>
    public IReadOnlyList<string> Seats { get; init; } = [];

    /// <summary>Milliseconds since 1970; until then nobody else gets the seats.</summary>
    public long HeldUntil { get; init; }

    public string? Pnr { get; init; }

    /// <summary>Thirteen digits.</summary>
    public string? Ticket { get; init; }

    public string? PaymentId { get; init; }

    public long PaidAt { get; init; }

    /// <summary>Check-in sequence number on each flight.</summary>
    public IReadOnlyList<int> Sequences { get; init; } = [];

    [JsonIgnore]
    public long TotalMinor => BaseMinor + TaxesMinor;

    [JsonIgnore]
    public bool HasTicket => Status is BookingStatus.Ticketed or BookingStatus.CheckedIn;
}

/// <summary>One call of the Send API that is still to be made.</summary>
/// <param name="Body">JSON with <c>message</c> or <c>sender_action</c>, without the recipient.</param>
/// <param name="Fleeting">Typing and seen marks: not worth sending late.</param>
internal sealed record Outgoing(long Number, string Body, bool Fleeting);

