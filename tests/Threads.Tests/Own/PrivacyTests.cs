using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>Who hides what they have read neither tells nor sees it; who blocks neither shows nor sees.</summary>
public sealed class PrivacyTests
{
    [Fact]
    public async Task Everything_is_shown_by_default_and_what_is_left_out_stays()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        Assert.Equal("""{"showPresence":true,"showRead":true,"requestsFromStrangers":true}""", (await one.GetAsync("/api/me/privacy")).GetRawText());
        Assert.Equal("""{"showPresence":true,"showRead":false,"requestsFromStrangers":true}""", (await one.PrivacyAsync(new { showRead = false })).GetRawText());
        await one.PrivacyAsync(new { requestsFromStrangers = false });
        await one.PrivacyAsync(new { requestsFromStrangers = false });
        Assert.Equal("""{"showPresence":true,"showRead":false,"requestsFromStrangers":false}""", (await one.GetAsync("/api/me/privacy")).GetRawText());
        await one.PutAsync("/api/me/privacy", new { showEverything = true }, 400);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_markers_are_shown_between_two_who_both_show_them(bool readerHides)
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await (readerHides ? other : one).PrivacyAsync(new { showRead = false });
        await one.SendAsync(thread, "1");
        await using var writer = await one.ConnectAsync();
        await using var reader = await other.ConnectAsync();

        await other.ReadUpToAsync(thread, 1);
        await one.ReadUpToAsync(thread, 1);
        await writer.CatchUpAsync(one, thread);
        await reader.CatchUpAsync(other, thread);

        // One's own devices always hear; the other side hears that it was delivered, and no more.
        Assert.Equal((0, 1), Heard(writer, other));
        Assert.Equal((1, 1), Heard(reader, other));
        Assert.Equal((0, 1), Heard(reader, one));
        Assert.Equal((0, 1), await SeenAsync(one, other, thread));
        Assert.Equal((1, 1), await SeenAsync(other, other, thread));

        await (readerHides ? other : one).PrivacyAsync(new { showRead = true });
        Assert.Equal((1, 1), await SeenAsync(one, other, thread));
    }

    [Fact]
    public async Task What_became_of_a_message_tells_no_more_than_the_markers_do()
    {
        await using var server = await Owner.StartAsync();
        var (one, other) = (await Somebody.SignUpAsync(server, "one"), await Somebody.SignUpAsync(server, "other"));
        var thread = await one.OpenAsync("@other");
        await one.SendAsync(thread, "1");
        await other.ReadUpToAsync(thread, 1);
        Assert.Equal("stored", await StateAsync());
        await other.AcceptAsync(thread);
        Assert.Equal("read", await StateAsync());
        await other.PrivacyAsync(new { showRead = false });
        Assert.Equal("delivered", await StateAsync());

        async Task<string?> StateAsync() => (await one.GetAsync($"/api/threads/{thread}/messages/1/trace")).GetProperty("members")[0].GetProperty("state").GetString();
    }

    [Fact]
    public async Task Typing_is_not_shown_across_a_block_in_either_direction()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();
        await one.BlockAsync(thread);

        await mine.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await theirs.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await Task.WhenAll(PingAsync(mine), PingAsync(theirs));
        await mine.CatchUpAsync(one, thread);
        await theirs.CatchUpAsync(other, thread);
        Assert.Empty(mine.Heard("typing").Concat(theirs.Heard("typing")));

        using var unblocked = await one.Client.DeleteAsync($"/api/threads/{thread}/block", TestContext.Current.CancellationToken);
        await theirs.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        Assert.Equal(other.Id.ToString(), (await mine.WaitAsync("typing")).GetProperty("member").GetString());
    }

    [Fact]
    public async Task Presence_is_not_shown_across_a_block_and_comes_back_with_its_end()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        await using var theirs = await other.ConnectAsync();
        await theirs.WaitAsync("presence", frame => frame.Is("online"));

        await one.BlockAsync(thread);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await theirs.WaitAsync("presence", frame => !frame.Is("online") && !frame.TryGetProperty("lastSeen", out _));
        Assert.Empty((await other.GetAsync($"/api/presence?people={one.Id}")).GetProperty("people").EnumerateArray());
        Assert.Empty((await one.GetAsync($"/api/presence?people={other.Id}")).GetProperty("people").EnumerateArray());

        using var unblocked = await one.Client.DeleteAsync($"/api/threads/{thread}/block", TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await theirs.WaitAsync("presence", frame => frame.Is("online"));
    }

    private static async Task PingAsync(LiveClient device)
    {
        await device.SendAsync(new { op = "ping" });
        await device.WaitAsync("pong");
    }

    /// <summary>The highest of somebody's markers that this device was told.</summary>
    private static (long Read, long Delivered) Heard(LiveClient device, Somebody member)
    {
        var receipts = device.Heard("receipt").Where(frame => frame.GetProperty("member").GetString() == member.Id.ToString()).ToArray();
        return (receipts.Max(frame => frame.Number("read")), receipts.Max(frame => frame.Number("delivered")));
    }

    private static async Task<(long Read, long Delivered)> SeenAsync(Somebody reader, Somebody member, ThreadId thread)
    {
        JsonElement seen = (await reader.SeeAsync(thread)).GetProperty("members").EnumerateArray().Single(item => item.GetProperty("id").GetString() == member.Id.ToString());
        return (seen.Number("readSeq"), seen.Number("deliveredSeq"));
    }
}
