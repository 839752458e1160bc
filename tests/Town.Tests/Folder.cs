namespace Stoa.Town.Tests;

/// <summary>A folder of a test's own, gone with it.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("stoa-town-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
