using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Pictures that lead to a page, and the lists that a page reads.</summary>
public sealed class CodeTests(SharedWorld shared)
{
    [Theory]
    [InlineData("", 100)]
    [InlineData("billboard-ad", 1000)]
    [InlineData("a+b/c=d.e:f_1", 2000)]
    public async Task A_code_is_read_by_a_program_that_knows_nothing_of_us(string reference, int size)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, made) = await world.GraphAsync(HttpMethod.Post, "/me/messenger_codes", $$$"""{"type":"standard","data":{"ref":"{{{reference}}}"},"image_size":{{{size}}}}""", bot.AccessToken);

        var picture = await world.Server.Client.GetByteArrayAsync(made.GetProperty("uri").GetString());

        Assert.Equal((size, size), (BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(20))));
        var file = $"/tmp/stoa-code-{Guid.NewGuid():n}.png";
        try
        {
            await File.WriteAllBytesAsync(file, picture);
            using var reader = Process.Start(new ProcessStartInfo("ZXingReader", ["-1", file]) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException("ZXingReader did not start; ./test installs it.");
            var said = await reader.StandardOutput.ReadToEndAsync();
            await Waiting.ForAsync(reader.WaitForExitAsync(), "the reader");
            Assert.Contains($"/m/{bot.Username}?source=MESSENGER_CODE{(reference.Length > 0 ? "&ref=" + Uri.EscapeDataString(reference) : "")}", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("""{"data":{"ref":"a b"}}""")]
    [InlineData("""{"image_size":99}""")]
    [InlineData("""{"image_size":2001}""")]
    [InlineData("""{"type":"fancy"}""")]
    [InlineData("""{"data":"x"}""")]
    public async Task A_code_that_cannot_be_is_refused(string body)
    {
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await shared.World.CreateBotAsync(receiver.Url);
        Assert.Equal(100, (await shared.World.GraphAsync(HttpMethod.Post, "/me/messenger_codes", body, bot.AccessToken)).Body.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_picture_of_no_page_is_not_there()
    {
        foreach (var path in (string[])["/m/nobody-at-all/code.png", "/m/x/code.png?size=5"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await shared.World.Server.Client.GetAsync(path)).StatusCode);
        }
    }

    [Fact]
    public async Task Conversations_come_in_the_order_of_their_newest_messages_page_by_page()
    {
        await using var world = await BotWorld.StartAsync();
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var met = new List<(Person Person, string Thread, string Psid)>();
        for (var i = 0; i < 5; i++)
        {
            met.Add(await world.MeetAsync(bot, receiver));
            world.Server.Clock.Advance(TimeSpan.FromHours(i % 2 == 0 ? 1 : 30));
        }

        await world.SayAsync(met[1].Person, met[1].Thread, "back");
        string[] expected = [met[1].Thread, met[4].Thread, met[3].Thread, met[2].Thread, met[0].Thread];

        foreach (var limit in (int[])[1, 2, 3, 5])
        {
            var found = new List<string>();
            string? after = null;
            do
            {
                var (_, answer) = await world.GraphAsync(HttpMethod.Get, $"/me/conversations?limit={limit}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}", null, bot.AccessToken);
                found.AddRange(answer.GetProperty("data").EnumerateArray().Select(c => c.GetProperty("id").GetString()![2..]));
                after = answer.TryGetProperty("paging", out var paging) && paging.TryGetProperty("next", out _) ? paging.GetProperty("cursors").GetProperty("after").GetString() : null;
            }
            while (after is not null);
            Assert.Equal(expected, found);
        }
    }
}
