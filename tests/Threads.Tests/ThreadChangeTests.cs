using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>The mechanism of changes: what is decided under the thread's lock stands or falls with its event.</summary>
public sealed class ThreadChangeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_and_what_is_changed_are_numbered_together_in_the_order_they_came()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        var same = Guid.NewGuid();

        PendingEvent[] items =
        [
            Message(thread, one.Id), Change(thread, one.Id, same), Message(thread, one.Id), Change(thread, one.Id, same), Change(thread, one.Id, refuse: true),
            Change(thread, stranger.Id), Change(new ThreadId(7), one.Id), Change(thread, one.Id, unchanged: true), Message(thread, one.Id), Change(thread, one.Id),
        ];
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var results = await new AppendChanges(new()).RunAsync(connection, items, Ct);

        Assert.Equal(
            [
                (AppendVerdict.Appended, 1), (AppendVerdict.Appended, 2), (AppendVerdict.Appended, 3), (AppendVerdict.Repeated, 2), (AppendVerdict.NotPossible, 3),
                (AppendVerdict.Refused, 0), (AppendVerdict.Refused, 0), (AppendVerdict.Unchanged, 3), (AppendVerdict.Appended, 4), (AppendVerdict.Appended, 5),
            ],
            results.Select(result => (result.Verdict, result.Seq)));
        Assert.Equal("no_more", results[4].Refusal?.Code);
        Assert.Equal([1, 2, 3, 4, 5], (await one.AllEventsAsync(thread)).Select(e => e.GetProperty("seq").GetInt64()));
        Assert.Equal("2", await TitleAsync(server, thread));
    }

    [Fact]
    public async Task Two_nodes_that_change_one_thread_at_once_carry_out_each_change_once()
    {
        await using var first = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = first.Database });
        var (one, other, thread) = await Cast.PairAsync(first);
        ThreadLog[] logs = [first.Services.GetRequiredService<ThreadLog>(), second.Services.GetRequiredService<ThreadLog>()];

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).SelectMany(sender => Enumerable.Range(0, 10).Select(async i =>
        {
            var (id, who) = (Guid.NewGuid(), sender % 2 == 0 ? one.Id : other.Id);
            // Every change goes to both nodes at the same moment, plain messages run between them.
            var message = logs[i % 2].AppendAsync(ThreadLogTests.Message(thread, who, Guid.NewGuid(), "between"), Ct);
            var both = await Task.WhenAll(logs.Select(log => log.ChangeAsync(thread, who, id, new CountingChange(), Ct)));
            await message;
            return both;
        })));

        Assert.All(answers, both => Assert.Equal([AppendVerdict.Repeated, AppendVerdict.Appended], both.Select(result => result.Verdict).Order()));
        Assert.All(answers, both => Assert.Equal(both[0].Seq, both[1].Seq));
        Assert.Equal("120", await TitleAsync(first, thread));
        Assert.Equal(Enumerable.Range(1, 240).Select(i => (long)i), (await one.AllEventsAsync(thread)).Select(e => e.GetProperty("seq").GetInt64()));
        Assert.Empty(first.Log.Errors);
        Assert.Empty(second.Log.Errors);
    }

    [Fact]
    public async Task A_change_that_breaks_fails_alone_and_leaves_nothing_behind()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        var log = server.Services.GetRequiredService<ThreadLog>();

        var good = Enumerable.Range(0, 5).Select(_ => log.ChangeAsync(thread, one.Id, Guid.NewGuid(), new CountingChange(), Ct)).ToList();
        var bad = log.ChangeAsync(thread, one.Id, Guid.NewGuid(), new CountingChange { Breaks = true }, Ct);
        good.AddRange(Enumerable.Range(0, 5).Select(_ => log.ChangeAsync(thread, one.Id, Guid.NewGuid(), new CountingChange(), Ct)));

        await Assert.ThrowsAsync<PostgresException>(() => bad);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), (await Task.WhenAll(good)).Select(result => result.Seq));
        Assert.Equal("10", await TitleAsync(server, thread));
    }

    [Theory]
    [InlineData(1)] // The second try finds what the first has done.
    [InlineData(2)] // Both are lost: the caller hears of it and asks again.
    public async Task A_change_whose_commit_is_never_heard_of_is_carried_out_once_and_told_with_its_news(int lost)
    {
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using var road = new LossyDatabase(database.ConnectionString);
        await using var server = await Cast.StartAsync(new StoaServerOptions
        {
            Database = database,
            Settings = new Dictionary<string, string> { ["ConnectionStrings:Stoa"] = road.ConnectionString },
        });
        var (one, other, thread) = await Cast.PairAsync(server);
        var log = server.Services.GetRequiredService<ThreadLog>();
        await using var phone = await other.ConnectAsync();
        await one.SendAsync(thread, "marked");
        var (id, change) = (Guid.NewGuid(), new CountingChange { News = [new PersonalNews(thread, [other.Id], ThreadFrames.Typing(thread, one.Id, true))] });

        road.LoseNext(lost, commits: true);
        var first = log.ChangeAsync(thread, one.Id, id, change, Ct);
        if (lost == 1)
        {
            Assert.Equal((AppendVerdict.Appended, 2), (await first is var result ? (result.Verdict, result.Seq) : default));
        }
        else
        {
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => first);
        }

        Assert.Equal(lost, road.Lost);
        await one.SendAsync(thread, "marked too");
        var again = await log.ChangeAsync(thread, one.Id, id, change, Ct);

        Assert.Equal((AppendVerdict.Repeated, 2), (again.Verdict, again.Seq));
        Assert.Equal("1", await TitleAsync(server, thread));
        Assert.Equal([1, 2, 3], (await phone.WaitForEventsAsync(thread.ToString(), 3)).Select(e => e.GetProperty("seq").GetInt64()));
        await phone.WaitAsync("typing");
    }

    [Fact]
    public async Task A_change_of_an_older_event_does_not_move_the_thread_in_the_inbox()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "read me");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var before = await other.GetAsync($"/api/threads/{thread}");

        await server.Services.GetRequiredService<ThreadLog>().ChangeAsync(thread, one.Id, Guid.NewGuid(), new CountingChange(), Ct);
        var after = await other.GetAsync($"/api/threads/{thread}");

        Assert.Equal(2, after.GetProperty("lastSeq").GetInt64());
        Assert.Equal(("read me", 1L), (after.GetProperty("lastEvent").GetProperty("text").GetString(), after.GetProperty("unread").GetInt64()));
        Assert.Equal(before.GetProperty("updatedAt").GetString(), after.GetProperty("updatedAt").GetString());
    }

    private static PendingEvent Message(ThreadId thread, MemberId sender) =>
        new(ThreadLogTests.Message(thread, sender, Guid.NewGuid(), "x"), EventKind.Message, 0, DateTimeOffset.UnixEpoch);

    private static PendingEvent Change(ThreadId thread, MemberId sender, Guid? id = null, bool refuse = false, bool unchanged = false)
    {
        var change = new CountingChange { Refuses = refuse, Unchanged = unchanged };
        return new(new(thread, sender, id ?? Guid.NewGuid(), EventKind.Name(change.Kind), default), change.Kind, 0, DateTimeOffset.UnixEpoch, change);
    }

    private static async Task<string?> TitleAsync(StoaServer server, ThreadId thread) =>
        await server.Database.DataSource.OpenConnection().ExecuteScalarAsync<string>("select title from threads.threads where id = @Value", new { thread.Value });

    /// <summary>Counts in the thread's title how often it was carried out.</summary>
    private sealed class CountingChange : ThreadChange
    {
        public override short Kind => EventKind.Reaction;

        public bool Refuses { get; init; }

        public bool Unchanged { get; init; }

        public bool Breaks { get; init; }

        public IReadOnlyList<ThreadHappening> News { get; init; } = [];

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            if (Refuses)
            {
                return ChangeOutcome.Refused(Problem.Invalid("no_more", "Enough.", "Stop."));
            }

            if (Unchanged)
            {
                return ChangeOutcome.Unchanged;
            }

            await scope.Connection.ExecuteAsync(
                "update threads.threads set title = (coalesce(title, '0')::int + 1)::text where id = @Value", new { scope.Thread.Value });
            if (Breaks)
            {
                await scope.Connection.ExecuteAsync("select 1 / 0");
            }

            return ChangeOutcome.Done(Encoding.UTF8.GetBytes($$"""{"of":{{scope.NextSeq}},"note":"marked"}""")) with { News = News };
        }
    }
}
