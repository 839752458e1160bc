using System.Net;
using System.Text;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>Reading: who may, where from, and what the browser is told.</summary>
public sealed class ServeTests(SharedStage shared) : IClassFixture<SharedStage>, IAsyncLifetime
{
    private static readonly byte[] letters = "#abcdefghijklmnopqrstuvwxyz0123456789"u8.ToArray();
    private readonly MediaStage stage = shared.Stage;
    private Uploader me = null!; // InitializeAsync runs before every test.

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uploader Me => me;

    public async ValueTask InitializeAsync() => me = await stage.JoinAsync();

    public ValueTask DisposeAsync()
    {
        stage.BeforeCopy = null;
        me.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_link_leads_to_the_media_origin_names_no_person_and_is_the_same_for_a_minute()
    {
        var path = await Me.UploadAsync(letters);

        var link = await Me.LinkAsync(path);

        Assert.Equal($"media.localhost:{stage.Server.Address.Port}", link.Authority);
        Assert.DoesNotContain(Me.Id, link.AbsoluteUri, StringComparison.Ordinal);
        stage.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(link, await Me.LinkAsync(path));
        stage.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.NotEqual(link, await Me.LinkAsync(path));
        Assert.StartsWith($"http://media.localhost:{stage.Server.Address.Port}/m/", stage.Media.SignLink(MediaStage.IdOf(path), TimeSpan.FromMinutes(1)).AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_dies_after_five_minutes_and_is_not_cached_for_longer()
    {
        var link = await Me.LinkAsync(await Me.UploadAsync(letters));
        using (var fresh = await Me.FollowAsync(link))
        {
            Assert.True(fresh.Headers.CacheControl is { Private: true, Public: false, MaxAge: { } age } && age <= TimeSpan.FromMinutes(5));
        }

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(299));
        using (var last = await Me.FollowAsync(link))
        {
            Assert.Equal(200, (int)last.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), last.Headers.CacheControl?.MaxAge);
        }

        stage.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var dead = await Me.FollowAsync(link);
        Assert.Equal(404, (int)dead.StatusCode);
    }

    [Fact]
    public async Task A_link_that_we_have_not_signed_leads_nowhere_and_neither_does_ours_on_another_host()
    {
        var link = await Me.LinkAsync(await Me.UploadAsync(letters));
        var parts = link.AbsolutePath.Split('/');
        string With(int index, string value) => string.Join('/', parts.Select((part, i) => i == index ? value : part));

        foreach (var path in (string[])[With(2, "2"), With(3, $"{MediaId.New()}"), With(4, "t"), With(4, "x"), With(4, "download"), With(5, "99999999999999"), With(5, "x"), With(6, "AAAA"), With(6, parts[6] + "A"), With(6, new string('A', 43))])
        {
            using var answer = await Me.FollowAsync(new(link, path));
            Assert.True(404 == (int)answer.StatusCode, path);
        }

        foreach (var host in (string[])["localhost", "pay.localhost", "media.evil.localhost"])
        {
            using var elsewhere = await Me.FollowAsync(new UriBuilder(link) { Host = host }.Uri);
            Assert.True(404 == (int)elsewhere.StatusCode, host);
        }
    }

    [Fact]
    public async Task Who_may_read_an_event_that_uses_it_is_asked_at_every_request()
    {
        var (path, thread) = (await Me.UploadAsync(Samples.Read("text.png")), ThreadId.New());
        using var friend = await stage.JoinAsync();
        stage.Members.Add((friend.Id, thread));
        await AssertStatusAsync(friend, path, 404); // Not sent yet.

        await stage.ClaimAsync(thread, 1, Me, path);
        await AssertStatusAsync(friend, path, 302);
        Assert.Equal("image", (await friend.InfoAsync(path)).GetProperty("kind").GetString());
        using var patch = await friend.PatchAsync(path, 0, [1]);
        Assert.Equal(404, (int)patch.StatusCode); // Reading is not writing.
        using var gone = await friend.SendAsync(HttpMethod.Delete, path);
        Assert.Equal(404, (int)gone.StatusCode);

        stage.Members.Clear();
        await AssertStatusAsync(friend, path, 404);
        await AssertStatusAsync(Me, path, 302);
    }

    [Fact]
    public async Task What_was_released_is_no_longer_read_by_others()
    {
        var (path, thread) = (await Me.UploadAsync(letters), ThreadId.New());
        using var friend = await stage.JoinAsync();
        stage.Members.Add((friend.Id, thread));
        await stage.ClaimAsync(thread, 1, Me, path);

        await stage.ReleaseAsync(thread, 1);

        await AssertStatusAsync(friend, path, 404);
    }

    [Theory]
    [InlineData("voice.mp3", "audio/mpeg", "inline")]
    [InlineData("text.png", "image/png", "inline")]
    [InlineData("film.mp4", "video/mp4", "inline")]
    [InlineData("film.mov", "application/octet-stream", "attachment")]
    public async Task What_was_rebuilt_is_shown_in_place_and_everything_else_is_a_download(string sample, string type, string disposition)
    {
        using var answer = await Me.OpenAsync(await Me.UploadAsync(Samples.Read(sample), "na\"me; ś\r\n.bin"));

        Assert.Equal((type, disposition), (answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.ContentDisposition?.DispositionType));
        Assert.Equal("na\"me; ś.bin", answer.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("sandbox; default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("cross-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "image/svg+xml")]
    [InlineData("<html><script>alert(1)</script></html>", "text/html")]
    [InlineData("%PDF-1.7 %%EOF", "application/pdf")]
    public async Task What_could_act_is_never_shown_in_place(string text, string declared)
    {
        using var answer = await Me.OpenAsync(await Me.UploadAsync(Encoding.UTF8.GetBytes(text), "a.html", declared));

        Assert.Equal(("application/octet-stream", "attachment"), (answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.ContentDisposition?.DispositionType));
    }

    [Fact]
    public async Task A_picture_is_downloaded_when_that_is_asked()
    {
        using var answer = await Me.OpenAsync(await Me.UploadAsync(Samples.Read("text.png"), "a.png") + "?download=true");

        Assert.Equal(("image/png", "attachment"), (answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.ContentDisposition?.DispositionType));
    }

    [Theory]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=5-9", 206, 5, 5)]
    [InlineData("bytes=30-", 206, 30, 7)]
    [InlineData("bytes=30-999", 206, 30, 7)]
    [InlineData("bytes=-3", 206, 34, 3)]
    [InlineData("bytes=-999", 206, 0, 37)]
    [InlineData("bytes=37-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=9-5", 200, 0, 37)] // No range: RFC 9110 has it ignored.
    [InlineData("lines=1-2", 200, 0, 37)]
    [InlineData("bytes=0-1,5-6", 200, 0, 37)]
    [InlineData("nonsense", 200, 0, 37)]
    public async Task A_range_is_served_as_asked(string range, int status, int from, int length)
    {
        var link = await Me.LinkAsync(await Me.UploadAsync(letters));

        using var answer = await Me.FollowAsync(link, null, ("Range", range));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 416 ? [] : letters[from..(from + length)], await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(status switch { 206 => $"bytes {from}-{from + length - 1}/37", 416 => "bytes */37", _ => null }, answer.Content.Headers.ContentRange?.ToString());
        Assert.Equal("bytes", Assert.Single(answer.Headers.AcceptRanges));
    }

    [Fact]
    public async Task A_range_of_another_content_is_the_whole_and_what_is_known_is_not_sent_again()
    {
        var link = await Me.LinkAsync(await Me.UploadAsync(letters));
        string tag;
        using (var whole = await Me.FollowAsync(link))
        {
            tag = whole.Headers.ETag!.Tag;
        }

        using var same = await Me.FollowAsync(link, null, ("Range", "bytes=1-2"), ("If-Range", tag));
        using var other = await Me.FollowAsync(link, null, ("Range", "bytes=1-2"), ("If-Range", "\"other\""));
        using var known = await Me.FollowAsync(link, null, ("If-None-Match", tag));
        using var head = await Me.FollowAsync(link, HttpMethod.Head);

        Assert.Equal((206, 200, 304, 200), ((int)same.StatusCode, (int)other.StatusCode, (int)known.StatusCode, (int)head.StatusCode));
        Assert.Equal((37L, 0), (head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync(Ct)).Length));
    }

    [Fact]
    public async Task A_blob_that_is_lost_is_said_to_be_and_logged()
    {
        var link = await Me.LinkAsync(await Me.UploadAsync(letters));
        stage.BeforeCopy = () => throw new Storage.BlobStoreException("The store is away.");

        using var answer = await Me.FollowAsync(link);

        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Contains(stage.Server.Log.Lines, line => line.Contains("could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_app_s_pages_may_show_what_comes_from_the_media_origin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "localhost:8080";
        request.Headers.Add("Accept", "text/html");
        using var answer = await stage.Server.Client.SendAsync(request, Ct);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy")).Split("; ");
        Assert.Contains(policy, rule => rule.StartsWith("img-src 'self' http://media.localhost:8080 ", StringComparison.Ordinal));
        Assert.Contains("media-src 'self' http://media.localhost:8080 blob:", policy);
    }

    [Fact]
    public async Task A_thumbnail_is_taken_once_rebuilt_and_served()
    {
        var path = await Me.UploadAsync(Samples.Read("turned-with-place.jpg")); // 48 × 64 as shown.
        var thumbnail = Samples.Read("turned-with-place.jpg");
        await AssertThumbnailAsync(path, thumbnail, 204);
        await AssertThumbnailAsync(path, thumbnail, 204); // The answer was lost.
        await AssertThumbnailAsync(path, Samples.Read("still.webp"), 409, "thumbnail_exists");

        Assert.True((await Me.InfoAsync(path)).GetProperty("hasThumbnail").GetBoolean());
        using var answer = await Me.OpenAsync(path + "/thumbnail");
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType?.ToString());
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        Assert.InRange(bytes.Length, 100, thumbnail.Length - 100);
        Assert.True(bytes.AsSpan().IndexOf("Phone"u8) < 0);
    }

    [Fact]
    public async Task The_same_thumbnail_at_once_is_taken_once()
    {
        var path = await Me.UploadAsync(Samples.Read("film.mp4"));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AssertThumbnailAsync(path, Samples.Read("still.webp"), 204)));
    }

