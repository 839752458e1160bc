using System.Text.RegularExpressions;
using Xunit;

namespace Stoa.House.Tests;

/// <summary>A page names only what is there.</summary>
public sealed partial class DocsTests
{
    private static readonly string[] roots = ["src/", "web/", "town/", "tests/", "docs/", "benchmarks/", "tools/", "samples/", "sdk/"];

    [Fact]
    public void Every_path_named_in_a_page_exists()
    {
        var found = Repository.Files
            .Where(f => f.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(f => PathsIn(Repository.Read(f)).Where(path => !Exists(path) && !Exists($"{Path.GetDirectoryName(f)}/{path}")).Select(path => $"{f}: {path}"));

        Assert.Empty(found);
    }

    [Fact]
    public void Every_link_to_a_page_or_picture_leads_somewhere()
    {
        var found = Repository.Files
            .Where(f => f.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(f => LinksIn(Repository.Read(f))
                .Where(link => !Exists(Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(f) ?? "", link))))
                .Select(link => $"{f}: {link}"));

        Assert.Empty(found);
    }

    [Fact]
    public void A_path_that_is_not_there_is_found() =>
        Assert.Equal(["src/Modules/Threads/Nowhere.cs"], PathsIn("Begin at `src/Modules/Threads/Nowhere.cs`, not at `Money.cs`.").Where(p => !Exists(p)));

    [Fact]
    public void A_link_that_leads_nowhere_is_found() =>
        Assert.Equal(["docs/nowhere.md"], LinksIn("[a](docs/nowhere.md) [b](https://example.org) [c](#here)").Where(p => !Exists(p)));

    private static IEnumerable<string> PathsIn(string page) =>
        NamedPath().Matches(page).Select(m => m.Groups["path"].Value.TrimEnd('/', '.')).Where(p => roots.Any(p.StartsWith) && !p.Contains('*', StringComparison.Ordinal) && !p.Contains('{', StringComparison.Ordinal));

    private static IEnumerable<string> LinksIn(string page) =>
        Link().Matches(page).Select(m => m.Groups["to"].Value.Split('#')[0]).Where(to => to.Length > 0 && !to.Contains(':', StringComparison.Ordinal));

    private static bool Exists(string path) => Path.Exists(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"`(?<path>[A-Za-z0-9_.@/*{}-]+/[A-Za-z0-9_.@/*{}-]*)`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();
}
