using Xunit;

namespace Stoa.Media.Tests;

/// <summary>Calls that make no sense are refused with a reason, and nothing comes of them.</summary>
public sealed class BadUploadTests(SharedStage shared) : IClassFixture<SharedStage>, IAsyncLifetime
{
    private Uploader me = null!; // InitializeAsync runs before every test.

    public async ValueTask InitializeAsync() => me = await shared.Stage.JoinAsync();

    public ValueTask DisposeAsync()
    {
        me.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", "5", "", 412, "tus_version")]
    [InlineData("0.2.2", "5", "", 412, "tus_version")]
    [InlineData("1.0.0", "", "", 400, "invalid_request")]
    [InlineData("1.0.0", "0", "", 400, "invalid_request")]
    [InlineData("1.0.0", "-5", "", 400, "invalid_request")]
    [InlineData("1.0.0", "99999999999999999999", "", 400, "invalid_request")]
    [InlineData("1.0.0", "26214401", "", 413, "media_too_large")]
    [InlineData("1.0.0", "104857601", "filetype dmlkZW8vbXA0", 413, "media_too_large")] // video/mp4
    [InlineData("1.0.0", "5", "filename !!!", 400, "invalid_request")]
    [InlineData("1.0.0", "5", "filename YQ==,filename YQ==", 400, "invalid_request")]
    [InlineData("1.0.0", "5", "clientId YQ==", 400, "invalid_request")]
    [InlineData("1.0.0", "5", "waveform IA==", 400, "invalid_request")] // 32
    public async Task A_beginning_that_makes_no_sense_is_refused(string version, string length, string metadata, int status, string code)
    {
        using var answer = await me.SendAsync(HttpMethod.Post, "/api/media", null, ("Tus-Resumable", version), ("Upload-Length", length), ("Upload-Metadata", metadata));

        await Uploader.ExpectProblemAsync(answer, status, code);
        Assert.Equal(0, await shared.Stage.AskAsync<long>($"select count(*) from media.items where owner = {me.Id}"));
    }

    [Theory]
    [InlineData("1.0.0", "application/offset+octet-stream", "", "", 5, 400, "invalid_request")]
    [InlineData("1.0.0", "application/offset+octet-stream", "x", "", 5, 400, "invalid_request")]
    [InlineData("1.0.0", "application/offset+octet-stream", "0", "", 11, 413, "beyond_length")]
    [InlineData("1.0.0", "application/offset+octet-stream", "0", "md5 YQ==", 5, 400, "checksum_unknown")]
    [InlineData("1.0.0", "application/offset+octet-stream", "0", "sha256 YQ==", 5, 400, "checksum_unknown")]
    [InlineData("1.0.0", "application/json", "0", "", 5, 415, "wrong_media_type")]
    [InlineData("2.0.0", "application/offset+octet-stream", "0", "", 5, 412, "tus_version")]
    public async Task An_append_that_makes_no_sense_is_refused(string version, string type, string offset, string checksum, int length, int status, string code)
    {
        var path = await me.BeginAsync(10);

        using var answer = await me.SendAsync(HttpMethod.Patch, path, new byte[length], ("Tus-Resumable", version), ("Content-Type", type), ("Upload-Offset", offset), ("Upload-Checksum", checksum));

        await Uploader.ExpectProblemAsync(answer, status, code);
        Assert.Equal(0, await me.OffsetAsync(path));
    }
}
