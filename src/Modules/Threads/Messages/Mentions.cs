using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>Who is named in a message, for counting what is unread of it (<c>threads.mentions</c>).</summary>
internal static class Mentions
{
    private const short Group = 3;

    /// <returns>Why these cannot be named, or null.</returns>
    /// <param name="mentioned">Ids of members; 0 for everybody.</param>
    public static async Task<Problem?> RefuseAsync(ChangeScope scope, IReadOnlyList<long> mentioned, CancellationToken cancellationToken)
    {
        if (mentioned.Count == 0)
        {
            return null;
        }

        if (mentioned.Contains(0))
        {
            return scope is { ThreadKind: Group, Me.IsAdmin: true } ? null : MessageProblems.AdminsOnly("Name everybody");
        }

        await using var command = new NpgsqlCommand("select count(*) from threads.members where thread_id = $1 and member_id = any($2)", scope.Connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long[]> { TypedValue = [.. mentioned] } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is long count && count == mentioned.Count
            ? null
            : Problem.Invalid("entities_invalid", "A mention names somebody who is no member of this thread.", "Name members only, or write the name as plain text.");
    }

    /// <summary>Those of the message, in place of what it had. Who names themselves is not told of it.</summary>
    public static async Task ReplaceAsync(ChangeScope scope, long seq, IReadOnlyList<long> mentioned, bool isNew, CancellationToken cancellationToken)
    {
        if (isNew && mentioned.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            with gone as (delete from threads.mentions where thread_id = $1 and seq = $2 and member_id <> all($3))
            insert into threads.mentions (thread_id, seq, member_id) select $1, $2, m from unnest($3) as m on conflict do nothing
            """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long[]> { TypedValue = [.. mentioned.Where(id => id != scope.Sender.Value)] },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
