using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>PUT /api/threads/{id}/retention</c>: how long messages live that are sent from then on.</summary>
internal static class SetRetention
{
    private const int SecondsMax = 366 * 86_400;

    public sealed record RetentionRequest(Guid ClientId, [property: JsonRequired] int? Seconds);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/retention", HandleAsync).For(Audience.Person)
            .WithName("setRetention").WithTags("Messages").WithSummary("Let messages disappear after a time, or not").Accepts<RetentionRequest>("application/json")
            .Produces<SendMessage.SentMessage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(string id, HttpContext context, Changing changing)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.RetentionRequest);
        return request.Seconds is < 1 or > SecondsMax
            ? throw MessageProblems.Wrong("retention_invalid", $"'seconds' is {request.Seconds}; it is null, or 1 to {SecondsMax}.", "Send null to keep messages for ever.")
            : await changing.AnswerAsync(context, id, request.ClientId, new Retention(request.Seconds));
    }
}

/// <summary>The change.</summary>
/// <param name="seconds">Null: for ever.</param>
internal sealed class Retention(int? seconds) : ThreadChange
{
    private const short Business = 2;
    private const short Group = 3;
    private const string What = "Let messages disappear";

    public override short Kind => EventKind.System;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (scope.ThreadKind == Business)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("retention_not_possible", What, "A business keeps what was agreed with it.", "Delete single messages for yourself."));
        }

        if (scope is { ThreadKind: Group, Me.IsAdmin: false })
        {
            return ChangeOutcome.Refused(MessageProblems.AdminsOnly(What));
        }

        if (scope.RetentionSeconds == seconds)
        {
            return ChangeOutcome.Unchanged;
        }

        await using var command = new NpgsqlCommand("update threads.threads set retention_seconds = $2 where id = $1", scope.Connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new() { Value = (object?)seconds ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            json.WriteStartObject("system"u8);
            json.WriteString("code"u8, "retention_changed"u8);
            if (seconds is { } some)
            {
                json.WriteNumber("seconds"u8, some);
            }
            else
            {
                json.WriteNull("seconds"u8);
            }

            json.WriteEndObject();
        }));
    }
}
