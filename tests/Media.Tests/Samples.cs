using Stoa.Media.Checks;

namespace Stoa.Media.Tests;

/// <summary>Small real files of each kind, with names, comments and places in them that must not come out: the word "secret" stands for all.</summary>
internal static class Samples
{
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Samples")).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Samples", name));

    public static async Task<byte[]> RebuildAsync(Content content, CheckedContent found)
    {
        using var into = new MemoryStream();
        await using var rebuilt = new RebuiltStream(content, found.Rebuilt);
        await rebuilt.CopyToAsync(into);
        return into.ToArray();
    }
}
