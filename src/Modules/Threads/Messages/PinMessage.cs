using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary><c>PUT</c> and <c>DELETE /api/threads/{id}/messages/{seq}/pin</c>: keeps a message at hand for everybody in the thread.</summary>
internal static class PinMessage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        MapOne("PUT", "pin", "Pin a message for everybody", pinned: true);
        MapOne("DELETE", "unpin", "Unpin a message", pinned: false);

        void MapOne(string method, string name, string summary, bool pinned) =>
            routes.MapMethods("/api/threads/{id}/messages/{seq:long}/pin", [method],
                    (string id, long seq, HttpContext context, Changing changing) =>
                        changing.AnswerAsync(context, id, Changing.Key(context, Guid.NewGuid), new Pin(seq, pinned))).For(Audience.Person)
                .WithName(name).WithTags("Messages").WithSummary(summary).Produces<SendMessage.SentMessage>()
                .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
                .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }
}

/// <summary>The change.</summary>
internal sealed class Pin(long seq, bool pinned) : ThreadChange
{
    public const int PinsMax = 50;
    private const short Group = 3;

    public override short Kind => EventKind.Pin;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(seq, cancellationToken) is not { IsHidden: false, Kind: EventKind.Message or EventKind.Payment })
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        if (scope is { ThreadKind: Group, Me.IsAdmin: false })
        {
            return ChangeOutcome.Refused(MessageProblems.AdminsOnly("Pin a message"));
        }

        var (count, isPinned) = await LookAsync(scope, cancellationToken);
        if (isPinned == pinned)
        {
            return ChangeOutcome.Unchanged;
        }

        if (pinned && count >= PinsMax)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("too_many_pins", "Pin a message", $"The thread has {PinsMax} pinned messages, which is the most.", "Unpin one first."));
        }

        await StoreAsync(scope, cancellationToken);
        await EventStates.MergeAsync(scope, seq, ChangeJson.Object(json =>
        {
            if (pinned)
            {
                json.WriteBoolean("pinned"u8, true);
            }
            else
            {
                json.WriteNull("pinned"u8);
            }
        }), cancellationToken);
        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            json.WriteNumber("of"u8, seq);
            json.WriteBoolean("pinned"u8, pinned);
        })) with
        { Of = seq };
    }

    private async Task<(long Count, bool IsPinned)> LookAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        // What has expired and is not swept yet counts no more.
        await using var command = new NpgsqlCommand(
            """
            select count(*) filter (where e.expires_at is null or e.expires_at > $3), coalesce(bool_or(p.seq = $2), false)
            from threads.pins p join threads.events e on e.thread_id = p.thread_id and e.seq = p.seq where p.thread_id = $1
            """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetBoolean(1));
    }

    private async Task StoreAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            pinned ? "insert into threads.pins (thread_id, seq, member_id, at) values ($1, $2, $3, $4)" : "delete from threads.pins where thread_id = $1 and seq = $2", scope.Connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq } },
        };
        if (pinned)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scope.Sender.Value });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
