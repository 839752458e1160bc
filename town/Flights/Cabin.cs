using System.Globalization;

namespace Stoa.Town.Flights;

internal enum SeatKind
{
    Window,
    Middle,
    Aisle,
}

/// <summary>The seats of an aircraft: all economy, rows from 1, letters without I.</summary>
/// <param name="Blocks">Letters between the aisles: "ABC DEF".</param>
internal sealed record Cabin(string Aircraft, int Rows, string Blocks)
{
    private static readonly Cabin Small = new("ATR 72-600", 18, "AC DF");
    private static readonly Cabin Medium = new("Airbus A320", 30, "ABC DEF");
    private static readonly Cabin Large = new("Boeing 787-9", 36, "ABC DEF GHJ");

    public int Seats => Rows * Blocks.Count(char.IsLetter);

    public bool HasMiddle => Blocks.Split(' ').Any(block => block.Length > 2);

    public static Cabin For(double km) => km < 450 ? Small : km < 4500 ? Medium : Large;

    public IEnumerable<string> All() =>
        from row in Enumerable.Range(1, Rows)
        from letter in Blocks
        where letter != ' '
        select row.ToString(CultureInfo.InvariantCulture) + letter;

    public bool Has(string seat) =>
        seat.Length is 2 or 3 && Blocks.Contains(seat[^1], StringComparison.Ordinal) && seat[^1] != ' '
        && int.TryParse(seat.AsSpan(0, seat.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row >= 1 && row <= Rows && seat[0] != '0';

    public SeatKind KindOf(string seat)
    {
        var letter = seat[^1];
        if (letter == Blocks[0] || letter == Blocks[^1]) return SeatKind.Window;
        var block = Blocks.Split(' ').First(letters => letters.Contains(letter, StringComparison.Ordinal));
        return letter == block[0] || letter == block[^1] ? SeatKind.Aisle : SeatKind.Middle;
    }

    /// <summary>Whether somebody outside this world has long bought the seat: the same answer in every run.</summary>
    public static bool TakenByOthers(string flightKey, string seat) =>
        StableHash.Below(1000, flightKey, seat) < 520 + StableHash.Below(475, flightKey, "load");

    /// <summary>Free seats of the flight, those of <paramref name="kind"/> first, in an order that is the flight's own.</summary>
    public IEnumerable<string> Free(string flightKey, SeatKind kind, Func<string, bool> claimed) =>
        All().Where(seat => !TakenByOthers(flightKey, seat) && !claimed(seat))
            .OrderBy(seat => KindOf(seat) == kind ? 0 : 1)
            .ThenBy(seat => StableHash.Of(flightKey, seat, "order"));

    public int SeatsLeft(string flightKey, Func<string, bool> claimed) => All().Count(seat => !TakenByOthers(flightKey, seat) && !claimed(seat));
}
