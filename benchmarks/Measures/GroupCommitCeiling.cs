using Npgsql;
using NpgsqlTypes;
using Stoa.Bench.Load;
using Stoa.Hosting.Postgres;

namespace Stoa.Bench.Measures;

/// <summary>The least a durable send can cost: the same lane that the thread log uses, inserting into a bare table.</summary>
internal static class GroupCommitCeiling
{
    public static async Task<(double PerSecond, Latencies Latencies)> MeasureAsync(string connectionString, int senders, int seconds, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using (var create = database.CreateCommand("create table bare (id bigint generated always as identity primary key, body text not null)"))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        var text = new string('x', 200);
        await using var lane = new GroupCommit<string, bool>(database, InsertAsync);
        var (perSecond, latencies, _) = await ClosedLoop.RunAsync(senders, seconds, async (_, _) => lane.TryEnqueue(text, out var committed) && await committed, cancellationToken);
        return (perSecond, latencies);
    }

    private static async Task<IReadOnlyList<bool>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<string> batch, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("insert into bare (body) select unnest($1)", connection);
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        var results = new bool[batch.Count];
        Array.Fill(results, true);
        return results;
    }
}
