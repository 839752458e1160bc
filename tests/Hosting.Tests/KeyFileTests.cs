using Xunit;

namespace Stoa.Hosting.Tests;

public sealed class KeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-keys-").FullName;

    [Fact]
    public void Eight_who_make_the_file_at_once_have_the_same_key()
    {
        for (var round = 0; round < 50; round++)
        {
            var path = Path.Combine(folder, $"{round}", "keys");

            var keys = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ =>
            {
                KeyFile.CreateUnlessThere(path);
                return Convert.ToHexString(KeyFile.Load(path, "")[1]);
            }).ToList();

            Assert.Single(keys.Distinct());
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!)); // The path was combined from a folder.
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
