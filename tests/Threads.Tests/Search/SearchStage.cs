using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests.Search;

/// <summary>What tests of search do beside sending.</summary>
internal static class SearchStage
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A server that indexes as soon as it hears, or one that leaves it to others.</summary>
    public static Task<StoaServer> StartAsync(bool indexes = true, TestDatabase? database = null, bool limits = false) =>
        Cast.StartAsync(new() { Database = database, Limits = limits, Settings = new Dictionary<string, string> { ["Threads:Indexes"] = indexes.ToString(), ["Threads:IndexDelay"] = "00:00:00" } });

    /// <summary>Returns when the index knows all that the log knows now.</summary>
    public static Task WaitUntilIndexedAsync(StoaServer server) => Waiting.UntilAsync(async () =>
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<bool>(
            """
            select not exists (
                select from threads.threads t where t.last_seq > coalesce((select max(upto) from threads.search_blocks b where b.thread_id = t.id), 0))
              and not exists (select from threads.search_wanted)
              and not exists (select from threads.search_blocks where expires_at <= @now)
            """, new { now = server.Clock.GetUtcNow() });
    }, "the index has caught up with the log");

    public static async Task<JsonElement> SearchAsync(this Somebody who, string query, int status = 200) => await who.GetAsync($"/api/search?{query}", status);

    /// <summary>The numbers of what is found for these words, in order.</summary>
    public static async Task<IReadOnlyList<long>> FindAsync(this Somebody who, string words, string filters = "") => Seqs(await who.SearchAsync($"q={Uri.EscapeDataString(words)}{filters}"));

    public static IReadOnlyList<long> Seqs(JsonElement page) => [.. page.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("event").GetProperty("seq").GetInt64())];

    public static async Task<long> AppendAsync(StoaServer server, ThreadId thread, Somebody who, object body) =>
        (await server.Services.GetRequiredService<IThreadLog>().AppendAsync(
            new(thread, who.Id, Guid.NewGuid(), "message", JsonSerializer.SerializeToUtf8Bytes(body)), Ct)).Seq;

    public static Task EditAsync(StoaServer server, ThreadId thread, Somebody who, long seq, string text) => ChangeAsync(server, thread, who, new Edited(seq, text));

    public static Task UnsendAsync(StoaServer server, ThreadId thread, Somebody who, long seq) => ChangeAsync(server, thread, who, new TakenAway(seq));

    public static Task HideAsync(StoaServer server, ThreadId thread, Somebody who, long seq) =>
        ExecuteAsync(server, "insert into threads.hidden (thread_id, member_id, seq) values (@thread, @who, @seq) on conflict do nothing", new { thread = thread.Value, who = who.Id.Value, seq });

    public static async Task ExecuteAsync(StoaServer server, string sql, object parameters)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>All words of a thread's blocks, those that stand for senders and things left out.</summary>
    public static async Task<HashSet<string>> IndexedWordsAsync(StoaServer server, ThreadId thread)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var words = await connection.QueryAsync<string>("select unnest(tsvector_to_array(words)) from threads.search_blocks where thread_id = @Value", new { thread.Value });
        return [.. words.Where(word => word[0] is not ('@' or '#'))];
    }

    private static async Task ChangeAsync(StoaServer server, ThreadId thread, Somebody who, ThreadChange change) =>
        Assert.Equal(AppendVerdict.Appended, (await server.Services.GetRequiredService<ThreadLog>().ChangeAsync(thread, who.Id, Guid.NewGuid(), change, Ct)).Verdict);

    private sealed class Edited(long seq, string text) : ThreadChange
    {
        public override short Kind => EventKind.Edit;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            await EventStates.MergeAsync(scope, seq, JsonSerializer.SerializeToUtf8Bytes(new { text }), cancellationToken);
            return ChangeOutcome.Done(JsonSerializer.SerializeToUtf8Bytes(new { of = seq, text }));
        }
    }

    private sealed class TakenAway(long seq) : ThreadChange
    {
        public override short Kind => EventKind.Unsend;

        public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
        {
            await scope.Connection.ExecuteAsync(
                """
                update threads.events set kind = 101, body = '{"unsent":true}' where thread_id = @Value and seq = @seq;
                delete from threads.states where thread_id = @Value and seq = @seq
                """, new { scope.Thread.Value, seq });
            return ChangeOutcome.Done(Encoding.UTF8.GetBytes($$"""{"of":{{seq}}}"""));
        }
    }
}