    [Fact]
    public async Task A_thumbnail_that_is_none_is_refused()
    {
        var path = await Me.UploadAsync(Samples.Read("text.png")); // 64 × 48.
        await AssertThumbnailAsync(path, Samples.Read("text.png"), 422, "media_malformed");
        await AssertThumbnailAsync(path, Samples.Read("moving.webp"), 422, "media_malformed");
        await AssertThumbnailAsync(path, Samples.Read("turned-with-place.jpg"), 422, "thumbnail_shape");
        await AssertThumbnailAsync(path, [], 422, "media_malformed");
        await AssertThumbnailAsync(path, new byte[(64 * 1024) + 1], 413, "body_too_large");
        await AssertThumbnailAsync(await Me.UploadAsync(Samples.Read("voice.mp3")), Samples.Read("still.webp"), 409, "no_thumbnail_for_kind");
        await AssertThumbnailAsync(await Me.BeginAsync(5), Samples.Read("still.webp"), 409, "upload_unfinished");
        using var none = await Me.Client.GetAsync(path + "/thumbnail", Ct);
        await Uploader.ExpectProblemAsync(none, 404, "media_not_found");
    }

    [Theory]
    [InlineData(100, 75, 4000, 3000, true)]
    [InlineData(320, 213, 6000, 4000, true)]
    [InlineData(512, 1, 40000, 10, true)] // A long side cut to a whole pixel.
    [InlineData(100, 100, 4000, 3000, false)]
    [InlineData(75, 100, 4000, 3000, false)]
    public void The_shape_may_differ_by_rounding_only(int width, int height, int wholeWidth, int wholeHeight, bool fits) =>
        Assert.Equal(fits, Uploads.PutThumbnail.IsOfShape(width, height, wholeWidth, wholeHeight));

    private static async Task AssertStatusAsync(Uploader reader, string path, int status)
    {
        using var answer = await reader.Client.GetAsync(path, Ct);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
    }

    private async Task AssertThumbnailAsync(string path, byte[] bytes, int status, string? code = null)
    {
        using var answer = await Me.SendAsync(HttpMethod.Put, path + "/thumbnail", bytes, ("Content-Type", "image/webp"));
        if (code is null)
        {
            await Uploader.ExpectAsync(answer, status);
        }
        else
        {
            await Uploader.ExpectProblemAsync(answer, status, code);
        }
    }
}
