using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>PUT</c> and <c>DELETE /api/threads/{id}/messages/{seq}/reaction</c>: one emoji a person; another takes its place.</summary>
internal static class React
{
    private const string Route = "/api/threads/{id}/messages/{seq:long}/reaction";

    public sealed record ReactionRequest(Guid ClientId = default, string? Emoji = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut(Route, PutAsync).For(Audience.Person)
            .WithName("react").WithTags("Messages").WithSummary("React to a message with an emoji").Accepts<ReactionRequest>("application/json")
            .Produces<SendMessage.SentMessage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapDelete(Route, DeleteAsync).For(Audience.Person)
            .WithName("takeReactionBack").WithTags("Messages").WithSummary("Take my reaction back")
            .Produces<SendMessage.SentMessage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> PutAsync(string id, long seq, HttpContext context, Changing changing)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.ReactionRequest);
        return await changing.AnswerAsync(context, id, request.ClientId, new Reaction(seq, Emoji.Check(request.Emoji)));
    }

    private static Task<IResult> DeleteAsync(string id, long seq, HttpContext context, Changing changing) =>
        changing.AnswerAsync(context, id, Changing.Key(context, Guid.NewGuid), new Reaction(seq, null));
}

/// <summary>The change.</summary>
/// <param name="emoji">Null takes it back.</param>
internal sealed class Reaction(long seq, string? emoji) : ThreadChange
{
    /// <summary>Different ones on one message.</summary>
    public const int EmojiMax = 20;

    private const int NamedMax = 20;

    public override short Kind => EventKind.Reaction;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(seq, cancellationToken) is not { IsHidden: false, Kind: EventKind.Message or EventKind.Payment } target)
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        var was = await FindMineAsync(scope, cancellationToken);
        if (was == emoji)
        {
            return ChangeOutcome.Unchanged;
        }

        var reactions = Fold(Read(ChangeJson.Now(target, "reactions")), scope.Sender.ToString(), was, emoji);
        if (reactions.Count > EmojiMax)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("too_many_reactions", "React to a message", $"The message has {EmojiMax} different emoji already.", "Join one of them."));
        }

        await StoreAsync(scope, cancellationToken);
        await EventStates.MergeAsync(scope, seq, ChangeJson.Object(json => Write(json, reactions)), cancellationToken);
        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            json.WriteNumber("of"u8, seq);
            if (emoji is not null)
            {
                json.WriteString("emoji"u8, emoji);
            }

            if (was is not null)
            {
                json.WriteString("was"u8, was);
            }
        })) with
        { Of = seq };
    }

    /// <summary>The summary after one member's change: clients do the same with the event.</summary>
    internal static List<(string Emoji, int Count, List<string> By)> Fold(List<(string Emoji, int Count, List<string> By)> reactions, string member, string? was, string? now)
    {
        var folded = new List<(string Emoji, int Count, List<string> By)>();
        foreach (var (emoji, count, by) in reactions)
        {
            var left = emoji == was ? count - 1 : count;
            if (left > 0)
            {
                folded.Add((emoji, left, emoji == was ? [.. by.Where(id => id != member)] : by));
            }
        }

        if (now is null)
        {
            return folded;
        }

        var at = folded.FindIndex(reaction => reaction.Emoji == now);
        var (_, before, named) = at >= 0 ? folded[at] : (now, 0, []);
        (string, int, List<string>) grown = (now, before + 1, named.Count < NamedMax ? [.. named, member] : named);
        if (at >= 0)
        {
            folded[at] = grown;
        }
        else
        {
            folded.Add(grown);
        }

        return folded;
    }

    private static List<(string Emoji, int Count, List<string> By)> Read(JsonElement? reactions) =>
        reactions is not { } list ? [] : [.. list.EnumerateArray().Select(reaction => (
            reaction.GetProperty("emoji").GetString() ?? "", reaction.GetProperty("count").GetInt32(),
            reaction.GetProperty("by").EnumerateArray().Select(id => id.GetString() ?? "").ToList()))];

    private static void Write(Utf8JsonWriter json, List<(string Emoji, int Count, List<string> By)> reactions)
    {
        if (reactions.Count == 0)
        {
            json.WriteNull("reactions"u8);
            return;
        }

        json.WriteStartArray("reactions"u8);
        foreach (var (emoji, count, by) in reactions)
        {
            json.WriteStartObject();
            json.WriteString("emoji"u8, emoji);
            json.WriteNumber("count"u8, count);
            json.WriteStartArray("by"u8);
            foreach (var id in by)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task<string?> FindMineAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select emoji from threads.reactions where thread_id = $1 and seq = $2 and member_id = $3", scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private async Task StoreAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            emoji is null
                ? "delete from threads.reactions where thread_id = $1 and seq = $2 and member_id = $3"
                : """
                  insert into threads.reactions (thread_id, seq, member_id, emoji, at, change_seq) values ($1, $2, $3, $4, $5, $6)
                  on conflict (thread_id, seq, member_id) do update set emoji = $4, at = $5, change_seq = $6
                  """, scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq },
                new NpgsqlParameter<long> { TypedValue = scope.Sender.Value },
            },
        };
        if (emoji is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = emoji });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = scope.At });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scope.NextSeq });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
