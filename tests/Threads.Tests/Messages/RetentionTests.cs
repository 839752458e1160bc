using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Media;
using Stoa.Testing;
using Stoa.Threads.Messages;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class RetentionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_sent_after_the_choice_disappears_on_time_whoever_asks()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await other.ConnectAsync();
        var before = await one.SendAsync(thread, "for ever");
        var choice = Guid.NewGuid();
        var chosen = await other.RetainAsync(thread, 3_600, choice).SeqAsync();
        Assert.Equal(chosen, await other.RetainAsync(thread, 3_600, choice).SeqAsync());
        Assert.Equal(chosen, await one.RetainAsync(thread, 3_600).SeqAsync()); // As wanted already.
        Assert.Equal("""{"code":"retention_changed","seconds":3600}""", (await one.EventAsync(thread, chosen)).GetProperty("system").GetRawText());
        var media = await Calls.UploadAsync(server, one);
        var plain = await one.SendAsync(thread, "canary plain");
        var rich = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "canary rich", attachments = new[] { new { media = media.ToString() } } }).SeqAsync();
        var edit = await one.EditAsync(thread, plain, "canary edited").SeqAsync();
        await other.ReactAsync(thread, plain, "👍").SeqAsync();
        await other.PinAsync(thread, rich).SeqAsync();
        var quoting = await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "I keep it", replyTo = rich, quote = "canary rich" }).SeqAsync();
        await one.RetainAsync(thread, null).SeqAsync();
        var after = await one.SendAsync(thread, "for ever again");
        Assert.Equal("2026-11-20T13:00:00.000Z", (await other.EventAsync(thread, rich)).Text("expiresAt"));
        Assert.All((await phone.WaitForEventsAsync(thread.ToString(), after)).Where(e => e.GetProperty("seq").GetInt64() is var seq && (seq == plain || seq == rich)),
            e => Assert.Equal("2026-11-20T13:00:00.000Z", e.Text("expiresAt")));
        await Calls.ExecuteAsync(server, "update threads.events set expires_at = null where seq = @quoting", new { quoting });

        // As if another node swept, and were stuck.
        await Calls.ExecuteAsync(server,
            "insert into hosting.leases (name, holder, fence, until) values ('threads.sweep-expired', gen_random_uuid(), 1, now() + interval '1 day')");
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await server.Services.GetRequiredService<SweepExpired>().SweepAsync(Ct));
        await IsGoneAsync();
        await other.GetAsync(Calls.Path(thread, plain, "versions"), 404);
        Assert.Empty(await server.Services.GetRequiredService<IMedia>().MayReadAsync(other.Id, [media], Ct));
        Assert.Equal("404 message_not_found", await one.EditAsync(thread, plain, "x").RefusalAsync());
        Assert.Equal("404 message_not_found", await one.UnsendAsync(thread, plain).RefusalAsync());
        Assert.Equal("""{"expired":true}""", (await server.Services.GetRequiredService<IThreadLog>().FindAsync(thread, plain, Ct))!.Body.GetRawText());
        Assert.Equal(1, await Calls.UsesAsync(server, media));

        await Calls.ExecuteAsync(server, "delete from hosting.leases");
        await server.Services.GetRequiredService<SweepExpired>().SweepAsync(Ct);
        // The clock's move may have woken the sweeper itself at the same moment.
        await Waiting.UntilAsync(async () => await Calls.UsesAsync(server, media) == 0, "the sweeper has released the picture");
        await IsGoneAsync();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        // The index of the search forgets behind the log; its own tests hold it to that.
        foreach (var table in await connection.QueryAsync<string>(
            "select table_name from information_schema.tables where table_schema = 'threads' and table_type = 'BASE TABLE' and table_name not like 'search%'"))
        {
            Assert.Equal((table, 0L), (table, await connection.ExecuteScalarAsync<long>($"select count(*) from threads.{table} x where x::text like '%canary%'")));
        }

        Assert.Equal("I keep it", (await one.EventAsync(thread, quoting)).Text("text"));
        Assert.Equal(["for ever", "for ever again"], [(await one.EventAsync(thread, before)).Text("text")!, (await one.EventAsync(thread, after)).Text("text")!]);

        async Task IsGoneAsync()
        {
            foreach (var reader in (Somebody[])[one, other])
            {
                foreach (var seq in (long[])[plain, rich])
                {
                    Assert.Equal(["seq", "id", "kind", "sender", "at", "expired"],
                        (await reader.EventAsync(thread, seq)).EnumerateObject().Select(member => member.Name).Where(name => name != "clientId"));
                }

                Assert.False((await reader.EventAsync(thread, edit)).Has("text"));
            }
        }
    }

    [Fact]
    public async Task Unsent_stays_unsent_when_its_time_is_over()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await one.RetainAsync(thread, 60).SeqAsync();
        var seq = await one.SendAsync(thread, "x");
        await one.UnsendAsync(thread, seq).SeqAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await server.Services.GetRequiredService<SweepExpired>().SweepAsync(Ct);

        Assert.True((await other.EventAsync(thread, seq)).GetProperty("unsent").GetBoolean());
    }

    [Fact]
    public async Task One_node_sweeps_at_a_time()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new() { Database = server.Database });
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.RetainAsync(thread, 1_800).SeqAsync();
        await server.Services.GetRequiredService<SweepExpired>().SweepAsync(Ct);
        for (var i = 0; i < 20; i++)
        {
            await one.SendAsync(thread, $"{i}");
        }

        // Only the second node's clock moves: it would find all of it, and has not the lease.
        second.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await second.Services.GetRequiredService<SweepExpired>().SweepAsync(Ct));
        Assert.Equal("0", (await one.EventAsync(thread, 2)).Text("text"));
    }

    [Fact]
    public async Task Who_may_choose_and_what()
    {
        await using var server = await Cast.StartAsync(new() { Services = Business.Register });
        var (one, other, direct) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third");
        var group = await one.OpenAsync("@other", "@third");
        await Calls.ExecuteAsync(server, "update threads.members set role = case when member_id = @One then 1 else 3 end where thread_id = @Group", new { One = one.Id.Value, Group = group.Value });
        var business = await one.OpenAsync("page:" + Business.Username);

        Assert.Equal("403 admins_only", await other.RetainAsync(group, 60).RefusalAsync());
        await one.RetainAsync(group, 60).SeqAsync();
        Assert.Equal("409 retention_not_possible", await one.RetainAsync(business, 60).RefusalAsync());
        Assert.Equal("400 retention_invalid", await one.RetainAsync(direct, 0).RefusalAsync());
        Assert.Equal("400 retention_invalid", await one.RetainAsync(direct, 31_622_401).RefusalAsync());
        Assert.Equal("400 invalid_request", await one.PutAsync($"/api/threads/{direct}/retention", new { clientId = Guid.NewGuid() }).RefusalAsync());
    }
}
