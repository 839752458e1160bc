using System.Buffers.Binary;
using System.Text;
using Stoa.Media.Checks;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>What an upload is found to be, and what is left of it.</summary>
public sealed class ContentCheckTests
{
    [Theory]
    [InlineData("turned-with-place.jpg", "image", "image/jpeg", 48, 64)] // Turned: the sides are those that are shown.
    [InlineData("text.png", "image", "image/png", 64, 48)]
    [InlineData("moving.png", "image", "image/png", 40, 30)]
    [InlineData("moving.gif", "image", "image/gif", 40, 30)]
    [InlineData("still.webp", "image", "image/webp", 64, 48)]
    [InlineData("lossless.webp", "image", "image/webp", 64, 48)]
    [InlineData("moving.webp", "image", "image/webp", 40, 30)]
    [InlineData("film.mp4", "video", "video/mp4", 64, 48)]
    [InlineData("voice.m4a", "audio", "audio/mp4", null, null)]
    [InlineData("fragments.mp4", "audio", "audio/mp4", null, null)]
    [InlineData("voice.mp3", "audio", "audio/mpeg", null, null)]
    [InlineData("voice.ogg", "audio", "audio/ogg", null, null)]
    [InlineData("voice.wav", "audio", "audio/wav", null, null)]
    [InlineData("voice.webm", "audio", "audio/webm", null, null)]
    [InlineData("live.webm", "audio", "audio/webm", null, null)]
    [InlineData("film.webm", "file", "application/octet-stream", null, null)]
    [InlineData("film.mov", "file", "application/octet-stream", null, null)]
    [InlineData("vorbis.ogg", "file", "application/octet-stream", null, null)]
    public void Each_kind_is_known_by_its_content(string sample, string kind, string type, int? width, int? height)
    {
        using var content = new Content(Samples.Read(sample));

        var found = ContentCheck.Check(content);

        Assert.Equal((kind, type, width, height), (found.Kind, found.Type, found.Width, found.Height));
        Assert.Equal(kind != "file", found.IsRebuilt);
    }

    [Fact]
    public void Every_sample_is_asked_about() =>
        Assert.Equal(Samples.All.Order(), typeof(ContentCheckTests).GetMethod(nameof(Each_kind_is_known_by_its_content))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (string)((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).First().Value!).Order());

    [Theory]
    [InlineData("film.mp4", 900, 1100)]
    [InlineData("voice.m4a", 950, 1100)]
    [InlineData("voice.mp3", 950, 1100)]
    [InlineData("voice.ogg", 950, 1100)]
    [InlineData("voice.wav", 195, 205)]
    [InlineData("voice.webm", 950, 1100)]
    [InlineData("live.webm", 900, 1100)]
    public void The_length_of_sound_and_film_is_read(string sample, int from, int to)
    {
        using var content = new Content(Samples.Read(sample));

        Assert.InRange(ContentCheck.Check(content).DurationMs ?? 0, from, to);
    }

    [Theory]
    [InlineData("moving.png", 4)]
    [InlineData("moving.gif", 4)]
    [InlineData("moving.webp", 4)]
    public void Frames_are_counted(string sample, int frames)
    {
        using var content = new Content(Samples.Read(sample));

        Assert.Equal(frames, ContentCheck.Check(content).Frames);
    }

    [Fact]
    public async Task Nothing_that_tells_of_the_uploader_comes_out_and_a_second_rebuild_changes_nothing()
    {
        var telling = 0;
        foreach (var sample in Samples.All)
        {
            var bytes = Samples.Read(sample);
            using var content = new Content(bytes);
            var found = ContentCheck.Check(content);
            if (!found.IsRebuilt)
            {
                continue;
            }

            var rebuilt = await Samples.RebuildAsync(content, found);
            foreach (var word in (string[])["secret", "Phone", "+50.06", "xmp", "EXIF", "tEXt", "ID3", "Lavf59.27.100 tag"])
            {
                telling += Has(bytes, word) ? 1 : 0;
                Assert.False(Has(rebuilt, word), $"{sample} still says {word}.");
            }

            using var second = new Content(rebuilt);
            Assert.Equal(rebuilt, await Samples.RebuildAsync(second, ContentCheck.Check(second)));
        }

        Assert.InRange(telling, 10, 100); // They did say so before.
    }

