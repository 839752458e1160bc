using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>PUT /api/threads/{id}/messages/{seq}/vote</c>: my choice in a poll, in place of an earlier one; an empty list takes it back.</summary>
internal static class Vote
{
    public sealed record VoteRequest(Guid ClientId = default, short[]? Options = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/messages/{seq:long}/vote", HandleAsync).For(Audience.Person)
            .WithName("vote").WithTags("Messages").WithSummary("Vote in a poll").Accepts<VoteRequest>("application/json")
            .Produces<SendMessage.SentMessage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(string id, long seq, HttpContext context, Changing changing)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.VoteRequest);
        var options = request.Options ?? throw MessageProblems.Wrong("vote_invalid", "'options' is missing.", "Send the indexes of the chosen options; [] takes the vote back.");
        return options.Length > Poll.OptionsMax
            ? throw MessageProblems.Wrong("vote_invalid", $"'options' has {options.Length} entries; a poll has at most {Poll.OptionsMax}.", "Send each chosen option once.")
            : await changing.AnswerAsync(context, id, request.ClientId, new CastVote(seq, options));
    }
}

/// <summary>The change.</summary>
internal sealed class CastVote(long seq, IReadOnlyList<short> asked) : ThreadChange
{
    private readonly short[] options = [.. asked.Order()];

    public override short Kind => EventKind.Vote;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(seq, cancellationToken) is not { IsHidden: false, Kind: EventKind.Message } target || !target.Body.TryGetProperty("poll", out var poll))
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        if (WhatIsWrong(poll, scope.At) is { } refusal)
        {
            return ChangeOutcome.Refused(refusal);
        }

        var was = await FindMineAsync(scope, cancellationToken);
        if (was.AsSpan().SequenceEqual(options))
        {
            return ChangeOutcome.Unchanged;
        }

        await StoreAsync(scope, cancellationToken);
        var (counts, voters) = Fold(ChangeJson.Now(target, "votes"), poll.GetProperty("options").GetArrayLength(), was, options);
        await EventStates.MergeAsync(scope, seq, ChangeJson.Object(json =>
        {
            json.WriteStartObject("votes"u8);
            json.WriteStartArray("counts"u8);
            foreach (var count in counts)
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
            json.WriteNumber("voters"u8, voters);
            json.WriteEndObject();
        }), cancellationToken);
        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            json.WriteNumber("of"u8, seq);
            Write(json, "options"u8, options);
            if (was.Length > 0)
            {
                Write(json, "was"u8, was);
            }
        })) with
        { Of = seq };
    }

    private Problem? WhatIsWrong(JsonElement poll, DateTimeOffset at)
    {
        if (poll.TryGetProperty("closesAt", out var closesAt) && closesAt.GetDateTimeOffset() <= at)
        {
            return MessageProblems.Conflict("poll_closed", "Vote in a poll", "The poll is closed.", "Read its result.");
        }

        var several = poll.TryGetProperty("multiple", out var multiple) && multiple.GetBoolean();
        var count = poll.GetProperty("options").GetArrayLength();
        return options.Distinct().Count() != options.Length || options.Any(option => option < 0 || option >= count) || (!several && options.Length > 1)
            ? Problem.Invalid("vote_invalid", $"The poll has the options 0 to {count - 1} and takes {(several ? "several" : "one")}.", "Send each chosen option once.")
            : null;
    }

    private static (int[] Counts, int Voters) Fold(JsonElement? votes, int optionCount, short[] was, short[] now)
    {
        var counts = votes is { } known ? [.. known.GetProperty("counts").EnumerateArray().Select(count => count.GetInt32())] : new int[optionCount];
        foreach (var option in was)
        {
            counts[option]--;
        }

        foreach (var option in now)
        {
            counts[option]++;
        }

        var voters = votes is { } earlier ? earlier.GetProperty("voters").GetInt32() : 0;
        return (counts, voters - (was.Length > 0 ? 1 : 0) + (now.Length > 0 ? 1 : 0));
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, short[] indexes)
    {
        json.WriteStartArray(name);
        foreach (var index in indexes)
        {
            json.WriteNumberValue(index);
        }

        json.WriteEndArray();
    }

    private async Task<short[]> FindMineAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select options from threads.votes where thread_id = $1 and seq = $2 and member_id = $3", scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) as short[] ?? [];
    }

    private async Task StoreAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            options.Length == 0
                ? "delete from threads.votes where thread_id = $1 and seq = $2 and member_id = $3"
                : """
                  insert into threads.votes (thread_id, seq, member_id, options, at) values ($1, $2, $3, $4, $5)
                  on conflict (thread_id, seq, member_id) do update set options = $4, at = $5
                  """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value },
            },
        };
        if (options.Length > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = options });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
