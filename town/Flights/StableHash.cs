namespace Stoa.Town.Flights;

/// <summary>
/// The same number for the same words on every machine and in every run, which <c>GetHashCode</c> is not:
/// the whole timetable is made of it. FNV-1a, stirred with the finaliser of SplitMix64.
/// </summary>
internal static class StableHash
{
    public static ulong Of(params ReadOnlySpan<string> words)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in words)
        {
            foreach (var c in word) hash = unchecked((hash ^ c) * 1099511628211UL);
            hash = unchecked((hash ^ 0x1F) * 1099511628211UL);
        }
        hash = unchecked((hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL);
        hash = unchecked((hash ^ (hash >> 27)) * 0x94D049BB133111EBUL);
        return hash ^ (hash >> 31);
    }

    /// <summary>0 to <paramref name="end"/> − 1.</summary>
    public static int Below(int end, params ReadOnlySpan<string> words) => (int)(Of(words) % (ulong)end);
}
