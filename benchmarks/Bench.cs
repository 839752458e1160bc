namespace Stoa.Bench;

/// <summary>What a measure works with: where to start things, how large, and where its figures go.</summary>
internal sealed record Bench(Workshop Workshop, BenchOptions Options, Report Report);

/// <param name="Name">The word after <c>./bench</c>.</param>
/// <param name="Summary">What it does, in one line of the usage text.</param>
/// <param name="Usual">Runs when no measure is named.</param>
internal sealed record Measure(string Name, string Summary, Func<Bench, CancellationToken, Task> RunAsync, bool Usual = true);
