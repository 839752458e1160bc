using Microsoft.AspNetCore.Http;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>How fast one person passes messages on, counted in the database: on all nodes together.</summary>
internal static class ForwardLimit
{
    /// <summary>What has been forwarded so often goes to one thread a minute only.</summary>
    public const int OftenFrom = 5;

    private const int PerMinute = 20;
    private static readonly TimeSpan window = TimeSpan.FromMinutes(1);

    /// <summary>Holds the person's row until the commit: two at once are one after the other.</summary>
    public static async Task<Problem?> RefuseAsync(ChangeScope scope, bool isOften, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into threads.forwarders as f (person, minute, count) values ($1, $2, 0)
            on conflict (person) do update set minute = case when f.minute <= $3 then $2 else f.minute end, count = case when f.minute <= $3 then 0 else f.count end
            returning minute, count, often_at
            """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value }, new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At - window },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (isOften && !reader.IsDBNull(2) && reader.GetFieldValue<DateTimeOffset>(2) + window > scope.At)
        {
            return TooMany("What has been forwarded five times goes to one conversation a minute.", reader.GetFieldValue<DateTimeOffset>(2) + window - scope.At);
        }

        return reader.GetInt32(1) >= PerMinute
            ? TooMany($"You have forwarded {PerMinute} messages within a minute.", reader.GetFieldValue<DateTimeOffset>(0) + window - scope.At)
            : null;
    }

    public static async Task CountAsync(ChangeScope scope, bool isOften, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("update threads.forwarders set count = count + 1, often_at = case when $2 then $3 else often_at end where person = $1", scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value }, new NpgsqlParameter<bool> { TypedValue = isOften },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Problem TooMany(string why, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new(StatusCodes.Status429TooManyRequests, "forward_limit", "Forward a message", why, $"Wait {seconds} seconds.") { RetryAfterSeconds = seconds };
    }
}
