using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Stoa.Media.Storage;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>Uploads through the door: in one go, in pieces, again, at once, cut off.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private MediaStage stage = null!; // InitializeAsync runs before every test.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uploader Me => stage.Uploader;

    public async ValueTask InitializeAsync() => stage = await MediaStage.OpenAsync();

    public ValueTask DisposeAsync() => stage.DisposeAsync();

    [Fact]
    public async Task A_picture_is_uploaded_checked_and_read_again()
    {
        var path = await Me.UploadAsync(Samples.Read("turned-with-place.jpg"), "C:\\pictures\\Łódź \u202Egpj.jpg", "image/png");

        var info = await Me.InfoAsync(path);
        Assert.Equal(("image", "image/jpeg", "Łódź gpj.jpg", 48, 64),
            (info.GetProperty("kind").GetString(), info.GetProperty("type").GetString(), info.GetProperty("name").GetString(), info.GetProperty("width").GetInt32(), info.GetProperty("height").GetInt32()));
        Assert.False(info.TryGetProperty("owner", out _));
        using var answer = await Me.OpenAsync(path);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal(info.GetProperty("bytes").GetInt64(), bytes.Length);
        Assert.True(bytes.AsSpan().IndexOf("Phone"u8) < 0);
    }

    [Fact]
    public async Task Pieces_in_any_size_make_the_whole()
    {
        var bytes = Random(2_500_000);
        var path = await Me.BeginAsync(bytes.Length);
        var offset = 0;
        foreach (var piece in (int[])[1, 1_048_576, 70_000, 1_300_000, 81_423])
        {
            using var answer = await Me.PatchAsync(path, offset, bytes[offset..(offset + piece)]);
            await Uploader.ExpectAsync(answer, 204);
            offset += piece;
            Assert.Equal($"{offset}", Assert.Single(answer.Headers.GetValues("Upload-Offset")));
            Assert.Equal(offset, await Me.OffsetAsync(path));
        }

        await AssertContentAsync(path, bytes);
        Assert.Single(stage.BlobFiles()); // The pieces are gone.
    }

    [Fact]
    public async Task The_same_piece_twice_or_late_changes_nothing()
    {
        var bytes = Random(30_000);
        var path = await Me.BeginAsync(bytes.Length);
        await (await Me.PatchAsync(path, 0, bytes[..10_000])).Content.ReadAsByteArrayAsync(Ct);

        using var twice = await Me.PatchAsync(path, 0, bytes[..10_000]);
        await Uploader.ExpectProblemAsync(twice, 409, "wrong_offset");
        Assert.Equal("10000", Assert.Single(twice.Headers.GetValues("Upload-Offset")));
        using var ahead = await Me.PatchAsync(path, 20_000, bytes[20_000..]);
        await Uploader.ExpectProblemAsync(ahead, 409, "wrong_offset");
        using var rest = await Me.PatchAsync(path, 10_000, bytes[10_000..]);
        await Uploader.ExpectAsync(rest, 204);
        using var afterTheEnd = await Me.PatchAsync(path, 30_000, []);
        await Uploader.ExpectAsync(afterTheEnd, 204); // The last one's answer was lost.
        using var late = await Me.PatchAsync(path, 10_000, bytes[10_000..]);
        await Uploader.ExpectProblemAsync(late, 409, "wrong_offset");

        await AssertContentAsync(path, bytes);
    }

    [Fact]
    public async Task Of_many_at_once_one_is_taken_and_the_content_is_one_of_theirs()
    {
        var bytes = Random(1_500_000);
        var path = await Me.BeginAsync(bytes.Length);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Me.PatchAsync(path, 0, bytes)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers, answer => Assert.Contains((int)answer.StatusCode, (int[])[204, 409, 423]));
        await AssertContentAsync(path, bytes);
    }

    [Fact]
    public async Task Who_appends_keeps_others_out_until_the_line_is_cut_and_what_came_is_kept()
    {
        var bytes = Random(3_000_000);
        var path = await Me.BeginAsync(bytes.Length);
        using (var line = await SendHeadAsync(path, 0, bytes.Length))
        {
            await line.SendAsync(bytes.AsMemory(0, 1_200_000), Ct);
            await Waiting.UntilAsync(async () => await Me.OffsetAsync(path) == 1_048_576, "the first megabyte is counted");
            using var other = await Me.PatchAsync(path, 1_048_576, bytes[1_048_576..]);
            await Uploader.ExpectProblemAsync(other, 423, "upload_locked");
            Assert.NotNull(other.Headers.RetryAfter);
        }

        await Waiting.UntilAsync(async () => !await IsTakenAsync(path), "the server notices that the line was cut");
        var offset = (int)await Me.OffsetAsync(path);
        Assert.InRange(offset, 1_048_576, 1_200_000);
        using var rest = await Me.PatchAsync(path, offset, bytes[offset..]);
        await Uploader.ExpectAsync(rest, 204);
        await AssertContentAsync(path, bytes);
    }

    [Fact]
    public async Task A_check_that_the_store_interrupts_is_done_when_the_owner_looks_again()
    {
        var bytes = Samples.Read("text.png");
        var path = await Me.BeginAsync(bytes.Length);
        stage.BeforeCopy = () => throw new BlobStoreException("The store is away.");
        using (var interrupted = await Me.PatchAsync(path, 0, bytes))
        {
            await Uploader.ExpectProblemAsync(interrupted, 503, "store_unavailable");
        }

        Assert.Equal(bytes.Length, await Me.OffsetAsync(path)); // Still away: told all the same.
        using (var early = await Me.Client.GetAsync(path + "/info", Ct))
        {
            await Uploader.ExpectProblemAsync(early, 409, "upload_unfinished");
        }

        stage.BeforeCopy = null;
        Assert.Equal(bytes.Length, await Me.OffsetAsync(path));
        Assert.Equal("image", (await Me.InfoAsync(path)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_check_that_was_interrupted_is_done_by_the_sweeper()
    {
        var bytes = Samples.Read("text.png");
        var path = await Me.BeginAsync(bytes.Length);
        stage.BeforeCopy = () => throw new BlobStoreException("The store is away.");
        await (await Me.PatchAsync(path, 0, bytes)).Content.ReadAsByteArrayAsync(Ct);
        stage.BeforeCopy = null;

        await stage.Sweeper.RunOnceAsync(Ct);

        Assert.Equal("image", (await Me.InfoAsync(path)).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha1")]
    public async Task A_sum_that_holds_lets_the_bytes_in_and_one_that_does_not_keeps_all_of_them_out(string algorithm)
    {
        var bytes = Random(2_200_000);
        var path = await Me.BeginAsync(bytes.Length);
#pragma warning disable CA5350 // tus demands SHA-1.
        string Sum(byte[] of) => $"{algorithm} {Convert.ToBase64String(algorithm == "sha1" ? SHA1.HashData(of) : SHA256.HashData(of))}";
#pragma warning restore CA5350

        using var wrong = await Me.PatchAsync(path, 0, bytes, ("Upload-Checksum", Sum([1])));
        await Uploader.ExpectProblemAsync(wrong, 460, "checksum_mismatch");
        Assert.Equal(0, await Me.OffsetAsync(path));
        Assert.Empty(stage.BlobFiles());
        using var right = await Me.PatchAsync(path, 0, bytes, ("Upload-Checksum", Sum(bytes)));
        await Uploader.ExpectAsync(right, 204);

        await AssertContentAsync(path, bytes);
    }

    [Fact]
    public async Task The_first_bytes_may_come_with_the_beginning()
    {
        var bytes = Random(5000);

        using var answer = await Me.TryBeginAsync(5000, body: bytes);

        await Uploader.ExpectAsync(answer, 201);
        Assert.Equal("5000", Assert.Single(answer.Headers.GetValues("Upload-Offset")));
        await AssertContentAsync(answer.Headers.Location!.OriginalString, bytes);
    }

    [Fact]
    public async Task The_same_client_id_is_the_same_upload_also_at_once()
    {
        var clientId = Guid.NewGuid().ToString();

        var paths = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Me.BeginAsync(100, clientId: clientId)));

        Assert.Single(paths.Distinct());
        using var other = await Me.TryBeginAsync(101, clientId: clientId);
        await Uploader.ExpectProblemAsync(other, 409, "client_id_taken");
        Assert.Equal(1, await stage.AskAsync<int>("select uploads_in_hour from media.people"));
    }

    [Fact]
    public async Task What_is_given_up_is_gone_and_its_room_is_free()
    {
        var unfinished = await Me.BeginAsync(5000);
        await (await Me.PatchAsync(unfinished, 0, Random(3000))).Content.ReadAsByteArrayAsync(Ct);
        var finished = await Me.UploadAsync(Random(4000));

        foreach (var path in (string[])[unfinished, finished])
        {
            using var gone = await Me.SendAsync(HttpMethod.Delete, path);
            await Uploader.ExpectAsync(gone, 204);
            using var again = await Me.SendAsync(HttpMethod.Delete, path);
            await Uploader.ExpectProblemAsync(again, 404, "media_not_found");
            using var more = await Me.PatchAsync(path, 3000, Random(2000));
            await Uploader.ExpectProblemAsync(more, 404, "media_not_found");
        }

        Assert.Equal(0, await stage.AskAsync<long>("select sum(bytes) from media.people"));
        Assert.Empty(stage.BlobFiles());
    }

    [Fact]
    public async Task What_an_event_uses_cannot_be_given_up()
    {
        var path = await Me.UploadAsync(Random(10));
        await stage.ClaimAsync(new(7_000_000_000_000_001), 1, Me, path);

        using var refused = await Me.SendAsync(HttpMethod.Delete, path);

        await Uploader.ExpectProblemAsync(refused, 409, "media_in_use");
        Assert.NotNull((await Me.InfoAsync(path)).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_content_that_is_broken_is_refused_with_the_reason_and_takes_no_room()
    {
        var path = await Me.BeginAsync(60, "a.jpg", "image/jpeg");
        using var answer = await Me.PatchAsync(path, 0, Samples.Read("turned-with-place.jpg")[..60]);

        await Uploader.ExpectProblemAsync(answer, 422, "media_malformed");
        using var again = await Me.PatchAsync(path, 60, []);
        await Uploader.ExpectProblemAsync(again, 422, "media_malformed");
        using var info = await Me.Client.GetAsync(path + "/info", Ct);
        await Uploader.ExpectProblemAsync(info, 422, "media_malformed");
        Assert.Equal((0, 0), (await stage.AskAsync<long>("select sum(bytes) from media.people"), stage.BlobFiles().Count));
        Assert.Equal(MediaRefusal.NotFinished, Assert.Single((await stage.ClaimAsync(new(7_000_000_000_000_001), 1, Me, path)).Refused).Why);
    }

    [Fact]
    public async Task A_waveform_stays_with_a_voice_and_not_with_a_picture()
    {
        var voice = await Me.InfoAsync(await Me.UploadAsync(Samples.Read("voice.webm"), waveform: [0, 15, 31]));
        var picture = await Me.InfoAsync(await Me.UploadAsync(Samples.Read("text.png"), waveform: [0, 15, 31]));

        Assert.Equal([0, 15, 31], voice.GetProperty("waveform").EnumerateArray().Select(value => value.GetInt32()));
        Assert.False(picture.TryGetProperty("waveform", out _));
    }

    [Fact]
    public async Task A_stranger_is_told_nothing_whatever_they_ask()
    {
        using var stranger = await Uploader.JoinAsync(stage.Server, "stranger");
        var unfinished = await Me.BeginAsync(5000);
        var finished = await Me.UploadAsync(Samples.Read("text.png"));
        foreach (var path in (string[])[unfinished, finished, "/api/media/7000000000000001", "/api/media/nonsense"])
        {
            foreach (var (method, end) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Get, "/info"), (HttpMethod.Get, "/thumbnail"), (HttpMethod.Put, "/thumbnail"), (HttpMethod.Delete, ""), (HttpMethod.Head, "")])
            {
                using var answer = await stranger.SendAsync(method, path + end, method == HttpMethod.Put ? [1] : null);
                Assert.True(404 == (int)answer.StatusCode, $"{method} {path}{end}: {(int)answer.StatusCode}");
            }

            using var patch = await stranger.PatchAsync(path, 0, [1]);
            Assert.Equal(404, (int)patch.StatusCode);
        }

        Assert.Equal(0, await Me.OffsetAsync(unfinished));
    }

    [Fact]
    public async Task The_server_tells_what_it_speaks()
    {
        using var answer = await Me.SendAsync(HttpMethod.Options, "/api/media");

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal("1.0.0", Assert.Single(answer.Headers.GetValues("Tus-Version")));
        Assert.Equal("creation,creation-with-upload,expiration,checksum,termination", Assert.Single(answer.Headers.GetValues("Tus-Extension")));
        Assert.Equal("104857600", Assert.Single(answer.Headers.GetValues("Tus-Max-Size")));
    }

    [Fact]
    public async Task A_body_without_a_length_that_goes_on_too_long_is_cut_at_what_was_announced()
    {
        var path = await Me.BeginAsync(100);
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StreamContent(new MemoryStream(new byte[200_000])) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/offset+octet-stream");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", "0");

        using var answer = await Me.Client.SendAsync(request, Ct);

        await Uploader.ExpectProblemAsync(answer, 413, "beyond_length");
        await AssertContentAsync(path, new byte[100]);
    }

    private Task<bool> IsTakenAsync(string path) => stage.AskAsync<bool>($"select writer is not null from media.items where id = {MediaStage.IdOf(path)}");

    private async Task AssertContentAsync(string path, byte[] expected)
    {
        using var answer = await Me.OpenAsync(path);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(expected, await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    private async Task<Socket> SendHeadAsync(string path, long offset, long length)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, stage.Server.Address.Port, Ct);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Me.Token}\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            + $"Upload-Offset: {offset}\r\nContent-Length: {length}\r\n\r\n"), Ct);
        return socket;
    }

    /// <summary>No kind that we know: it comes back byte by byte.</summary>
    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        bytes[0] = (byte)'#';
        return bytes;
    }
}
