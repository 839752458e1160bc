using Stoa.Media.Checks;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>Thousands of broken files from one seed for each sample: a check finds something or refuses; it never breaks, grows or runs in circles.</summary>
public sealed class ContentFuzzTests
{
    private const int RoundsEach = 4000;

    public static TheoryData<string> Names => [.. Samples.All];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_file_is_refused_or_rebuilt_within_its_budget(string sample)
    {
        var seed = 20_261_121;
        var random = new Random(seed);
        var (whole, others) = (Samples.Read(sample), Samples.All.Select(Samples.Read).ToList());
        var (taken, refused, unlike) = (0, 0, 0);
        using var original = new Content(whole);
        var kind = ContentCheck.Check(original).Type;
        for (var round = 0; round < RoundsEach; round++)
        {
            var bytes = Mutate(random, whole, others);
            using var content = new Content(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            CheckedContent found;
            try
            {
                found = ContentCheck.Check(content);
                taken++;
                unlike += found.Type == kind ? 0 : 1;
            }
            catch (ContentRefusedException)
            {
                refused++;
                continue;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{sample}, seed {seed}, round {round}: {exception}");
            }
            finally
            {
                var spent = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(spent < (64 * bytes.Length) + 1_000_000, $"{sample}, round {round}: {spent} bytes of memory for {bytes.Length}.");
                Assert.True(content.BytesRead < (16L * bytes.Length) + 1_000_000, $"{sample}, round {round}: {content.BytesRead} bytes read for {bytes.Length}.");
            }

            Assert.All(found.Rebuilt.All, piece => Assert.True(piece.Literal is not null || piece.Offset == -1 || (piece.Offset >= 0 && piece.Offset + piece.Length <= bytes.Length)));
            Assert.True(found.Rebuilt.Length <= bytes.Length + 256, $"{sample}, round {round}: {found.Rebuilt.Length} bytes came of {bytes.Length}.");
            if (found.IsRebuilt)
            {
                await AssertStaysAsync(content, found, $"{sample}, seed {seed}, round {round}");
            }
        }

        Assert.True(refused + unlike > 0 || kind == CheckedContent.OpaqueType, $"{taken} taken, none refused: the mutations break nothing.");
    }

    /// <summary>What came out is itself whole: another check finds the same and has nothing to change.</summary>
    private static async Task AssertStaysAsync(Content content, CheckedContent found, string where)
    {
        var rebuilt = await Samples.RebuildAsync(content, found);
        using var second = new Content(rebuilt);
        try
        {
            var again = ContentCheck.Check(second);
            Assert.Equal((found.Type, found.Width, found.Height, found.Frames), (again.Type, again.Width, again.Height, again.Frames));
            Assert.Equal(rebuilt, await Samples.RebuildAsync(second, again));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{where}: what was rebuilt does not stand a second check.", exception);
        }
    }

    private static byte[] Mutate(Random random, byte[] whole, List<byte[]> others)
    {
        var bytes = whole.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 8; times--)
        {
            // Headers are where decisions are made: half of the changes go there.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 256) : bytes.Count);
            var length = Math.Min(random.Next(1, 64), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 5:
                    var extreme = ((byte[][])[[0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1], [127, 255, 255, 255], [128, 0, 0, 0], [0, 0, 0, 8]])[random.Next(6)];
                    for (var i = 0; i < 4 && at + i < bytes.Count; i++)
                    {
                        bytes[at + i] = extreme[i];
                    }

                    break;
                case 6:
                    var other = others[random.Next(others.Count)];
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 200))]);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 2000)));
                    break;
            }
        }

        return bytes.Count == 0 ? [0] : [.. bytes];
    }
}
