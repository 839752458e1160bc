using Dapper;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Testing;
using Xunit;

namespace Stoa.Hosting.Tests;

public sealed class GroupCommitTests : IAsyncLifetime
{
    private readonly List<int> batches = [];
    private TestDatabase database = null!; // Set before each test.

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        await connection.ExecuteAsync("create table sums (n int primary key check (n < 1000))");
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task What_gathers_during_a_commit_goes_into_the_next_one()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var lane = new GroupCommit<int, int>(database.DataSource, async (connection, batch, cancellationToken) =>
        {
            entered.TrySetResult();
            await gate.Task;
            return await InsertAsync(connection, batch, cancellationToken);
        });

        Assert.True(lane.TryEnqueue(0, out var first));
        await Within(entered.Task, "the first batch to be taken");
        var others = Enumerable.Range(1, 50).Select(n => lane.TryEnqueue(n, out var committed) ? committed : Task.FromResult(-1)).ToList();
        gate.SetResult();

        Assert.Equal(0, await Within(first, "the first commit"));
        Assert.Equal(Enumerable.Range(1, 50), await Within(Task.WhenAll(others), "the second commit"));
        Assert.Equal([1, 50], batches);
        Assert.Equal(51, await CountAsync());
    }

    [Fact]
    public async Task A_bad_item_fails_alone()
    {
        var gate = new TaskCompletionSource();
        await using var lane = new GroupCommit<int, int>(database.DataSource, async (connection, batch, cancellationToken) =>
        {
            await gate.Task;
            return await InsertAsync(connection, batch, cancellationToken);
        });

        var all = new[] { 1, 2, 1000, 3, 2 }.Select(n => lane.TryEnqueue(n, out var committed) ? committed : throw new InvalidOperationException("The queue is full.")).ToList();
        gate.SetResult();

        Assert.Equal(1, await Within(all[0], "the first good item"));
        Assert.Equal(2, await Within(all[1], "the second good item"));
        Assert.Equal(3, await Within(all[3], "the good item after"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => Within(all[2], "the bad item"))).SqlState);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, (await Assert.ThrowsAsync<PostgresException>(() => Within(all[4], "the repeated item"))).SqlState);
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task A_batch_whose_connection_breaks_is_tried_again_item_by_item()
    {
        var broken = false;
        var gate = new TaskCompletionSource();
        await using var lane = new GroupCommit<int, int>(database.DataSource, async (connection, batch, cancellationToken) =>
        {
            await gate.Task;
            if (batch.Count > 1 && !broken)
            {
                broken = true;
                // Its own end, as when the server dies under it.
                await connection.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())");
            }

            return await InsertAsync(connection, batch, cancellationToken);
        });

        var all = Enumerable.Range(1, 5).Select(n => lane.TryEnqueue(n, out var committed) ? committed : Task.FromResult(-1)).ToList();
        gate.SetResult();

        Assert.Equal(Enumerable.Range(1, 5), await Within(Task.WhenAll(all), "all items after the break"));
        Assert.True(broken);
        Assert.Equal(5, await CountAsync());
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public async Task A_deadlock_is_tried_again_as_a_whole(string sqlState)
    {
        var failures = 2;
        await using var lane = new GroupCommit<int, int>(database.DataSource, (connection, batch, cancellationToken) =>
            failures-- > 0 ? throw new PostgresException("planted", "ERROR", "ERROR", sqlState) : InsertAsync(connection, batch, cancellationToken));

        Assert.True(lane.TryEnqueue(7, out var committed));

        Assert.Equal(7, await Within(committed, "the third try"));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_deadlock_that_stays_is_told()
    {
        await using var lane = new GroupCommit<int, int>(database.DataSource,
            (_, _, _) => throw new PostgresException("planted", "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected));

        Assert.True(lane.TryEnqueue(7, out var committed));

        await Assert.ThrowsAsync<PostgresException>(() => Within(committed, "the last try"));
    }

    [Fact]
    public async Task A_full_queue_says_so_at_once()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var lane = new GroupCommit<int, int>(database.DataSource, async (connection, batch, cancellationToken) =>
        {
            entered.TrySetResult();
            await gate.Task;
            return await InsertAsync(connection, batch, cancellationToken);
        }, batchMax: 1, queueMax: 2);

        Assert.True(lane.TryEnqueue(1, out _));
        await Within(entered.Task, "the first item to be taken");
        Assert.True(lane.TryEnqueue(2, out _));
        Assert.True(lane.TryEnqueue(3, out var last));
        Assert.False(lane.TryEnqueue(4, out _));
        gate.SetResult();

        Assert.Equal(3, await Within(last, "the last accepted item"));
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task Stopping_commits_what_waits_and_takes_nothing_new()
    {
        var gate = new TaskCompletionSource();
        var lane = new GroupCommit<int, int>(database.DataSource, async (connection, batch, cancellationToken) =>
        {
            await gate.Task;
            return await InsertAsync(connection, batch, cancellationToken);
        }, batchMax: 2);
        var all = Enumerable.Range(1, 9).Select(n => lane.TryEnqueue(n, out var committed) ? committed : Task.FromResult(-1)).ToList();

        var stopped = lane.DisposeAsync().AsTask();
        Assert.False(lane.TryEnqueue(10, out _));
        gate.SetResult();
        await Within(stopped, "the lane to stop");
        await lane.DisposeAsync();

        Assert.Equal(Enumerable.Range(1, 9), await Task.WhenAll(all));
        Assert.Equal(9, await CountAsync());
    }

    [Fact]
    public async Task A_commit_that_answers_with_too_few_results_is_an_error_and_not_a_wait()
    {
        await using var lane = new GroupCommit<int, int>(database.DataSource, (_, _, _) => Task.FromResult<IReadOnlyList<int>>([]));

        Assert.True(lane.TryEnqueue(1, out var committed));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Within(committed, "the answer"));
    }

    private async Task<IReadOnlyList<int>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<int> batch, CancellationToken cancellationToken)
    {
        batches.Add(batch.Count);
        await connection.ExecuteAsync(new CommandDefinition("insert into sums select unnest(@batch)", new { batch = batch.ToArray() }, cancellationToken: cancellationToken));
        return batch;
    }

    private async Task<long> CountAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        return await connection.ExecuteScalarAsync<long>("select count(*) from sums");
    }

    private static Task Within(Task task, string what) => Waiting.ForAsync(task, what);

    private static Task<T> Within<T>(Task<T> task, string what) => Waiting.ForAsync(task, what);
}