    [Fact]
    public async Task A_turned_picture_stays_turned_and_forgets_where_it_was_taken()
    {
        var rebuilt = await RebuildAsync("turned-with-place.jpg");

        // SOI, JFIF, then an Exif of one entry: orientation, 6.
        var exif = rebuilt.AsSpan().IndexOf("Exif\0\0"u8);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(rebuilt.AsSpan(exif + 14)));
        Assert.Equal(0x0112, BinaryPrimitives.ReadUInt16BigEndian(rebuilt.AsSpan(exif + 16)));
        Assert.Equal(6, BinaryPrimitives.ReadUInt16BigEndian(rebuilt.AsSpan(exif + 24)));
    }

    [Theory]
    [InlineData("turned-with-place.jpg")]
    [InlineData("text.png")]
    [InlineData("moving.gif")]
    [InlineData("still.webp")]
    [InlineData("voice.mp3")]
    [InlineData("voice.ogg")]
    [InlineData("voice.wav")]
    public async Task What_is_hung_behind_the_end_is_cut_off(string sample)
    {
        var bytes = Samples.Read(sample);
        var clean = await RebuildAsync(bytes);

        var rebuilt = await RebuildAsync([.. bytes, .. "<script>alert(1)</script>PK\u0003\u0004"u8]);

        Assert.Equal(clean, rebuilt);
    }

    [Fact]
    public async Task Places_titles_and_times_of_a_film_become_free_space_and_no_offset_moves()
    {
        var bytes = Samples.Read("film.mp4");

        var rebuilt = await RebuildAsync(bytes);

        Assert.Equal(bytes.Length, rebuilt.Length);
        Assert.True(Has(bytes, "udta") && !Has(rebuilt, "udta") && Has(rebuilt, "free"));
        var data = bytes.AsSpan().IndexOf("mdat"u8);
        Assert.True(bytes.AsSpan(data, 200).SequenceEqual(rebuilt.AsSpan(data, 200)));
        var times = rebuilt.AsSpan(rebuilt.AsSpan().IndexOf("mvhd"u8) + 8, 8);
        Assert.True(times.IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")]
    [InlineData("<!doctype html><script>alert(1)</script>")]
    [InlineData("PK\u0003\u0004 an archive is stored and never opened")]
    [InlineData("x")]
    public void What_is_not_known_is_a_file_to_download(string text)
    {
        using var content = new Content(Encoding.UTF8.GetBytes(text));

        var found = ContentCheck.Check(content);

        Assert.Equal(("file", "application/octet-stream", false), (found.Kind, found.Type, found.IsRebuilt));
        Assert.Equal(content.Length, found.Rebuilt.Length);
    }

    [Fact]
    public void A_PDF_is_a_file_with_a_name_for_its_kind()
    {
        using var content = new Content("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"u8.ToArray());

        Assert.Equal(("file", "application/pdf", false), ContentCheck.Check(content) is var found ? (found.Kind, found.Type, found.IsRebuilt) : default);
    }

    public static TheoryData<string, byte[], string> Refused => new()
    {
        { "a JPEG without an end", Samples.Read("turned-with-place.jpg")[..^40], "media_malformed" },
        { "a JPEG that is only a beginning", [0xFF, 0xD8, 0xFF], "media_malformed" },
        { "a lossless JPEG", Patch("turned-with-place.jpg", [0xFF, 0xC0], 0, [0xFF, 0xC3]), "media_malformed" },
        { "a JPEG of 65,500 × 65,500", Patch("turned-with-place.jpg", [0xFF, 0xC0], 5, [0xFF, 0xDC, 0xFF, 0xDC]), "picture_too_large" },
        { "a PNG with a wrong sum", Patch("text.png", "IDAT"u8, 6, [0x55]), "media_malformed" },
        { "a PNG of 100,000 × 100,000", Patch("text.png", "IHDR"u8, 4, [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]), "picture_too_large" },
        { "a PNG of no area", Patch("text.png", "IHDR"u8, 4, [0, 0, 0, 0]), "media_malformed" },
        { "a PNG that needs an unknown part", Patch("text.png", "IEND"u8, 0, "QEND"u8.ToArray()), "media_malformed" },
        { "a PNG of 201 frames", Patch("moving.png", "acTL"u8, 4, [0, 0, 0, 201]), "too_many_frames" },
        { "a GIF of 201 frames", GifOf(201), "too_many_frames" },
        { "a GIF without a picture", "GIF89a\u0001\0\u0001\0\0\0\0;"u8.ToArray(), "media_malformed" },
        { "a WebP longer than it is", Patch("still.webp", "RIFF"u8, 4, [0xFF, 0xFF, 0xFF, 0x7F]), "media_malformed" },
        { "a WebP of 16,384 × 16,384", Patch("lossless.webp", "VP8L"u8, 9, [0xFF, 0xFF, 0xFF, 0x0F]), "picture_too_large" },
        { "an MP4 without a description", Samples.Read("film.mp4")[..40], "media_malformed" },
        { "an MP4 whose data lie elsewhere", Patch("film.mp4", "url "u8, 4, [0, 0, 0, 0]), "media_malformed" },
        { "an MP4 of another size than its box", Patch("film.mp4", "moov"u8, -4, [0x7F, 0, 0, 0]), "media_malformed" },
        { "a WAV without sound", Samples.Read("voice.wav")[..40], "media_malformed" },
        { "an Ogg with a wrong sum", Patch("voice.ogg", "OpusHead"u8, 12, [0x55]), "media_malformed" },
        { "a WebM without sound", Samples.Read("voice.webm")[..300], "media_malformed" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_begins_like_a_kind_and_is_none_is_refused(string what, byte[] bytes, string code)
    {
        using var content = new Content(bytes);

        var refusal = Assert.Throws<ContentRefusedException>(() => ContentCheck.Check(content));

        Assert.True(code == refusal.Code, $"{what}: {refusal.Code}, {refusal.Message}");
    }

    [Fact]
    public void Exactly_two_hundred_frames_are_taken()
    {
        using var content = new Content(GifOf(200));

        Assert.Equal(200, ContentCheck.Check(content).Frames);
    }

    private static byte[] GifOf(int frames)
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        return [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. Enumerable.Repeat(frame, frames).SelectMany(f => f), 0x3B];
    }

    private static byte[] Patch(string sample, ReadOnlySpan<byte> find, int offset, byte[] with)
    {
        var bytes = Samples.Read(sample);
        with.CopyTo(bytes, bytes.AsSpan().IndexOf(find) + offset);
        return bytes;
    }

    private static Task<byte[]> RebuildAsync(string sample) => RebuildAsync(Samples.Read(sample));

    private static async Task<byte[]> RebuildAsync(byte[] bytes)
    {
        using var content = new Content(bytes);
        return await Samples.RebuildAsync(content, ContentCheck.Check(content));
    }

    private static bool Has(byte[] bytes, string word) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)) >= 0;
}
