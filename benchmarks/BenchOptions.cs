using System.Globalization;

namespace Stoa.Bench;

/// <param name="Measures">What to run, in order.</param>
/// <param name="Seconds">Measured time of each load, after a second of warming up.</param>
/// <param name="Connections">Senders that wait for each answer before the next send.</param>
/// <param name="PostgresBinaries">Folder with <c>initdb</c> and <c>pg_ctl</c>; null: an installed server where there is one, else the pinned one.</param>
internal sealed record BenchOptions(IReadOnlyList<string> Measures, int Seconds, int Connections, string? PostgresBinaries, string? JsonFile)
{
    private static readonly string[] known = ["send", "start"];

    /// <returns>Null when the words cannot be understood.</returns>
    public static BenchOptions? Parse(string[] words)
    {
        var options = new BenchOptions([], 10, 64, null, null);
        for (var i = 0; i < words.Length; i++)
        {
            var value = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--seconds" when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--connections" when int.TryParse(value, CultureInfo.InvariantCulture, out var connections) && connections > 0:
                    options = options with { Connections = connections };
                    i++;
                    break;
                case "--postgres" when value is not null:
                    options = options with { PostgresBinaries = value };
                    i++;
                    break;
                case "--json" when value is not null:
                    options = options with { JsonFile = value };
                    i++;
                    break;
                case var measure when known.Contains(measure):
                    options = options with { Measures = [.. options.Measures, measure] };
                    break;
                default:
                    return null;
            }
        }

        return options.Measures.Count == 0 ? options with { Measures = known } : options;
    }
}
