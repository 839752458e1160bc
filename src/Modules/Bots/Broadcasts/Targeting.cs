using Dapper;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Broadcasts;

/// <summary>Whom a broadcast is for: labels joined by <c>AND</c>, <c>OR</c> and <c>NOT</c>, nested (messenger-platform §5.6). Becomes a condition with parameters.</summary>
internal static class Targeting
{
    private const int LabelsMax = 50;
    private const int DepthMax = 8;

    /// <param name="label">One label alone; absent for none.</param>
    /// <param name="targeting">The expression; absent for everybody.</param>
    /// <param name="labels">Receives the labels that are named, for a check that they are the page's.</param>
    /// <returns>SQL over <c>i.person_id</c>; its values are in <paramref name="parameters"/>.</returns>
    /// <exception cref="GraphException">By path.</exception>
    public static string Compose(GraphValue label, GraphValue targeting, DynamicParameters parameters, ICollection<(long Id, GraphValue Where)> labels)
    {
        var conditions = new List<string> { "true" };
        if (label.Exists)
        {
            conditions.Add(Has(label, parameters, labels));
        }

        if (targeting.Exists && targeting.Members()["labels"] is { Exists: true } tree)
        {
            conditions.Add(Compose(tree, parameters, labels, 1));
        }

        return string.Join(" and ", conditions);
    }

    private static string Compose(GraphValue tree, DynamicParameters parameters, ICollection<(long Id, GraphValue Where)> labels, int depth)
    {
        if (depth > DepthMax)
        {
            throw tree.Wrong($"Labels are nested at most {DepthMax} deep.");
        }

        var operation = tree.Members()["operator"].OneOf("AND", "OR", "NOT") ?? "AND";
        var parts = tree["values"].List(1, LabelsMax).Select(value =>
            value.Raw.ValueKind == System.Text.Json.JsonValueKind.Object ? Compose(value, parameters, labels, depth + 1) : Has(value, parameters, labels)).ToList();
        return operation switch
        {
            "OR" => $"({string.Join(" or ", parts)})",
            "NOT" => $"not ({string.Join(" or ", parts)})",
            _ => $"({string.Join(" and ", parts)})",
        };
    }

    private static string Has(GraphValue value, DynamicParameters parameters, ICollection<(long Id, GraphValue Where)> labels)
    {
        if (!WireIds.TryParse(value.TextOrNumber(20) ?? "", out var id) || labels.Count == LabelsMax)
        {
            throw value.Wrong(labels.Count == LabelsMax ? $"At most {LabelsMax} labels can be named." : "There is no label with this id on this page.");
        }

        var name = $"label{labels.Count}";
        labels.Add((id, value));
        parameters.Add(name, id);
        return $"exists (select from bots.labelled l where l.page_id = i.page_id and l.person_id = i.person_id and l.label_id = @{name})";
    }
}
