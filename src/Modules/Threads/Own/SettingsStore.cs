using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Threads.Own;

/// <summary>What is to become of a member's settings; null and unset leaves them.</summary>
internal readonly record struct SettingsChange
{
    public bool SetsMuted { get; init; }

    /// <summary>The greatest instant for always.</summary>
    public DateTimeOffset? MutedUntil { get; init; }

    public bool? Archived { get; init; }

    public bool? Pinned { get; init; }

    public bool? MarkedUnread { get; init; }

    public bool SetsFolder { get; init; }

    public string? Folder { get; init; }
}

internal enum SettingsVerdict
{
    NoThread,
    Unchanged,
    Changed,
    TooManyPinned,
    TooManyFolders,
}

/// <summary>Writes a member's own settings of a thread: one row, and only when something changes.</summary>
internal sealed class SettingsStore(NpgsqlDataSource database, TimeProvider time)
{
    public const int PinnedMost = 20;

    // Two devices that pin at once wait for each other here: together they do not pass the bound.
    private const string Lock = "insert into threads.people as p (person_id) values ($1) on conflict (person_id) do update set person_id = excluded.person_id";

    private const string Count =
        """
        select count(*) filter (where pinned_at is not null), count(distinct folder) filter (where folder <> $3)
        from threads.members where member_id = $1 and thread_id <> $2 and (pinned_at is not null or folder is not null)
        """;

    // What is put away is put away up to the newest message; muting or ending it must not move the thread between the lists by itself,
    // so every change writes down anew where the thread stands now.
    private const string Change =
        $"""
        with before as (
          select m.thread_id, m.member_id, m.muted_until, {ThreadSettings.ArchivedSql} as archived, m.pinned_at, m.marked_unread, m.folder, t.last_message_seq
          from threads.members m join threads.threads t on t.id = m.thread_id
          where m.thread_id = $1 and m.member_id = $2 for no key update of m
        ), after as (
          select *, case when $3 then $4 else muted_until end as new_muted, coalesce($5, archived) as new_archived,
                 case when $6 is null then pinned_at when $6 then coalesce(pinned_at, $10) end as new_pinned,
                 coalesce($7, marked_unread) as new_marked, case when $8 then $9 else folder end as new_folder
          from before
        ), written as (
          update threads.members m set muted_until = a.new_muted, archived_seq = case when a.new_archived then a.last_message_seq end, pinned_at = a.new_pinned,
            marked_unread = a.new_marked, folder = a.new_folder, settings_version = m.settings_version + 1
          from after a
          where m.thread_id = a.thread_id and m.member_id = a.member_id
            and (a.new_muted, a.new_archived, a.new_pinned, a.new_marked, a.new_folder) is distinct from (a.muted_until, a.archived, a.pinned_at, a.marked_unread, a.folder)
          returning {ThreadSettings.Columns}
        )
        select w.* from before left join written w on true
        """;

    /// <summary>A member's settings as they are; null when they are no member.</summary>
    public async Task<ThreadSettings?> FindAsync(PersonId person, ThreadId thread, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {ThreadSettings.Columns} from threads.members m where m.thread_id = $1 and m.member_id = $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? ThreadSettings.Read(row, time.GetUtcNow()) : null;
    }

    /// <returns>With the verdict, the settings as they are after a change.</returns>
    public async Task<(SettingsVerdict Verdict, ThreadSettings? Settings)> ChangeAsync(PersonId person, ThreadId thread, SettingsChange change, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if ((change.Pinned is true || change.Folder is not null) && await RefuseAsync(connection, person, thread, change, cancellationToken) is { } refused)
        {
            return (refused, null);
        }

        await using var command = new NpgsqlCommand(Change, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = thread.Value },
                new NpgsqlParameter<long> { TypedValue = person.Value },
                new NpgsqlParameter<bool> { TypedValue = change.SetsMuted },
                // Stored as infinity: the database's own word for it, and compared as such.
                new NpgsqlParameter { Value = (object?)change.MutedUntil ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new NpgsqlParameter { Value = (object?)change.Archived ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
                new NpgsqlParameter { Value = (object?)change.Pinned ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
                new NpgsqlParameter { Value = (object?)change.MarkedUnread ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
                new NpgsqlParameter<bool> { TypedValue = change.SetsFolder },
                new NpgsqlParameter { Value = (object?)change.Folder ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
            },
        };
        (SettingsVerdict, ThreadSettings?) answer;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            answer = !await row.ReadAsync(cancellationToken) ? (SettingsVerdict.NoThread, null)
                : row.IsDBNull(0) ? (SettingsVerdict.Unchanged, null)
                : (SettingsVerdict.Changed, ThreadSettings.Read(row, time.GetUtcNow()));
        }

        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    private static async Task<SettingsVerdict?> RefuseAsync(NpgsqlConnection connection, PersonId person, ThreadId thread, SettingsChange change, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Lock) { Parameters = { new NpgsqlParameter<long> { TypedValue = person.Value } } },
                new(Count)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long> { TypedValue = person.Value },
                        new NpgsqlParameter<long> { TypedValue = thread.Value },
                        new NpgsqlParameter<string> { TypedValue = change.Folder ?? "" },
                    },
                },
            },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return change.Pinned is true && row.GetInt64(0) >= PinnedMost ? SettingsVerdict.TooManyPinned
            : change.Folder is not null && row.GetInt64(1) >= Folders.Most ? SettingsVerdict.TooManyFolders : null;
    }
}
