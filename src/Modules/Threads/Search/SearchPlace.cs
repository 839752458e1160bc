using Stoa.Kernel;

namespace Stoa.Threads.Search;

/// <summary>A place in the order of what is found: newest first, then by thread and number. New messages do not move it.</summary>
internal readonly record struct SearchPlace(DateTimeOffset At, long Thread, long Seq) : IComparable<SearchPlace>
{
    /// <summary>Greater is found earlier.</summary>
    public int CompareTo(SearchPlace other) => (At, Thread, Seq).CompareTo((other.At, other.Thread, other.Seq));

    public static bool operator <(SearchPlace left, SearchPlace right) => left.CompareTo(right) < 0;

    public static bool operator >(SearchPlace left, SearchPlace right) => left.CompareTo(right) > 0;

    public static bool operator <=(SearchPlace left, SearchPlace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SearchPlace left, SearchPlace right) => left.CompareTo(right) >= 0;

    // Ticks, since nothing says that what a module above appends has whole milliseconds; the database keeps tenths of a tick's hundred.
    public override string ToString() => $"{At.UtcTicks}_{Thread}_{Seq}";

    public static bool TryParse(string text, out SearchPlace place)
    {
        place = default;
        if (text.Split('_') is not [var at, var thread, var seq] || !WireIds.TryParse(at, out var ticks) || !WireIds.TryParse(thread, out var id) || !WireIds.TryParse(seq, out var number)
            || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            return false;
        }

        place = new(new(ticks, TimeSpan.Zero), id, number);
        return true;
    }
}
