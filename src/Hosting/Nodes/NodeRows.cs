using System.Reflection;
using Dapper;
using Npgsql;

namespace Stoa.Hosting.Nodes;

/// <summary>A node's row. Whether it lives is the database's judgement, by its clock.</summary>
internal sealed record NodeRow(Guid Id, long Number, string? Address, string Version, long ReadyFor, bool Lives);

/// <summary>The table <c>hosting.nodes</c>.</summary>
internal sealed class NodeRows(NpgsqlDataSource database, Guid self, string place)
{
    /// <summary>A node that has not written its row for so long counts as gone.</summary>
    public const int LeaseSeconds = 5;

    private static readonly string version =
        typeof(NodeRows).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Writes our row and reads everybody's, in that order.</summary>
    /// <param name="readyFor">We are prepared for all nodes up to this number.</param>
    public async Task<List<NodeRow>> BeatAsync(string? address, long readyFor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into hosting.nodes (id, place, address, version, ready_for) values (@self, @place, @address, @version, @readyFor)
            on conflict (id) do update set seen_at = excluded.seen_at, address = excluded.address, ready_for = excluded.ready_for
            """,
            new { self, place, address, version, readyFor }, cancellationToken: cancellationToken));
        return (await connection.QueryAsync<NodeRow>(new CommandDefinition(
            $"""
            select id, number, address, version, ready_for as readyfor, seen_at > statement_timestamp() - interval '{LeaseSeconds} seconds' as lives
            from hosting.nodes order by number
            """, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Whoever worked in our data directory before us is dead, and a row that nobody has touched for an hour is nobody's.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from hosting.nodes where (place = @place and id <> @self) or seen_at < statement_timestamp() - interval '1 hour'",
            new { self, place }, cancellationToken: cancellationToken));
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("delete from hosting.nodes where id = @self", new { self }, cancellationToken: cancellationToken));
    }
}
