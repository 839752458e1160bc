using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests;

public sealed class OutboxTests : IAsyncLifetime
{
    private const string Topic = "test.news";

    private TestDatabase database = null!; // Set before each test.

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        await connection.ExecuteAsync("create table consumed (position bigint generated always as identity, outbox_id bigint)");
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Each_row_is_consumed_once_and_in_order_by_two_nodes_together()
    {
        var consumer = new Consumer();
        await WriteAsync(1300);
        using var one = Pump(consumer);
        using var other = Pump(consumer);

        await one.StartAsync(Cancel);
        await other.StartAsync(Cancel);
        await WriteAsync(200);
        await Waiting.UntilAsync(async () => await CountAsync("hosting.outbox") == 0, "the outbox is empty");
        await one.StopAsync(Cancel);
        await other.StopAsync(Cancel);

        Assert.Equal(Enumerable.Range(1, 1500).Select(n => (long)n), await ConsumedAsync());
    }

    [Fact]
    public async Task A_consumer_that_fails_gets_its_rows_again_and_what_it_wrote_is_undone()
    {
        var consumer = new Consumer { Failures = 1 };
        await WriteAsync(3);
        using var pump = Pump(consumer);

        await pump.StartAsync(Cancel);
        await Waiting.UntilAsync(async () => await CountAsync("hosting.outbox") == 0, "the outbox is empty");
        await pump.StopAsync(Cancel);

        Assert.Equal([1L, 2, 3], await ConsumedAsync());
        Assert.Equal(2, consumer.Calls);
    }

    [Fact]
    public async Task A_crash_between_consuming_and_commit_loses_and_doubles_nothing()
    {
        var consumer = new Consumer { BreaksConnection = true };
        await WriteAsync(3);
        using var pump = Pump(consumer);

        await pump.StartAsync(Cancel);
        await Waiting.UntilAsync(async () => await CountAsync("hosting.outbox") == 0, "the outbox is empty");
        await pump.StopAsync(Cancel);

        Assert.Equal([1L, 2, 3], await ConsumedAsync());
    }

    [Fact]
    public async Task News_of_a_change_that_is_rolled_back_is_never_told()
    {
        var consumer = new Consumer();
        await using (var connection = await database.DataSource.OpenConnectionAsync(Cancel))
        {
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            await OutboxWriter.WriteAsync(connection, transaction, Topic, 1, "{}", Cancel);
            await transaction.RollbackAsync(Cancel);
        }

        await WriteAsync(1);
        using var pump = Pump(consumer);
        await pump.StartAsync(Cancel);
        await Waiting.UntilAsync(async () => await CountAsync("hosting.outbox") == 0, "the outbox is empty");
        await pump.StopAsync(Cancel);

        Assert.Single(await ConsumedAsync());
    }

    [Fact]
    public async Task A_wake_is_heard_at_once()
    {
        var consumer = new Consumer();
        var writer = new OutboxWriter();
        using var pump = new OutboxPump(database.DataSource, writer, [consumer], NullLogger<OutboxPump>.Instance);
        await pump.StartAsync(Cancel);

        for (var i = 1; i <= 20; i++)
        {
            // Twenty looks without a wake would take twenty seconds.
            var told = consumer.NextCall;
            await WriteAsync(1);
            writer.Wake(Topic);
            await Waiting.ForAsync(told, $"call {i}");
        }

        await pump.StopAsync(Cancel);
    }

    private OutboxPump Pump(IOutboxConsumer consumer) => new(database.DataSource, new OutboxWriter(), [consumer], NullLogger<OutboxPump>.Instance);

    private async Task WriteAsync(int count)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        for (var i = 0; i < count; i++)
        {
            await OutboxWriter.WriteAsync(connection, transaction, Topic, 1, "{}", Cancel);
        }

        await transaction.CommitAsync(Cancel);
    }

    private async Task<long> CountAsync(string table)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }

    private async Task<IEnumerable<long>> ConsumedAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        return await connection.QueryAsync<long>("select outbox_id from consumed order by position");
    }

    private sealed class Consumer : IOutboxConsumer
    {
        private TaskCompletionSource call = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Topic => OutboxTests.Topic;

        public int Failures { get; set; }

        public bool BreaksConnection { get; set; }

        public int Calls { get; private set; }

        public Task NextCall => call.Task;

        public async Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
        {
            Calls++;
            await connection.ExecuteAsync("insert into consumed (outbox_id) select unnest(@ids)", new { ids = rows.Select(row => row.Id).ToArray() }, transaction);
            Interlocked.Exchange(ref call, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            if (Failures-- > 0)
            {
                throw new InvalidOperationException("planted");
            }

            if (BreaksConnection)
            {
                BreaksConnection = false;
                await connection.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())", transaction: transaction);
            }
        }
    }
}
