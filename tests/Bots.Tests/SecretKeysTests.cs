using Microsoft.Extensions.Options;
using Stoa.Bots.Apps;
using Stoa.Hosting;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class SecretKeysTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-keys-").FullName;

    private string KeyFile => Path.Combine(folder, "keys", "bots");

    [Fact]
    public void What_was_sealed_opens_for_its_owner_only()
    {
        var box = Keys().Seal(7, "secret");

        Assert.Equal("secret", Keys().Open(7, box));
        Assert.Throws<InvalidOperationException>(() => Keys().Open(8, box));
    }

    [Fact]
    public void The_same_secret_is_sealed_differently_each_time() => Assert.NotEqual(Keys().Seal(7, "secret"), Keys().Seal(7, "secret"));

    [Fact]
    public void A_new_version_seals_and_the_old_one_still_opens()
    {
        var keys = Keys();
        var old = keys.Seal(7, "old");
        File.AppendAllText(KeyFile, $"2 {Convert.ToBase64String(new byte[32])}\n");

        var box = keys.Seal(7, "new");

        Assert.Equal([0, 0, 0, 2], box[..4]);
        Assert.Equal(("old", "new"), (keys.Open(7, old), keys.Open(7, box)));
    }

    [Fact]
    public void Without_its_key_file_nothing_opens_and_none_is_made_in_its_place()
    {
        var box = Keys().Seal(7, "secret");
        File.Delete(KeyFile);

        Assert.Contains("Restore the file", Assert.Throws<InvalidOperationException>(() => Keys().Open(7, box)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void Eight_who_make_the_first_key_at_once_have_the_same()
    {
        for (var round = 0; round < 50; round++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
            File.Delete(KeyFile);
            var boxes = Enumerable.Range(0, 8).AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(i => Keys().Seal(i, $"secret {i}")).ToList();

            Assert.All(boxes, box => Assert.Equal($"secret {boxes.IndexOf(box)}", Keys().Open(boxes.IndexOf(box), box)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("1 c2hvcnQ=")]
    public void A_damaged_key_file_says_so(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeyFile, content);

        Assert.Contains(KeyFile, Assert.Throws<InvalidOperationException>(() => Keys().Seal(7, "secret")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private SecretKeys Keys() => new(Options.Create(new StoaOptions { DataDirectory = folder }));
}
