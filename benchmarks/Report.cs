using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Bench.Load;

namespace Stoa.Bench;

/// <summary>One line of the table.</summary>
/// <param name="Unit"><c>/s</c>, <c>ms</c>, <c>bytes</c>, <c>MB</c>, <c>s</c>, or nothing for a bare count.</param>
internal sealed record Figure(string What, double Value, string Unit)
{
    /// <summary>The target, where more is better.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The target, where less is better.</summary>
    public double? AtMost { get; init; }

    /// <summary>What the same machine gave for the bare thing in this run; null where the limit is a fixed one.</summary>
    public double? Ceiling { get; init; }

    /// <summary>The target of <see cref="Ratio"/>.</summary>
    public double? RatioAtLeast { get; init; }

    /// <summary>Percentiles, counts.</summary>
    public string Note { get; init; } = "";

    public double? Ratio => Ceiling is > 0 ? Value / Ceiling : null;

    /// <summary>Null when there is no target.</summary>
    public bool? Met => AtLeast is null && AtMost is null && RatioAtLeast is null
        ? null
        : !(Value < AtLeast) && !(Value > AtMost) && (RatioAtLeast is null || Ratio >= RatioAtLeast);
}

/// <summary>Figures by measure, each with what else the machine did meanwhile; printed as a table and written as JSON. Judges nothing: a figure that misses its target is a figure.</summary>
internal sealed class Report(string machine, MachineLoad load)
{
    private readonly List<(string Measure, Figure Figure, double OthersCores)> lines = [];
    private string measure = "";

    public void Begin(string name)
    {
        measure = name;
        load.Begin();
    }

    public void Add(Figure figure) => lines.Add((measure, figure, load.ReadOthersCores()));

    public void Print(TextWriter to)
    {
        to.WriteLine();
        to.WriteLine(machine);
        to.WriteLine("Others: cores that programs of others used during the measure; the figures are theirs to spoil.");
        to.WriteLine();
        to.WriteLine($"| {"measure",-11} | {"what",-52} | {"figure",14} | {"target",10} | {"ceiling",9} | {"ratio",6} | {"target",6} | {"met",3} | {"others",6} | note");
        to.WriteLine($"| {new string('-', 11)} | {new string('-', 52)} | {new string('-', 14)} | {new string('-', 10)} | {new string('-', 9)} | {new string('-', 6)} | {new string('-', 6)} | --- | {new string('-', 6)} | ----");
        foreach (var (name, line, others) in lines)
        {
            var target = line.AtLeast is { } least ? $"≥ {Show(least)}" : line.AtMost is { } most ? $"≤ {Show(most)}" : "";
            to.WriteLine($"| {name,-11} | {line.What,-52} | {$"{Show(line.Value)} {line.Unit}".TrimEnd(),14} | {target,10} | {(line.Ceiling is { } c ? Show(c) : ""),9} | "
                + $"{(line.Ratio is { } r ? Share(r) : ""),6} | {(line.RatioAtLeast is { } a ? $"≥ {Share(a)}" : ""),6} | {line.Met switch { true => "yes", false => "no", null => "" },3} | {Share(others),6} | {line.Note}");
        }
    }

    public string ToJson()
    {
        var rows = new JsonArray([.. lines.Select(l => (JsonNode)new JsonObject
        {
            ["measure"] = l.Measure,
            ["what"] = l.Figure.What,
            ["figure"] = l.Figure.Value,
            ["unit"] = l.Figure.Unit,
            ["atLeast"] = l.Figure.AtLeast,
            ["atMost"] = l.Figure.AtMost,
            ["ceiling"] = l.Figure.Ceiling,
            ["ratio"] = l.Figure.Ratio,
            ["ratioAtLeast"] = l.Figure.RatioAtLeast,
            ["met"] = l.Figure.Met,
            ["othersCores"] = Math.Round(l.OthersCores, 2),
            ["note"] = l.Figure.Note,
        })]);
        return new JsonObject { ["machine"] = machine, ["lines"] = rows }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static string Show(double figure) => figure.ToString(figure >= 100 || figure == Math.Floor(figure) ? "#,0" : "0.0#", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);
}
