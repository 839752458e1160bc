using Stoa.Town.Flights;
using Stoa.Town.Geography;

namespace Stoa.Town.Tests;

/// <summary>The real data, read once for all tests.</summary>
internal static class TestWorld
{
    private static readonly Lazy<World> LoadedWorld = new(() => World.Load(Path.Combine(AppContext.BaseDirectory, "data")));
    private static readonly Lazy<Gazetteer> LoadedGazetteer = new(() => new Gazetteer(World));
    private static readonly Lazy<Timetable> LoadedTimetable = new(() => new Timetable(World));

    public static World World => LoadedWorld.Value;

    public static Gazetteer Gazetteer => LoadedGazetteer.Value;

    public static Timetable Timetable => LoadedTimetable.Value;

    public static Airport Airport(string code) => World.Airports[code];
}
