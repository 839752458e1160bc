using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>The key of every table that grows with use begins with what the table would be split by (docs/scaling.md).</summary>
public sealed class ShardKeyTests
{
    /// <summary>What a table may be split by, under the names that columns give it.</summary>
    private static readonly string[] shardKeys = ["thread_id", "thread", "person_id", "person", "owner", "page_id", "media_id"];

    /// <summary>Tables that need no such key, and why.</summary>
    private static readonly Dictionary<string, string> exceptions = new()
    {
        ["threads.threads"] = "its id is the thread",
        ["people.people"] = "its id is the person",
        ["people.sessions"] = "looked up by a random id, which splits as well",
        ["people.search_words"] = "the directory of people: read by word, one for the whole",
        ["people.tries"] = "its subject is an account or a network",
        ["bots.pages"] = "its id is the page",
        ["bots.apps"] = "a row for each developer's program",
        ["bots.tokens"] = "looked up by a random token, which splits as well",
        ["bots.subscriptions"] = "a row for each page and app",
        ["bots.pre_checkouts"] = "its key is the purchase, which is random",
        ["media.blobs"] = "a random name, which splits as well",
        ["media.items"] = "its id is the media",
        ["payments.methods"] = "a random id, which splits as well",
        ["payments.purchases"] = "a random id, which splits as well",
        ["payments.attempts"] = "its key is made of the purchase, which is random",
        ["payments.merchant_accounts"] = "a row for each merchant's account",
        ["payments.sent_requests"] = "split by the merchant's account at the processor",
        ["payments.processor_customers"] = "split by the merchant's account at the processor",
        ["payments.refunds"] = "begins with the purchase, which is random",
        ["payments.receipts"] = "begins with the purchase, which is random",
        ["payments.complaints"] = "begins with the purchase, which is random",
        ["payments.observations"] = "a queue that is emptied",
        ["payments.processor_events"] = "split by processor, which is ours to choose",
        ["payments.money_transfers"] = "a random id, which splits as well",
        ["payments.money_bills"] = "a random id, which splits as well",
        ["payments.money_shares"] = "its key begins with the bill, which is random",
        ["payments.money_gifts"] = "a random id, which splits as well",
        ["payments.money_portions"] = "its key begins with the gift, which is random",
        ["payments.money_jobs"] = "a queue that is emptied",
        ["threads.search_wanted"] = "a queue that is emptied",
        ["wallet.transfers"] = "one order of all transfers, which the chain closes over: a ledger is split by having several",
        ["wallet.head"] = "one row",
        ["wallet.hold_resolutions"] = "its key is the transfer",
        ["wallet.expiring_holds"] = "its key is the transfer",
        ["wallet.refused"] = "its key is the transfer",
        ["wallet.chain_blocks"] = "a row for a thousand transfers",
    };

    /// <summary>Schemas and tables of the machinery, whose size does not follow that of the conversations.</summary>
    private static readonly string[] machinery = ["hosting.", "payments.sandbox_"];

    [Fact]
    public async Task Every_table_that_grows_begins_with_what_it_would_be_split_by()
    {
        await using var database = await TestDatabase.CreateAsync([.. Modules.All]);
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await WithoutShardKeyAsync(connection));

        // The guard itself: a table that begins with something else is found.
        await connection.ExecuteAsync("create table threads.planted (seq bigint, thread_id bigint, primary key (seq, thread_id))");
        Assert.Equal(["threads.planted begins with seq"], await WithoutShardKeyAsync(connection));
    }

    [Fact]
    public async Task Every_exception_is_a_table_that_is_there()
    {
        await using var database = await TestDatabase.CreateAsync([.. Modules.All]);
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Empty(exceptions.Keys.Except((await FirstColumnsAsync(connection)).Select(found => found.Table)));
    }

    private static async Task<IEnumerable<string>> WithoutShardKeyAsync(Npgsql.NpgsqlConnection connection) =>
        from found in await FirstColumnsAsync(connection)
        where !shardKeys.Contains(found.Column) && !exceptions.ContainsKey(found.Table) && !machinery.Any(found.Table.StartsWith)
        select $"{found.Table} begins with {found.Column}";

    private static Task<IEnumerable<(string Table, string Column)>> FirstColumnsAsync(Npgsql.NpgsqlConnection connection) =>
        connection.QueryAsync<(string Table, string Column)>(
            """
            select n.nspname || '.' || c.relname, coalesce(a.attname, 'nothing')
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            left join pg_index i on i.indrelid = c.oid and i.indisprimary
            left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
            where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'public')
            order by 1
            """);
}
