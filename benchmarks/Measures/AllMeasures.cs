namespace Stoa.Bench.Measures;

/// <summary>The one list. A new measure is a file beside this one and a line here.</summary>
internal static class AllMeasures
{
    public static readonly IReadOnlyList<Measure> List =
    [
        new("send", "acknowledged sends over HTTP, bytes per stored message", SendMeasure.RunAsync),
        new("start", "./run until it is ready; memory of the idle server", StartMeasure.RunAsync),
    ];
}
