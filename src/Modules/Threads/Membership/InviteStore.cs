using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Threads.Membership;

/// <param name="CreatedBy">A member, or who was one.</param>
internal sealed record InviteRow(long Id, MemberId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, int Uses, int? UsesMax);

/// <summary>What somebody may do with the links of a thread: null for who is no member of it.</summary>
internal sealed record InviteRights(short ThreadKind, short Role);

/// <summary>The links of groups. Making and taking back takes the thread's lock, as joining does: each stands before or after the other.</summary>
internal sealed class InviteStore(NpgsqlDataSource database)
{
    public const int PerGroupMax = 50;

    // What has died by itself is not counted and not listed.
    private const string Alive = "revoked_at is null and (expires_at is null or expires_at > $2) and (uses_max is null or uses < uses_max)";

    /// <returns>Not made: without the right to, or with <see cref="PerGroupMax"/> links that are alive.</returns>
    public async Task<(InviteRights? Rights, bool Made)> AddAsync(ThreadId thread, PersonId me, InviteRow invite, byte[] hash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rights = await LockAsync(connection, thread, me, cancellationToken);
        if (rights is not { ThreadKind: 3 } || !Roles.MayChange(rights.Role))
        {
            return (rights, false);
        }

        // The dead let nobody in and are of no more use: a group has few rows however many links it makes.
        await using (var tidy = new NpgsqlCommand($"delete from threads.invites where thread_id = $1 and not ({Alive})", connection) { Parameters = { Long(thread.Value), Instant(invite.CreatedAt) } })
        {
            await tidy.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var insert = new NpgsqlCommand(
            $"""
            insert into threads.invites (thread_id, id, token_sha256, created_by, created_at, expires_at, uses_max)
            select $1, $3, $4, $5, $2, $6, $7 where (select count(*) from threads.invites where thread_id = $1) < $8
            """, connection)
        {
            Parameters =
            {
                Long(thread.Value), Instant(invite.CreatedAt), Long(invite.Id), new() { Value = hash }, Long(me.Value), Instant(invite.ExpiresAt),
                new() { Value = (object?)invite.UsesMax ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer }, new NpgsqlParameter<int> { TypedValue = PerGroupMax },
            },
        };
        var made = await insert.ExecuteNonQueryAsync(cancellationToken) == 1;
        await transaction.CommitAsync(cancellationToken);
        return (rights, made);
    }

    /// <summary>Those that still let somebody in, newest first.</summary>
    public async Task<(InviteRights? Rights, List<InviteRow> Invites)> ListAsync(ThreadId thread, PersonId me, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var invites = new List<InviteRow>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rights = await FindRightsAsync(connection, thread, me, "", cancellationToken);
        if (rights is not { ThreadKind: 3 } || !Roles.MayChange(rights.Role))
        {
            return (rights, invites);
        }

        await using var command = new NpgsqlCommand(
            $"select id, created_by, created_at, expires_at, uses, uses_max from threads.invites where thread_id = $1 and {Alive} order by created_at desc, id limit {PerGroupMax}", connection)
        { Parameters = { Long(thread.Value), Instant(now) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            invites.Add(new(reader.GetInt64(0), new(reader.GetInt64(1)), reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetInt32(5)));
        }

        return (rights, invites);
    }

    /// <summary>From the commit on nobody joins by it; again changes nothing.</summary>
    public async Task<(InviteRights? Rights, bool Found)> RevokeAsync(ThreadId thread, PersonId me, long invite, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rights = await LockAsync(connection, thread, me, cancellationToken);
        if (rights is not { ThreadKind: 3 } || !Roles.MayChange(rights.Role))
        {
            return (rights, false);
        }

        await using var command = new NpgsqlCommand("update threads.invites set revoked_at = coalesce(revoked_at, $3) where thread_id = $1 and id = $2", connection)
        {
            Parameters = { Long(thread.Value), Long(invite), Instant(now) },
        };
        var found = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        await transaction.CommitAsync(cancellationToken);
        return (rights, found);
    }

    /// <summary>Where a token leads; null for a dead or unknown one. Whether it still does when somebody joins is decided under the thread's lock.</summary>
    public async Task<FoundInvite?> FindAsync(byte[] hash, PersonId me, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.id, i.id, t.title, t.about, t.picture, t.member_count, m.member_id is not null, i.expires_at, i.uses, i.uses_max, i.revoked_at is not null
            from threads.invites i join threads.threads t on t.id = i.thread_id
            left join threads.members m on m.thread_id = t.id and m.member_id = $2
            where i.token_sha256 = $1
            """);
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(Long(me.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var state = new InviteState(reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt32(8), reader.IsDBNull(9) ? null : reader.GetInt32(9), reader.GetBoolean(10));
        return new(new(reader.GetInt64(0)), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.IsDBNull(4) ? null : new MediaId(reader.GetInt64(4)), reader.GetInt32(5), reader.GetBoolean(6), state.IsAlive(now));
    }

    private static Task<InviteRights?> LockAsync(NpgsqlConnection connection, ThreadId thread, PersonId me, CancellationToken cancellationToken) =>
        FindRightsAsync(connection, thread, me, "for no key update of t", cancellationToken);

    private static async Task<InviteRights?> FindRightsAsync(NpgsqlConnection connection, ThreadId thread, PersonId me, string locking, CancellationToken cancellationToken)
    {
        // The role in a statement of its own: this one's snapshot is older than its wait for the lock.
        await using var find = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select t.kind from threads.threads t where t.id = $1 {locking}") { Parameters = { Long(thread.Value) } },
                new("select t.kind, m.role from threads.threads t join threads.members m on m.thread_id = t.id where t.id = $1 and m.member_id = $2")
                {
                    Parameters = { Long(thread.Value), Long(me.Value) },
                },
            },
        };
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(reader.GetInt16(0), reader.GetInt16(1)) : null;
    }

    private static NpgsqlParameter<long> Long(long value) => new() { TypedValue = value };

    private static NpgsqlParameter Instant(DateTimeOffset? at) => new() { Value = (object?)at ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}

/// <param name="Member">Whether the one who asks is in already.</param>
internal sealed record FoundInvite(ThreadId Thread, long Invite, string? Title, string? About, MediaId? Picture, int MemberCount, bool Member, bool Alive);
