using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Tests.Messages;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>A group's picture is every member's to see, also theirs who came after it was set, and nobody else's.</summary>
public sealed class PictureTests(SharedServer shared)
{
    [Fact]
    public async Task A_picture_is_used_shown_replaced_and_taken_away()
    {
        var server = shared.Server;
        if (await GroupCast.SignUpManyAsync(server, "pic_a", 4) is not [var owner, var member, var later, var stranger])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Pictures", member);
        var (first, second) = (await Calls.UploadAsync(server, owner), await Calls.UploadAsync(server, owner));
        Assert.Equal("200", (await SetAsync(first)).ToString());
        await owner.AddAsync(thread, later);
        var token = await owner.InviteAsync(thread);

        Assert.Equal((1, 0), (await Calls.UsesAsync(server, first), await Calls.UsesAsync(server, second)));
        Assert.Equal(first.ToString(), (await later.GetAsync($"/api/threads/{thread}")).GetProperty("picture").GetString());
        Assert.Equal("200", (await later.CallAsync(HttpMethod.Get, $"/api/media/{first}/info")).ToString());
        Assert.Equal("404 media_not_found", (await stranger.CallAsync(HttpMethod.Get, $"/api/media/{first}/info")).ToString());
        var preview = await stranger.GetAsync($"/api/invites/{token}");
        Assert.Equal(first.ToString(), preview.GetProperty("picture").GetString());
        Assert.StartsWith("http", preview.GetProperty("pictureUrl").GetString(), StringComparison.Ordinal);

        Assert.Equal("200", (await SetAsync(second)).ToString());
        Assert.Equal((0, 1), (await Calls.UsesAsync(server, first), await Calls.UsesAsync(server, second)));
        Assert.Equal("404 media_not_found", (await later.CallAsync(HttpMethod.Get, $"/api/media/{first}/info")).ToString());
        Assert.Equal("200", (await SetAsync(null)).ToString());
        Assert.Equal(0, await Calls.UsesAsync(server, second));
        Assert.Equal(["picture_changed", "member_added", "picture_changed", "picture_changed"], await owner.CodesAsync(thread));

        Task<Said> SetAsync(MediaId? picture) => owner.ChangeAsync(thread, new() { ["picture"] = picture?.ToString() });
    }

    [Fact]
    public async Task What_is_no_picture_of_the_changer_is_refused()
    {
        var server = shared.Server;
        if (await GroupCast.SignUpManyAsync(server, "pic_b", 2) is not [var owner, var other])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Wrong pictures", other);
        foreach (var media in new[] { await Calls.UploadAsync(server, other), await Calls.UploadAsync(server, owner, "audio", "audio/ogg", "note.ogg") })
        {
            Assert.Equal("400 picture_not_found", (await owner.ChangeAsync(thread, new() { ["title"] = "New", ["picture"] = media.ToString() })).ToString());
            Assert.Equal(0, await Calls.UsesAsync(server, media));
        }

        Assert.Equal("Wrong pictures", (await other.GetAsync($"/api/threads/{thread}")).GetProperty("title").GetString());
    }
}
