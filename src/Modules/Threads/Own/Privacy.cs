using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Threads.Own;

/// <summary>What a person lets others see and do.</summary>
/// <param name="ShowPresence">Others see whether one is here, and one sees theirs.</param>
/// <param name="ShowRead">Others see how far one has read, and one sees theirs.</param>
/// <param name="RequestsFromStrangers">Strangers may ask; else they are refused without being told.</param>
internal sealed record PrivacyView(bool ShowPresence, bool ShowRead, bool RequestsFromStrangers);

/// <summary>Keeps it: one row a person, none as long as everything is as it is by default.</summary>
internal sealed class Privacy(NpgsqlDataSource database)
{
    private const string Columns = "shows_presence, shows_read, takes_requests";

    public async Task<PrivacyView> FindAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from threads.people where person_id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : new(true, true, true);
    }

    /// <summary>What is null stays. Whoever hides their presence leaves no trace of the last.</summary>
    public async Task<PrivacyView> ChangeAsync(PersonId person, bool? showPresence, bool? showRead, bool? takesRequests, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            insert into threads.people as p (person_id, shows_presence, shows_read, takes_requests)
            values ($1, coalesce($2, true), coalesce($3, true), coalesce($4, true))
            on conflict (person_id) do update set shows_presence = coalesce($2, p.shows_presence), shows_read = coalesce($3, p.shows_read),
              takes_requests = coalesce($4, p.takes_requests), last_seen_at = case when coalesce($2, p.shows_presence) then p.last_seen_at end
            returning {Columns}
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        foreach (var value in (bool?[])[showPresence, showRead, takesRequests])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        }

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return Read(row);
    }

    private static PrivacyView Read(NpgsqlDataReader row) => new(row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2));
}
