using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Hosting.Nodes;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Search;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>The index follows the log whatever happens to whoever makes it, and forgets what the log forgets.</summary>
public sealed class IndexTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_stored_while_nobody_indexed_is_indexed_from_the_log()
    {
        await using var before = await SearchStage.StartAsync(indexes: false);
        var (one, _, thread) = await Cast.PairAsync(before);
        for (var i = 0; i < 200; i++)
        {
            await one.SendAsync(thread, $"word{i}");
        }

        Assert.Empty(await SearchStage.IndexedWordsAsync(before, thread));
        await using var after = await SearchStage.StartAsync(database: before.Database);
        await SearchStage.WaitUntilIndexedAsync(after);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"word{i}").ToHashSet(), await SearchStage.IndexedWordsAsync(after, thread));
        Assert.Equal([64L, 128, 192, 200], await UptosAsync(after, thread));
    }

    [Fact]
    public async Task What_another_node_stores_is_indexed_too()
    {
        await using var indexing = await SearchStage.StartAsync();
        await using var serving = await SearchStage.StartAsync(indexes: false, database: indexing.Database);
        var (one, _, thread) = await Cast.PairAsync(serving);
        await one.SendAsync(thread, "first");
        await SearchStage.WaitUntilIndexedAsync(indexing);
        await one.SendAsync(thread, "second");

        await SearchStage.WaitUntilIndexedAsync(indexing);

        Assert.Equal(["first", "second"], (await SearchStage.IndexedWordsAsync(indexing, thread)).Order());
    }

    [Fact]
    public async Task Edited_unsent_and_expired_words_are_gone_from_the_index()
    {
        await using var server = await SearchStage.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var edited = await one.SendAsync(thread, "typo");
        var unsent = await one.SendAsync(thread, "secret");
        for (var i = 0; i < 100; i++)
        {
            await one.SendAsync(thread, "filler");
        }

        await SearchStage.ExecuteAsync(server, "update threads.threads set retention_seconds = 60 where id = @Value", new { thread.Value });
        await one.SendAsync(thread, "fleeting");
        await SearchStage.WaitUntilIndexedAsync(server);
        Assert.Equal(["filler", "fleeting", "secret", "typo"], (await SearchStage.IndexedWordsAsync(server, thread)).Order());

        await SearchStage.EditAsync(server, thread, one, edited, "correction");
        await SearchStage.UnsendAsync(server, thread, one, unsent);
        Assert.Empty(await other.FindAsync("typo"));
        Assert.Equal([edited], await other.FindAsync("correct"));
        Assert.Empty(await other.FindAsync("secret"));
        Assert.Equal([103], await other.FindAsync("fleeting"));
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(await other.FindAsync("fleeting"));
        await SearchStage.WaitUntilIndexedAsync(server);

        Assert.Equal(["correction", "filler"], (await SearchStage.IndexedWordsAsync(server, thread)).Order());
        Assert.Equal([edited], await other.FindAsync("correct"));
    }

    [Fact]
    public async Task A_change_is_noted_for_the_index_in_its_own_commit()
    {
        await using var server = await SearchStage.StartAsync(indexes: false);
        var (one, _, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "secret");

        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync("delete from threads.search_wanted");
        await SearchStage.UnsendAsync(server, thread, one, seq);

        Assert.Equal(thread.Value, await connection.ExecuteScalarAsync<long>("select min(thread_id) from threads.search_wanted"));
    }

    [Fact]
    public async Task Whoever_has_lost_the_lease_writes_nothing()
    {
        await using var server = await SearchStage.StartAsync(indexes: false);
        var (one, _, thread) = await Cast.PairAsync(server);
        await one.SendAsync(thread, "hello");
        var index = server.Services.GetRequiredService<IndexThreads>();
        var lease = await server.Services.GetRequiredService<NodeLeases>().TakeAsync("threads.search-index", Ct);
        Assert.NotNull(lease);

        var late = await index.RunAsync(lease with { Fence = lease.Fence - 1 }, [thread.Value], [], [], Ct);

        Assert.False(late.Kept);
        Assert.Empty(await SearchStage.IndexedWordsAsync(server, thread));
        Assert.True((await index.RunAsync(lease, [thread.Value], [], [], Ct)).Kept);
        Assert.Equal(["hello"], await SearchStage.IndexedWordsAsync(server, thread));
    }

    [Fact]
    public async Task Killed_at_any_moment_and_begun_again_it_misses_and_doubles_nothing()
    {
        await using var server = await SearchStage.StartAsync(indexes: false);
        var (one, other, thread) = await Cast.PairAsync(server);
        var index = server.Services.GetRequiredService<IndexThreads>();
        var leases = server.Services.GetRequiredService<NodeLeases>();
        var random = new Random(11);
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var sent = 0;
        var sends = Task.Run(async () =>
        {
            for (; sent < 300; sent++)
            {
                await one.SendAsync(thread, $"word{sent} common");
            }
        }, Ct);
        await using var killer = await server.Database.DataSource.OpenConnectionAsync(Ct);
        for (var killed = 0; killed < 40 || !sends.IsCompleted;)
        {
            var lease = await leases.TakeAsync("threads.search-index", Ct);
            var run = index.RunAsync(lease!, [thread.Value], [], [], Ct); // Nobody else takes it.
            await Task.Delay(random.Next(0, 4), Ct);
            killed += (await killer.QueryAsync<bool>(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%search_blocks%'")).Count();
            try
            {
                await run;
            }
            catch (NpgsqlException)
            {
                // Killed; the next one goes on.
            }
        }

        await sends;
        while ((await index.RunAsync((await leases.TakeAsync("threads.search-index", Ct))!, [thread.Value], [], [], Ct)).Events > 0) // As above.
        {
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"word{i}").Append("common").ToHashSet(), await SearchStage.IndexedWordsAsync(server, thread));
        Assert.Equal([64L, 128, 192, 256, 300], await UptosAsync(server, thread));
        Assert.Equal(Enumerable.Range(201, 100).Reverse().Select(i => (long)i), await other.FindAsync("common", "&limit=100"));
    }

    [Fact]
    public async Task Two_nodes_that_index_while_both_send_make_one_index()
    {
        await using var first = await SearchStage.StartAsync();
        var second = await SearchStage.StartAsync(database: first.Database);
        var (one, other, thread) = await Cast.PairAsync(first);
        var there = other.At(second);

        await Task.WhenAll(
            Task.Run(() => SendAsync(one, thread, "left"), Ct),
            Task.Run(() => SendAsync(there, thread, "right"), Ct));
        // Whoever has the lease gives it back when it stops.
        await second.DisposeAsync();
        await one.SendAsync(thread, "last");
        await SearchStage.WaitUntilIndexedAsync(first);

        var expected = Enumerable.Range(0, 100).SelectMany(i => (string[])[$"left{i}", $"right{i}"]).Append("last").ToHashSet();
        Assert.Equal(expected, await SearchStage.IndexedWordsAsync(first, thread));
        Assert.Equal([64L, 128, 192, 201], await UptosAsync(first, thread));
    }

    [Fact]
    public async Task A_thread_that_cannot_be_indexed_does_not_stop_the_others()
    {
        await using var server = await SearchStage.StartAsync(indexes: false);
        var (one, other, thread) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third");
        var bad = await one.OpenAsync("@third");
        await one.SendAsync(bad, "poison");
        await one.SendAsync(thread, "sound");
        await SearchStage.ExecuteAsync(server, "alter table threads.search_blocks add constraint no_poison check (thread_id <> " + bad.Value + ")", new { });

        await using var indexing = await SearchStage.StartAsync(database: server.Database);
        await Waiting.UntilAsync(async () => (await SearchStage.IndexedWordsAsync(indexing, thread)).Contains("sound"), "the sound thread is indexed");

        Assert.Equal([1], await other.FindAsync("sound"));
        // What is not in the index is read from the log.
        Assert.Equal([1], await one.FindAsync("poison"));
        Assert.Contains(indexing.Log.Errors, line => line.Contains("set aside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_behind_the_index_than_is_read_is_said()
    {
        await using var server = await SearchStage.StartAsync(indexes: false);
        var (one, _, thread) = await Cast.PairAsync(server);
        await SearchStage.ExecuteAsync(server,
            """
            insert into threads.events (thread_id, seq, sender, client_id, kind, at, body)
              select @thread, i, @sender, gen_random_uuid(), 1, now(), json_build_object('text', 'word' || i) from generate_series(1, 3000) i;
            update threads.threads set last_seq = 3000, last_message_seq = 3000 where id = @thread
            """, new { thread = thread.Value, sender = one.Id.Value });

        var behind = await one.SearchAsync("q=word1000");
        Assert.Empty(SearchStage.Seqs(behind));
        Assert.True(behind.GetProperty("incomplete").GetBoolean());
        Assert.Equal([2_500], await one.FindAsync("word2500"));

        await using var indexing = await SearchStage.StartAsync(database: server.Database);
        await SearchStage.WaitUntilIndexedAsync(indexing);
        var complete = await one.SearchAsync("q=word1000");
        Assert.Equal([1_000], SearchStage.Seqs(complete));
        Assert.False(complete.TryGetProperty("incomplete", out _));
    }

    private static async Task SendAsync(Somebody who, ThreadId thread, string word)
    {
        for (var i = 0; i < 100; i++)
        {
            await who.SendAsync(thread, $"{word}{i}");
        }
    }

    private static async Task<IEnumerable<long>> UptosAsync(StoaServer server, ThreadId thread)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        return await connection.QueryAsync<long>("select upto from threads.search_blocks where thread_id = @Value order by block", new { thread.Value });
    }
}
