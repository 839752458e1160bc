using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Stoa.Conformance.Tests.Messenger;

/// <summary>What the Messenger Platform documents, row by row, asked of a server from outside; and the page that tells of it.</summary>
public sealed class MessengerTests(ServerUnderTest server)
{
    private const string PagePath = "docs/protocol/messenger-compatibility.md";

    private static readonly IReadOnlyList<MessengerCase> cases = [.. SendCases.All, .. TemplateCases.All, .. OtherCases.All];

    [Theory]
    [InlineData("Ground rules")]
    [InlineData("Send API")]
    [InlineData("Attachments")]
    [InlineData("Templates")]
    [InlineData("Buttons")]
    [InlineData("Webhooks")]
    [InlineData("Messenger profile and thread settings")]
    [InlineData("Other calls")]
    public async Task Every_row_is_as_the_page_says(string section)
    {
        var bot = await BotUnderTest.OpenAsync(server);
        var wrong = new List<string>();
        foreach (var row in cases.Where(c => c.Section == section))
        {
            var answer = await row.Ask(bot);
            if (!Regex.IsMatch(answer, bot.Fill(row.Expected), RegexOptions.Singleline))
            {
                wrong.Add($"{row.Row} ({row.Verdict}): {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_row_belongs_to_a_section_that_is_asked_and_stands_once()
    {
        var asked = typeof(MessengerTests).GetMethod(nameof(Every_row_is_as_the_page_says))!.GetCustomAttributesData().Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .SelectMany(a => ((IEnumerable<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).Select(v => (string)v.Value!)); // The theory above.
        Assert.Equal(asked, cases.Select(c => c.Section).Distinct());
        Assert.Equal(cases.Count, cases.Select(c => (c.Section, c.Row)).Distinct().Count());
        Assert.All(cases, c => Assert.Equal(c.Verdict == Verdict.Same, c.Note is null));
    }

    /// <summary>With <c>STOA_WRITE_DOCS</c> set the page is written instead.</summary>
    [Fact]
    public void The_page_says_what_the_rows_say()
    {
        var path = Path.Combine(Root(), PagePath);
        if (Environment.GetEnvironmentVariable("STOA_WRITE_DOCS") is { Length: > 0 })
        {
            File.WriteAllText(path, Compose());
        }

        Assert.Equal(Compose(), File.ReadAllText(path));
    }

    private static string Compose()
    {
        var page = new StringBuilder("# How far the Messenger dialect is the original's\n\n");
        page.Append("Written from the conformance tests (`tests/Conformance.Tests`), which ask each row of a running server, ours or anybody's; change it there and write it with\n");
        page.Append("`STOA_WRITE_DOCS=1`. *Same*: as documented. *Differs*: works, and otherwise than documented. *Absent*: refused, with what is said in its place.\n\n");
        page.Append("| | rows |\n| --- | --- |\n");
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            page.Append(CultureInfo.InvariantCulture, $"| {Word(verdict)} | {cases.Count(c => c.Verdict == verdict)} |\n");
        }

        foreach (var section in cases.GroupBy(c => c.Section))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n| what is documented | here | |\n| --- | --- | --- |\n");
            foreach (var row in section)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {row.Row} | {Word(row.Verdict)} | {row.Note} |\n");
            }
        }

        page.Append("\n## Not here at all\n\nWebsite plugins, adverts and sponsored messages, the Extensions SDK and Instant Games, utility message templates, Discover. Hand-over between\n");
        page.Append("several apps of a page is here and is asked by the server's own tests: it needs two apps at one page, which only the operator makes.\n");
        return page.ToString();
    }

    private static string Word(Verdict verdict) => verdict switch { Verdict.Same => "same", Verdict.Differs => "differs", _ => "absent" };

    private static string Root()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        while (here is not null && !File.Exists(Path.Combine(here.FullName, "Stoa.slnx")))
        {
            here = here.Parent;
        }

        return here?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository.");
    }
}
