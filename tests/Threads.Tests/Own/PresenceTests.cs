using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Live;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>Who is here and when they were last: told to those who may see it, in few frames, kept in one row.</summary>
public sealed class PresenceTests
{
    private static readonly TimeSpan leaves = TimeSpan.FromSeconds(7);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_left_was_last_seen_when_they_left()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        var theirs = await other.ConnectAsync();
        await mine.WaitAsync("presence", frame => frame.Is("online"));
        Assert.Equal($$"""{"people":[{"person":"{{other.Id}}","online":true}]}""", (await one.GetAsync($"/api/presence?people={other.Id}")).GetRawText());

        await LeaveAsync(server, other, theirs);
        server.Clock.Advance(leaves);

        var left = await mine.WaitAsync("presence", frame => !frame.Is("online"));
        Assert.Equal("2026-11-20T12:00:00.000Z", left.GetProperty("lastSeen").GetString());
        Assert.Equal($$"""{"people":[{"person":"{{other.Id}}","online":false,"lastSeen":"2026-11-20T12:00:00.000Z"}]}""", (await one.GetAsync($"/api/presence?people={other.Id},{one.Id},7000000000000001")).GetRawText());
    }

    [Fact]
    public async Task Who_comes_and_goes_ten_times_in_a_second_is_one_frame()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var mine = await ConnectAsync(one);
        for (var i = 0; i < 10; i++)
        {
            await LeaveAsync(server, other, await other.ConnectAsync());
        }

        await mine.CatchUpAsync(one, thread);
        Assert.Single(mine.Heard("presence"));
    }

    [Fact]
    public async Task What_follows_within_a_second_goes_to_a_socket_in_one_frame()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        var friends = new List<Somebody>();
        for (var i = 0; i < 8; i++)
        {
            friends.Add(await Somebody.SignUpAsync(server, $"friend{i}"));
            await one.OpenAsync($"@friend{i}");
        }

        await using var mine = await ConnectAsync(one);
        var devices = new List<LiveClient>();
        foreach (var friend in friends)
        {
            devices.Add(await ConnectAsync(friend));
        }

        await mine.WaitAsync("presence");
        Assert.Single(mine.Heard("presence"));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(friends.Count - 1, (await mine.WaitAsync("presence")).GetProperty("people").GetArrayLength());

        // Whoever comes after them is told of all in one frame.
        await using var late = await one.ConnectAsync();
        Assert.Equal(friends.Count, (await late.WaitAsync("presence")).GetProperty("people").GetArrayLength());
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_hides_is_gone_for_the_others_leaves_no_trace_and_sees_nobody()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        await using var mine = await one.ConnectAsync();
        var theirs = await other.ConnectAsync();
        await mine.WaitAsync("presence", frame => frame.Is("online"));

        await other.PrivacyAsync(new { showPresence = false });
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        var gone = await mine.WaitAsync("presence", frame => !frame.Is("online"));
        Assert.False(gone.TryGetProperty("lastSeen", out _));
        Assert.Empty((await one.GetAsync($"/api/presence?people={other.Id}")).GetProperty("people").EnumerateArray());
        Assert.Empty((await other.GetAsync($"/api/presence?people={one.Id}")).GetProperty("people").EnumerateArray());
        await using (var second = await other.ConnectAsync())
        {
            await second.SendAsync(new { op = "ping" });
            await second.WaitAsync("pong");
            Assert.Empty(second.Heard("presence"));
        }

        await other.PrivacyAsync(new { showPresence = true });
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await mine.WaitAsync("presence", frame => frame.Is("online"));
        await other.PrivacyAsync(new { showPresence = false });
        await LeaveAsync(server, other, theirs);
        server.Clock.Advance(leaves);
        await Waiting.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
            return await connection.ExecuteScalarAsync<bool>("select exists (select from threads.people where person_id = @Value and last_seen_at is null)", new { other.Id.Value });
        }, "no trace of who hides");
    }

    [Fact]
    public async Task While_somebody_is_here_it_is_noted_each_minute_for_the_day_the_process_dies()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        await using var theirs = await other.ConnectAsync();
        await Waiting.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
            return await connection.ExecuteScalarAsync<DateTime?>("select last_seen_at from threads.people where person_id = @Value", new { other.Id.Value }) is not null;
        }, "a note of who is here");

        // Another process, which has never seen them, says when they were last here.
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = server.Database });
        var seen = (await one.At(second).GetAsync($"/api/presence?people={other.Id}")).GetProperty("people")[0];
        Assert.True(seen.TryGetProperty("lastSeen", out _));
    }

    [Fact]
    public async Task Rows_are_never_written_back_in_time()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        var rows = new PresenceRows(server.Database.DataSource);
        var (late, early) = (server.Clock.GetUtcNow(), server.Clock.GetUtcNow().AddMinutes(-5));

        await rows.KeepAsync([(one.Id, late)], Ct);
        await rows.KeepAsync([(one.Id, early), (one.Id, early)], Ct);

        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        Assert.Equal(late.UtcDateTime, await connection.ExecuteScalarAsync<DateTime>("select last_seen_at from threads.people where person_id = @Value", new { one.Id.Value }));
    }

    [Fact]
    public async Task People_with_thousands_of_peers_tell_those_they_last_wrote_with()
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            insert into threads.threads (id, kind, party_a, party_b, member_count, created_at, updated_at)
            select n, 1, n, @Value, 2, now(), to_timestamp(n) from generate_series(1, 3000) n;
            insert into threads.members (thread_id, member_id, is_page, joined_at) select n, n, false, now() from generate_series(1, 3000) n;
            insert into threads.members (thread_id, member_id, is_page, joined_at) select n, @Value, false, now() from generate_series(1, 3000) n
            """, new { one.Id.Value });

        var peers = (await new PresenceRows(server.Database.DataSource).FindPeersAsync([one.Id], evenHidden: false, Ct))[one.Id].ToArray();

        Assert.Equal(Presence.PeersMax, peers.Length);
        Assert.Equal(2_001, peers.Min(peer => peer.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?people=")]
    [InlineData("?people=abc")]
    [InlineData("?people=7000000000000001,x")]
    public async Task Presence_is_asked_for_by_ids(string query)
    {
        await using var server = await Cast.StartAsync();
        var one = await Somebody.SignUpAsync(server, "one");
        Assert.Equal("invalid_request", (await one.GetAsync("/api/presence" + query, 400)).GetProperty("code").GetString());
    }

    /// <summary>Connected, and their arrival told of.</summary>
    private static async Task<LiveClient> ConnectAsync(Somebody who)
    {
        var device = await who.ConnectAsync();
        await device.SendAsync(new { op = "ping" });
        await device.WaitAsync("pong");
        return device;
    }

    private static async Task LeaveAsync(StoaServer server, Somebody who, LiveClient device)
    {
        await device.DisposeAsync();
        await Waiting.UntilAsync(() => Task.FromResult(!server.Services.GetRequiredService<ILiveHub>().IsConnected(who.Id)), "the last socket to be gone");
    }
}
