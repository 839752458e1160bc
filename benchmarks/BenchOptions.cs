using System.Globalization;

namespace Stoa.Bench;

/// <param name="Measures">Names of what to run, in order.</param>
/// <param name="Seconds">Measured time of each load, after it has warmed up.</param>
/// <param name="Connections">Senders that wait for each answer before the next send.</param>
/// <param name="Full">The sizes that the targets speak of, where the usual ones are smaller to end sooner.</param>
/// <param name="Peer">Also measure the other program that a measure compares with, where there is one.</param>
/// <param name="Ceilings">False while tuning: the bare things are not measured, and there are no ratios.</param>
/// <param name="Seeds">Of <c>faults</c>: run the simulator of money with so many seeds, in the place of killing what sends messages.</param>
/// <param name="Seed">The first of them; 1 when absent.</param>
/// <param name="PostgresBinaries">Folder with <c>initdb</c> and <c>pg_ctl</c>; null: an installed server where there is one, else the pinned one.</param>
internal sealed record BenchOptions(IReadOnlyList<string> Measures, int Seconds, int Connections, bool Full, bool Peer, bool Ceilings, string? PostgresBinaries, string? JsonFile, int? Seeds = null, int? Seed = null)
{
    /// <param name="known">Names of all measures; none among the words means those of <paramref name="usual"/>.</param>
    /// <returns>Null when the words cannot be understood.</returns>
    public static BenchOptions? Parse(IReadOnlyList<string> words, IReadOnlyCollection<string> known, IReadOnlyList<string> usual)
    {
        var options = new BenchOptions([], 10, 64, false, false, true, null, null);
        for (var i = 0; i < words.Count; i++)
        {
            var value = i + 1 < words.Count ? words[i + 1] : null;
            switch (words[i])
            {
                case "--seconds" when TryReadCount(value, out var seconds):
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--connections" when TryReadCount(value, out var connections):
                    options = options with { Connections = connections };
                    i++;
                    break;
                case "--seeds" when TryReadCount(value, out var seeds):
                    options = options with { Seeds = seeds };
                    i++;
                    break;
                case "--seed" when TryReadCount(value, out var seed):
                    options = options with { Seed = seed };
                    i++;
                    break;
                case "--postgres" when value is not null:
                    options = options with { PostgresBinaries = value };
                    i++;
                    break;
                case "--json" when value is not null:
                    options = options with { JsonFile = Path.GetFullPath(value) };
                    i++;
                    break;
                case "--full":
                    options = options with { Full = true };
                    break;
                case "--no-ceilings":
                    options = options with { Ceilings = false };
                    break;
                case "--peer":
                    options = options with { Peer = true };
                    break;
                case var measure when known.Contains(measure):
                    options = options with { Measures = [.. options.Measures, measure] };
                    break;
                default:
                    return null;
            }
        }

        return options.Measures.Count == 0 ? options with { Measures = usual } : options;
    }

    private static bool TryReadCount(string? text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
