using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Stoa.House.Tests;

/// <summary>The table "Who knows whom" in ARCHITECTURE.md and the project files say the same.</summary>
public sealed class ArrowTests
{
    private static readonly string[] folders = ["src/", "town/", "sdk/dotnet/Stoa.BotSdk/"];

    [Fact]
    public void Every_project_knows_exactly_what_the_table_says()
    {
        var table = ReadTable(Repository.Read("ARCHITECTURE.md"));
        var projects = Repository.Files
            .Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && folders.Any(f.StartsWith))
            .ToDictionary(NameOf, IReadOnlySet<string> (f) => ReadReferences(XDocument.Parse(Repository.Read(f))));

        Assert.Empty(Compare(table, projects));
    }

    [Fact]
    public void A_reference_that_the_table_does_not_have_is_found()
    {
        var table = ReadTable("| project | knows |\n| --- | --- |\n| Kernel | |\n| Wallet | Kernel |\n");
        var projects = new Dictionary<string, IReadOnlySet<string>>
        {
            ["Kernel"] = new HashSet<string>(),
            ["Wallet"] = ReadReferences(XDocument.Parse(
                """<Project><ItemGroup><ProjectReference Include="../../Kernel/Stoa.Kernel.csproj" /><ProjectReference Include="../Bots/Stoa.Bots.csproj" /></ItemGroup></Project>""")),
        };

        Assert.Equal(["Wallet knows Bots, which ARCHITECTURE.md does not allow."], Compare(table, projects));
    }

    [Fact]
    public void A_project_that_the_table_does_not_have_is_found()
    {
        var projects = new Dictionary<string, IReadOnlySet<string>> { ["Gossip"] = new HashSet<string>() };

        Assert.Equal(["Gossip has no row in ARCHITECTURE.md."], Compare(new Dictionary<string, IReadOnlySet<string>>(), projects));
    }

    [Fact]
    public void An_arrow_that_no_project_has_is_found()
    {
        var table = ReadTable("| Kernel | |\n| Wallet | Kernel |\n");
        var projects = new Dictionary<string, IReadOnlySet<string>> { ["Kernel"] = new HashSet<string>(), ["Wallet"] = new HashSet<string>() };

        Assert.Equal(["ARCHITECTURE.md says that Wallet knows Kernel; its project file does not."], Compare(table, projects));
    }

    private static List<string> Compare(IReadOnlyDictionary<string, IReadOnlySet<string>> table, IReadOnlyDictionary<string, IReadOnlySet<string>> projects)
    {
        var found = new List<string>();
        foreach (var (project, knows) in projects.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!table.TryGetValue(project, out var allowed))
            {
                found.Add($"{project} has no row in ARCHITECTURE.md.");
                continue;
            }

            found.AddRange(knows.Except(allowed).Select(k => $"{project} knows {k}, which ARCHITECTURE.md does not allow."));
            found.AddRange(allowed.Except(knows).Select(k => $"ARCHITECTURE.md says that {project} knows {k}; its project file does not."));
        }

        found.AddRange(table.Keys.Except(projects.Keys).Select(p => $"ARCHITECTURE.md has a row for {p}, which is no project."));
        return found;
    }

    private static Dictionary<string, IReadOnlySet<string>> ReadTable(string page)
    {
        var rows = page.Contains("| project | knows |", StringComparison.Ordinal) ? page[page.IndexOf("| project | knows |", StringComparison.Ordinal)..] : page;
        return Regex.Matches(rows, @"^\| (?<project>[A-Z][A-Za-z]+) \|(?<knows>[A-Za-z, ]*)\|$", RegexOptions.Multiline).ToDictionary(
            m => m.Groups["project"].Value,
            m => (IReadOnlySet<string>)m.Groups["knows"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet());
    }

    private static HashSet<string> ReadReferences(XDocument project) =>
        [.. project.Descendants("ProjectReference").Select(r => NameOf(r.Attribute("Include")?.Value ?? ""))];

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path).Replace("Stoa.", "", StringComparison.Ordinal);
}
