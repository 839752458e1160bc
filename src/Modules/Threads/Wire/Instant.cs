using System.Globalization;

namespace Stoa.Threads.Wire;

/// <summary>Instants as the protocol writes them: UTC, milliseconds, <c>2026-11-20T20:58:00.123Z</c>.</summary>
internal static class Instant
{
    public const int Length = 24;

    /// <summary>What is stored is what is told: nothing finer than a millisecond.</summary>
    public static DateTimeOffset Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }

    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static int Write(Span<byte> destination, DateTimeOffset at)
    {
        at.UtcDateTime.TryFormat(destination, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return written;
    }
}
