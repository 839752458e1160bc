using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Bench;

/// <summary>Lines of figures, printed as a table and written as JSON.</summary>
internal sealed class Report
{
    private readonly List<Line> lines = [];
    private string description = "";

    public void Describe(string machine) => description = machine;

    /// <param name="ceiling">What the same machine gave for the bare thing in this run; null where the limit is a fixed one.</param>
    /// <param name="note">Percentiles, counts, the target.</param>
    public void Add(string what, double figure, string unit, double? ceiling, string note) => lines.Add(new(what, figure, unit, ceiling, note));

    public void Print(TextWriter to)
    {
        to.WriteLine();
        to.WriteLine(description);
        to.WriteLine();
        to.WriteLine($"| {"what",-58} | {"figure",16} | {"ceiling",12} | {"ratio",6} | note");
        to.WriteLine($"| {new string('-', 58)} | {new string('-', 16)} | {new string('-', 12)} | {new string('-', 6)} | ----");
        foreach (var line in lines)
        {
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {line.What,-58} | {Show(line.Figure) + " " + line.Unit,16} | {(line.Ceiling is { } c ? Show(c) : ""),12} | {(line.Ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) : ""),6} | {line.Note}"));
        }
    }

    public string ToJson()
    {
        var rows = new JsonArray([.. lines.Select(l => (JsonNode)new JsonObject
        {
            ["what"] = l.What,
            ["figure"] = l.Figure,
            ["unit"] = l.Unit,
            ["ceiling"] = l.Ceiling,
            ["ratio"] = l.Ratio,
            ["note"] = l.Note,
        })]);
        return new JsonObject { ["machine"] = description, ["lines"] = rows }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static string Show(double figure) => figure.ToString(figure >= 100 ? "#,0" : "0.0#", CultureInfo.InvariantCulture);

    private sealed record Line(string What, double Figure, string Unit, double? Ceiling, string Note)
    {
        public double? Ratio => Ceiling is > 0 ? Figure / Ceiling : null;
    }
}
