using System.Security.Cryptography;
using Stoa.Media.Storage;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>What every blob store keeps to.</summary>
public abstract class BlobStoreSpecification : IAsyncLifetime
{
    private IBlobStore store = null!; // InitializeAsync runs before every test.

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await OpenAsync();

    public ValueTask DisposeAsync()
    {
        Close();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected abstract Task<IBlobStore> OpenAsync();

    private protected abstract void Close();

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData((5 * 1024 * 1024) + 1)]
    [InlineData(12_345_678)] // Three parts of five megabytes.
    public async Task What_was_put_comes_back(int length)
    {
        var (name, bytes) = (BlobName.New(), Bytes(length));
        Assert.False(await store.ExistsAsync(name, Ct));

        await PutAsync(name, bytes);

        Assert.True(await store.ExistsAsync(name, Ct));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await ReadAsync(name, 0, length)));
        Assert.Equal(bytes[^1..], await ReadAsync(name, length - 1, 1));
        Assert.Equal(bytes[(length / 3)..(length / 2)], length < 6 ? bytes[(length / 3)..(length / 2)] : await ReadAsync(name, length / 3, (length / 2) - (length / 3)));
    }

    [Fact]
    public async Task The_same_put_twice_and_at_once_is_one_blob()
    {
        var (name, bytes) = (BlobName.New(), Bytes(300_000));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PutAsync(name, bytes)));
        await PutAsync(name, bytes);

        Assert.Equal(bytes, await ReadAsync(name, 0, bytes.Length));
    }

    [Theory]
    [InlineData(100_000, 99_999)]
    [InlineData(100_000, 100_001)]
    [InlineData(6_000_000, 5_999_999)]
    [InlineData(6_000_000, 6_000_001)]
    public async Task A_content_of_another_length_than_announced_is_not_stored(int length, int announced)
    {
        var (name, bytes) = (BlobName.New(), Bytes(length));

        await Assert.ThrowsAsync<BlobMismatchException>(() => store.PutAsync(name, () => new MemoryStream(bytes), announced, SHA256.HashData(bytes), Ct));

        Assert.False(await store.ExistsAsync(name, Ct));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(6_000_000)]
    public async Task A_content_of_another_hash_than_announced_is_not_stored(int length)
    {
        var (name, bytes) = (BlobName.New(), Bytes(length));
        var hash = SHA256.HashData(bytes);
        bytes[length / 2] ^= 1;

        await Assert.ThrowsAsync<BlobMismatchException>(() => store.PutAsync(name, () => new MemoryStream(bytes), length, hash, Ct));

        Assert.False(await store.ExistsAsync(name, Ct));
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(7_000_000)]
    public async Task A_content_that_breaks_off_is_not_stored(int length)
    {
        var name = BlobName.New();

        await Assert.ThrowsAnyAsync<Exception>(() => store.PutAsync(name, () => new BrokenStream(length / 2), length, new byte[32], Ct));

        Assert.False(await store.ExistsAsync(name, Ct));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_also_when_it_is_deleted_twice_or_never_was()
    {
        var name = BlobName.New();
        await PutAsync(name, Bytes(10));

        await store.DeleteAsync(name, Ct);
        await store.DeleteAsync(name, Ct);
        await store.DeleteAsync(BlobName.New(), Ct);

        Assert.False(await store.ExistsAsync(name, Ct));
        using var into = new MemoryStream();
        Assert.False(await store.CopyAsync(name, 0, 10, into, Ct));
        Assert.Equal(0, into.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("0123456789abcdef0123456789abcde/")]
    public async Task A_name_that_is_not_ours_goes_nowhere(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(name, Bytes(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(name, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => store.ExistsAsync(name, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CopyAsync(name, 0, 1, Stream.Null, Ct));
    }

    private protected static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private Task PutAsync(string name, byte[] bytes) => store.PutAsync(name, () => new MemoryStream(bytes), bytes.Length, SHA256.HashData(bytes), Ct);

    private async Task<byte[]> ReadAsync(string name, long offset, long length)
    {
        using var into = new MemoryStream();
        Assert.True(await store.CopyAsync(name, offset, length, into, Ct));
        return into.ToArray();
    }

    private sealed class BrokenStream(int good) : MemoryStream(new byte[good])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The line was cut.");
    }
}

public sealed class DiskBlobStoreTests : BlobStoreSpecification
{
    private readonly string folder = $"/tmp/stoa-blobs-{Environment.ProcessId}-{Guid.NewGuid():n}";

    private protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(new DiskBlobStore(folder));

    private protected override void Close() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nothing_half_written_stays_beside_and_what_a_crash_left_is_swept_after_a_day()
    {
        var store = new DiskBlobStore(folder);
        await Assert.ThrowsAsync<BlobMismatchException>(() => store.PutAsync(BlobName.New(), () => new MemoryStream([1]), 2, new byte[32], Ct));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "half")));
        var (old, young) = (Path.Combine(folder, "half", "old"), Path.Combine(folder, "half", "young"));
        await File.WriteAllTextAsync(old, "", Ct);
        await File.WriteAllTextAsync(young, "", Ct);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromHours(25));

        _ = new DiskBlobStore(folder);

        Assert.Equal([young], Directory.EnumerateFiles(Path.Combine(folder, "half")));
    }

    [Fact]
    public async Task Files_and_folders_are_the_server_s_alone_and_in_shards()
    {
        var (store, name) = (new DiskBlobStore(folder), BlobName.New());
        await store.PutAsync(name, () => new MemoryStream([1]), 1, SHA256.HashData([1]), Ct);

        var path = Path.Combine(folder, name[..2], name[2..4], name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(folder, name[..2])));
    }
}

public sealed class S3BlobStoreTests(S3Rver rver) : BlobStoreSpecification
{
    private S3BlobStore? store;

    private protected override async Task<IBlobStore> OpenAsync() => store = new(await rver.OptionsAsync("pre.fix/"), TimeProvider.System);

    private protected override void Close() => store?.Dispose();

    [Fact]
    public async Task A_wrong_key_is_refused_and_named()
    {
        var options = await rver.OptionsAsync();
        options.SecretAccessKey = "wrong";
        using var stranger = new S3BlobStore(options, TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<BlobStoreException>(() => stranger.PutAsync(BlobName.New(), () => new MemoryStream([1]), 1, SHA256.HashData([1]), Ct));

        Assert.Contains("SignatureDoesNotMatch", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_is_said_to_be()
    {
        var options = await rver.OptionsAsync();
        options.Address = "http://127.0.0.1:1";
        using var away = new S3BlobStore(options, TimeProvider.System);

        await Assert.ThrowsAsync<BlobStoreException>(() => away.ExistsAsync(BlobName.New(), Ct));
    }

    [Fact]
    public void A_missing_setting_is_named()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => new S3BlobStore(new() { Address = "http://127.0.0.1:1", AccessKeyId = "a", SecretAccessKey = "b" }, TimeProvider.System));

        Assert.Contains("Media:S3:Bucket", missing.Message, StringComparison.Ordinal);
    }
}
