using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Hosting.Outbox;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>The log under stress, through the module's public face, from one node and from two on one database.</summary>
public sealed class ThreadLogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(20_26)]
    public async Task Thirty_two_senders_on_two_nodes_with_repeats_leave_no_gap_and_no_double(int seed)
    {
        await using var first = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = first.Database });
        var threads = new List<ThreadId>();
        var (one, other, direct) = await Cast.PairAsync(first);
        var third = await Somebody.SignUpAsync(first, "third");
        threads.AddRange([direct, await one.OpenAsync("@third"), await third.OpenAsync("@one", "@other")]);
        IThreadLog[] logs = [first.Services.GetRequiredService<IThreadLog>(), second.Services.GetRequiredService<IThreadLog>()];

        var answers = new System.Collections.Concurrent.ConcurrentDictionary<(ThreadId, Guid), System.Collections.Concurrent.ConcurrentBag<AppendOutcome>>();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async sender =>
        {
            var dice = new Random(seed + sender);
            var mine = new List<(ThreadId Thread, Guid Id)>();
            for (var i = 0; i < 60; i++)
            {
                var thread = threads[dice.Next(threads.Count)];
                // Every third send is one of its own again, at either node, often while the first is still under way.
                var (target, id) = mine.Count > 0 && dice.Next(3) == 0 ? mine[dice.Next(mine.Count)] : (thread, Guid.NewGuid());
                mine.Add((target, id));
                var calls = Enumerable.Range(0, 1 + dice.Next(2)).Select(_ => logs[dice.Next(2)].AppendAsync(Message(target, one.Id, id, $"{sender}/{i}"), Ct)).ToArray();
                foreach (var outcome in await Task.WhenAll(calls))
                {
                    answers.GetOrAdd((target, id), _ => []).Add(outcome);
                }
            }
        }));

        foreach (var thread in threads)
        {
            var stored = (await first.Database.DataSource.OpenConnection().QueryAsync<(long Seq, Guid Id)>(
                "select seq, client_id from threads.events where thread_id = @Value order by seq", new { thread.Value })).AsList();
            Assert.Equal(Enumerable.Range(1, stored.Count).Select(i => (long)i), stored.Select(e => e.Seq));
            Assert.Equal(stored.Count, stored.Select(e => e.Id).Distinct().Count());
            Assert.Equal(stored.Count, answers.Keys.Count(key => key.Item1 == thread));
            foreach (var (seq, id) in stored)
            {
                var told = answers[(thread, id)];
                Assert.All(told, outcome => Assert.Equal(seq, outcome.Seq));
                Assert.Single(told, outcome => outcome.Status == AppendStatus.Appended);
                Assert.Single(told.Select(outcome => outcome.At).Distinct());
            }
        }

        Assert.Empty(first.Log.Errors);
        Assert.Empty(second.Log.Errors);
    }

    [Fact]
    public async Task One_client_id_at_the_same_moment_on_two_nodes_is_one_event_with_one_answer()
    {
        await using var first = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = first.Database });
        var (one, _, thread) = await Cast.PairAsync(first);
        var there = one.At(second);

        for (var i = 1; i <= 40; i++)
        {
            var message = new { clientId = Guid.NewGuid(), text = "both" };
            var answers = await Task.WhenAll(one.PostAsync(thread, message), there.PostAsync(thread, message));
            var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Ct)));

            Assert.Equal(bodies[0], bodies[1]);
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], answers.Select(answer => answer.StatusCode).Order());
            Assert.Equal(i, JsonSerializer.Deserialize<JsonElement>(bodies[0]).GetProperty("seq").GetInt64());
        }
    }

    [Fact]
    public async Task A_batch_answers_each_of_its_items_in_order_whatever_is_wrong_with_the_others()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        var same = Guid.NewGuid();
        var stored = Guid.NewGuid();
        await one.SendAsync(thread, "stored before", stored);

        PendingEvent[] items =
        [
            Pending(thread, one.Id, same, 0), Pending(thread, stranger.Id, Guid.NewGuid(), 0), Pending(thread, one.Id, same, 0),
            Pending(new ThreadId(7), one.Id, Guid.NewGuid(), 0), Pending(thread, one.Id, Guid.NewGuid(), 99), Pending(thread, other.Id, same, 1),
            Pending(thread, one.Id, stored, 0), Pending(thread, one.Id, Guid.NewGuid(), 2),
        ];
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var results = await new AppendBatch().RunAsync(connection, items, Ct);

        Assert.Equal(
            [
                (AppendVerdict.Appended, 2), (AppendVerdict.Refused, 0), (AppendVerdict.Repeated, 2), (AppendVerdict.Refused, 0), (AppendVerdict.ReplyMissing, 0),
                (AppendVerdict.Appended, 3), (AppendVerdict.Repeated, 1), (AppendVerdict.ReplyMissing, 0),
            ],
            results.Select(result => (result.Verdict, result.Seq)));
        Assert.Equal([1, 2, 3], (await one.AllEventsAsync(thread)).Select(e => e.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public async Task A_bad_item_fails_alone()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, thread) = await Cast.PairAsync(server);
        var log = server.Services.GetRequiredService<IThreadLog>();

        var good = Enumerable.Range(0, 20).Select(i => log.AppendAsync(Message(thread, one.Id, Guid.NewGuid(), $"good {i}"), Ct)).ToList();
        var bad = log.AppendAsync(new(thread, one.Id, Guid.NewGuid(), "message", "{no json"u8.ToArray()), Ct);
        good.AddRange(Enumerable.Range(0, 20).Select(i => log.AppendAsync(Message(thread, one.Id, Guid.NewGuid(), $"more {i}"), Ct)));

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => bad);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), (await Task.WhenAll(good)).Select(outcome => outcome.Seq));
    }

    [Fact]
    public async Task A_removed_member_is_refused_even_when_the_removal_commits_while_the_message_waits()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var removal = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync("select from threads.threads where id = @Value for no key update", new { thread.Value }, removal);
        await connection.ExecuteAsync("delete from threads.members where thread_id = @Thread and member_id = @Member", new { Thread = thread.Value, Member = other.Id.Value }, removal);

        var late = other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "am I still in?" });
        await WaitForBlockedAsync(server);
        await removal.CommitAsync(Ct);

        Assert.Equal(HttpStatusCode.NotFound, (await late).StatusCode);
        Assert.Equal(1, await one.SendAsync(thread, "no gap"));
    }

    [Fact]
    public async Task A_connection_that_dies_while_the_commit_is_under_way_loses_and_doubles_nothing()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await other.ConnectAsync();
        await one.SendAsync(thread, "the lane has its connection");
        var cut = 0;
        var sends = Enumerable.Range(0, 16).Select(async sender =>
        {
            await Task.Yield();
            var seqs = new List<long>();
            while (Volatile.Read(ref cut) < 5 && seqs.Count < 1_000)
            {
                var message = new { clientId = Guid.NewGuid(), text = $"{sender}/{seqs.Count}" };
                HttpResponseMessage answer;
                do
                {
                    answer = await one.PostAsync(thread, message);
                }
                while (answer.StatusCode == HttpStatusCode.ServiceUnavailable);
                Assert.True((int)answer.StatusCode != 500, string.Join("\n", server.Log.Errors.Take(3)));
                seqs.Add((await Somebody.ReadAsync(answer, 201, 200)).GetProperty("seq").GetInt64());
            }

            return seqs;
        }).ToList();

        // The connection that appends is cut, again and again, while the sends go on; then it is left alone, or on a slow machine none would ever get through.
        await using var axe = await server.Database.DataSource.OpenConnectionAsync(Ct);
        while (cut < 5 && !sends.TrueForAll(send => send.IsCompleted))
        {
            Volatile.Write(ref cut, cut + (await axe.QueryAsync<bool>(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and (query like '%with checked%' or query like '%for no key update%')")).Count());
        }

        var seqs = (await Task.WhenAll(sends)).SelectMany(some => some).ToList();
        Assert.True(cut >= 5, $"{cut} connections were cut: the test has tested too little.");
        Assert.Equal(Enumerable.Range(2, seqs.Count).Select(i => (long)i), seqs.Order());
        var told = await phone.WaitForEventsAsync(thread.ToString(), seqs.Count + 1);
        Assert.Equal(Enumerable.Range(1, seqs.Count + 1).Select(i => (long)i), told.Select(e => e.GetProperty("seq").GetInt64()));
    }

    [Theory]
    [InlineData(1, HttpStatusCode.Created)] // The second try finds what the first has done.
    [InlineData(2, HttpStatusCode.ServiceUnavailable)] // Both are lost: the sender must ask again.
    public async Task A_commit_whose_answer_is_lost_is_one_message_that_everybody_is_told_of(int lost, HttpStatusCode answered)
    {
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using var road = new LossyDatabase(database.ConnectionString);
        await using var server = await Cast.StartAsync(new StoaServerOptions
        {
            Database = database,
            Settings = new Dictionary<string, string> { ["ConnectionStrings:Stoa"] = road.ConnectionString },
        });
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await other.ConnectAsync();
        await one.SendAsync(thread, "marked 1");

        road.LoseNext(lost);
        var message = new { clientId = Guid.NewGuid(), text = "marked 2" };
        using var first = await one.PostAsync(thread, message);
        Assert.Equal(answered, first.StatusCode);
        Assert.Equal(lost, road.Lost);
        await other.SendAsync(thread, "marked 3");
        using var again = await one.PostAsync(thread, message);

        Assert.Equal(2, (await Somebody.ReadAsync(again, 200)).GetProperty("seq").GetInt64());
        var told = await phone.WaitForEventsAsync(thread.ToString(), 3);
        Assert.Equal(["marked 1", "marked 2", "marked 3"], told.Select(e => e.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_thread_with_a_page_has_its_news_in_the_same_commit_and_another_has_none()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions
        {
            Services = services =>
            {
                Business.Register(services);
                services.RemoveAll<IOutboxConsumer>(); // The news stays where the test can read it.
            },
        });
        var (one, _, direct) = await Cast.PairAsync(server);
        var thread = await one.OpenAsync("page:" + Business.Username);
        await server.Database.DataSource.OpenConnection().ExecuteAsync("delete from hosting.outbox");

        await one.SendAsync(direct, "between us");
        var seq = await one.SendAsync(thread, "to the business");
        await one.SendAsync(thread, "to the business", Guid.NewGuid());
        await one.ReadUpToAsync(thread, 1);
        await one.ReadUpToAsync(thread, 1);

        var rows = (await server.Database.DataSource.OpenConnection().QueryAsync<OutboxRow>("select id, key, body::text from hosting.outbox where topic = 'threads.event' order by id")).AsList();
        var news = rows.ConvertAll(row => ThreadNews.Read(row.Body));
        Assert.All(rows, row => Assert.Equal(thread.Value, row.Key));
        Assert.Equal([("event", seq), ("event", seq + 1), ("delivered", 1), ("read", 1)], news.Select(n => (n.Type, n.Seq)));
        Assert.All(news, n => Assert.Equal((thread, Business.Page, (MemberId)one.Id), (n.Thread, n.Page, n.Sender)));
        Assert.Equal(server.Clock.GetUtcNow(), news[0].At);
    }

    [Fact]
    public async Task A_full_queue_says_so_at_once()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Settings = new Dictionary<string, string> { ["Threads:QueueMax"] = "4", ["Threads:BatchMax"] = "1" } });
        var (one, _, thread) = await Cast.PairAsync(server);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var holding = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync("select from threads.threads where id = @Value for update", new { thread.Value }, holding);

        var sends = Enumerable.Range(0, 12).Select(_ => one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "x" })).ToList();
        var refused = await await Task.WhenAny(sends);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        await holding.CommitAsync(Ct);

        var statuses = (await Task.WhenAll(sends)).Select(answer => answer.StatusCode).ToList();
        Assert.Equal(12, statuses.Count(status => status is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable));
        Assert.Equal(statuses.Count(status => status is HttpStatusCode.Created), (await one.AllEventsAsync(thread)).Count);
    }

    internal static NewEvent Message(ThreadId thread, MemberId sender, Guid clientId, string text) =>
        new(thread, sender, clientId, "message", Encoding.UTF8.GetBytes($$"""{"text":{{JsonSerializer.Serialize(text)}}}"""));

    private static PendingEvent Pending(ThreadId thread, MemberId sender, Guid clientId, long replyTo) =>
        new(Message(thread, sender, clientId, "x"), EventKind.Message, replyTo, DateTimeOffset.UnixEpoch);

    private static async Task WaitForBlockedAsync(StoaServer server)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        for (var i = 0; i < 2_000; i++)
        {
            if (await connection.ExecuteScalarAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"))
            {
                return;
            }
        }

        throw new TimeoutException("Waited for the append to wait for the thread's lock.");
    }
}
