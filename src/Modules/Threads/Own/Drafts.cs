using System.Buffers;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary>What became of a draft that was to be saved.</summary>
internal enum DraftVerdict : short
{
    /// <summary>The stored one is as old or newer: it stays, and is the answer.</summary>
    Kept = 0,
    Saved = 1,
    NoThread = 2,
    TooMany = 3,
}

/// <summary>Beginnings of messages, one a person and thread. The higher version wins whatever comes when; what was taken away keeps its version.</summary>
internal sealed class Drafts(NpgsqlDataSource database)
{
    /// <summary>Drafts that a person may have at a time.</summary>
    public const int Most = 500;

    // Members count their drafts under the lock of their own row, so that two devices cannot pass the bound together.
    private const string Lock = "insert into threads.people as p (person_id) values ($1) on conflict (person_id) do update set person_id = excluded.person_id";

    private const string Save =
        """
        with mine as (
          select m.thread_id, m.member_id,
                 $4::json is null or (select count(*) from threads.drafts o where o.member_id = $2 and o.draft is not null and o.thread_id <> $1) < $6 as fits
          from threads.members m where m.thread_id = $1 and m.member_id = $2
        ), saved as (
          insert into threads.drafts as d (thread_id, member_id, version, draft, at)
          select thread_id, member_id, $3, $4::json, $5 from mine where fits
          on conflict (thread_id, member_id) do update set version = excluded.version, draft = excluded.draft, at = excluded.at
            where d.version < excluded.version
          returning version
        )
        select (case when not fits then 3 when exists (select from saved) then 1 else 0 end)::smallint from mine
        """;

    /// <returns>The verdict, and the draft that stands now.</returns>
    /// <param name="draft">A JSON object; null takes it away.</param>
    public async Task<(DraftVerdict Verdict, RawJson Draft)> SaveAsync(
        PersonId person, ThreadId thread, long version, byte[]? draft, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Save)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long> { TypedValue = thread.Value },
                        new NpgsqlParameter<long> { TypedValue = person.Value },
                        new NpgsqlParameter<long> { TypedValue = version },
                        new NpgsqlParameter { Value = (object?)draft ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Json },
                        new NpgsqlParameter<DateTimeOffset> { TypedValue = at },
                        new NpgsqlParameter<int> { TypedValue = Most },
                    },
                },
                new("select version, draft, at from threads.drafts where thread_id = $1 and member_id = $2")
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long> { TypedValue = person.Value } },
                },
            },
        };
        if (draft is not null)
        {
            batch.BatchCommands.Insert(0, new(Lock) { Parameters = { new NpgsqlParameter<long> { TypedValue = person.Value } } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var verdict = await reader.ReadAsync(cancellationToken) ? (DraftVerdict)reader.GetInt16(0) : DraftVerdict.NoThread;
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (verdict, Json(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2)))
            : (verdict, default);
    }

    /// <summary>Takes away the draft that was sent, and what is older; one that was begun since stays. Repeating changes nothing.</summary>
    /// <returns>What stands now when something was taken away; else null.</returns>
    public async Task<RawJson?> TakeAwayAsync(PersonId person, ThreadId thread, long version, DateTimeOffset at, CancellationToken cancellationToken)
    {
        // Also where there is none yet: the draft may be on its way, overtaken by its message.
        await using var command = database.CreateCommand(
            """
            insert into threads.drafts as d (thread_id, member_id, version, draft, at)
            select thread_id, member_id, $3, null, $4 from threads.members where thread_id = $1 and member_id = $2
            on conflict (thread_id, member_id) do update set version = excluded.version, draft = null, at = excluded.at
              where d.version < excluded.version or (d.version = excluded.version and d.draft is not null)
            returning version, at
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = person.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = at });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Json(reader.GetInt64(0), null, reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    /// <summary>As the protocol shows it: version, what was written, instant.</summary>
    public static RawJson Json(long version, byte[]? draft, DateTimeOffset at)
    {
        var output = new ArrayBufferWriter<byte>(64 + (draft?.Length ?? 0));
        output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"version\":{version},")));
        output.Write(draft is null ? "\"text\":\"\""u8 : draft.AsSpan()[1..^1]); // Stored by us: an object without spaces around its braces.
        output.Write(Encoding.UTF8.GetBytes($",\"at\":\"{Instant.Text(at)}\"}}"));
        return new(output.WrittenMemory);
    }
}
