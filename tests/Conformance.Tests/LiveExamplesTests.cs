using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Stoa.Conformance.Tests;

/// <summary>What docs/protocol/live.md shows is what a server says: each of its examples is played, frame by frame.</summary>
public sealed partial class LiveExamplesTests(ServerUnderTest server)
{
    public static TheoryData<int, string> Examples() =>
        [.. Blocks().Matches(File.ReadAllText(Document())).Select((block, i) => new TheoryDataRow<int, string>(i + 1, block.Groups[1].Value))];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_is_what_the_server_says(int number, string example)
    {
        var (a, b, thread) = await server.PairAsync();
        var known = new Dictionary<string, string> { ["a.token"] = a.Token, ["b.token"] = b.Token, ["a.id"] = a.Id, ["b.id"] = b.Id, ["thread"] = thread };
        var devices = new Dictionary<string, Device>();
        try
        {
            foreach (var line in example.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.True(Line().Match(line) is { Success: true }, $"Example {number}: '{line}' is no line of a dialogue.");
                var parts = Line().Match(line).Groups;
                if (!devices.TryGetValue(parts["who"].Value, out var device))
                {
                    device = devices[parts["who"].Value] = await Device.OpenAsync(server.Address);
                }

                if (parts["way"].Value == "→")
                {
                    await device.SendAsync(Encoding.UTF8.GetBytes(Fill(parts["frame"].Value, known)));
                }
                else
                {
                    var shown = JsonElement.Parse(parts["frame"].Value);
                    var came = await device.NextAsync(Person.Text(shown, "op"));
                    AssertShown(shown, came, known, $"example {number}, '{line}', came {came}");
                }
            }
        }
        finally
        {
            foreach (var device in devices.Values)
            {
                await device.DisposeAsync();
            }
        }
    }

    [Fact]
    public void There_are_examples() => Assert.True(Examples().Count >= 4);

    /// <summary>A placeholder that is not known yet is made when it is sent.</summary>
    private static string Fill(string frame, Dictionary<string, string> known) => Placeholder().Replace(frame, found =>
    {
        var name = found.Groups[1].Value;
        return known.TryGetValue(name, out var value) ? value : known[name] = Guid.NewGuid().ToString();
    });

    /// <summary>Every member shown is there; a placeholder that is not known yet takes what came.</summary>
    private static void AssertShown(JsonElement shown, JsonElement came, Dictionary<string, string> known, string where)
    {
        switch (shown.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in shown.EnumerateObject())
                {
                    Assert.True(came.TryGetProperty(Fill(member.Name, known), out var value), $"'{member.Name}' is not there: {where}");
                    AssertShown(member.Value, value, known, where);
                }

                break;
            case JsonValueKind.String when Placeholder().Match(shown.GetString()!) is { Success: true } found && found.Length == shown.GetString()!.Length:
                var name = found.Groups[1].Value;
                Assert.True(known.TryAdd(name, came.GetString()!) || known[name] == came.GetString(), $"'{name}' is {known[name]} in one place and {came} in another: {where}");
                break;
            default:
                Assert.True(JsonElement.DeepEquals(shown, came), $"{shown} was shown: {where}");
                break;
        }
    }

    private static string Document([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../docs/protocol/live.md"); // A source file is in a folder.

    [GeneratedRegex("```live\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("^(?<who>[a-z]) (?<way>[→←]) (?<frame>\\{.*\\})$")]
    private static partial Regex Line();

    [GeneratedRegex("\\{([a-z][a-z. ]*)\\}")]
    private static partial Regex Placeholder();
}
