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

/// <summary><c>PUT /api/threads/{id}/messages/{seq}</c>: another text in the place of one's own. The earlier ones stay to be seen.</summary>
internal static class EditMessage
{
    public sealed record EditMessageRequest(Guid ClientId = default, string? Text = null, TextEntity[]? Entities = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/messages/{seq:long}", HandleAsync).For(Audience.Person)
            .WithName("editMessage").WithTags("Messages").WithSummary("Change the text of my message, within 48 hours").Accepts<EditMessageRequest>("application/json")
            .Produces<SendMessage.SentMessage>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(string id, long seq, HttpContext context, Changing changing)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.EditMessageRequest);
        return await changing.AnswerAsync(context, id, request.ClientId, Edit.Of(seq, request.Text, request.Entities));
    }
}

/// <summary>The change.</summary>
internal sealed class Edit : ThreadChange
{
    /// <summary>So that all versions are one page.</summary>
    public const int VersionsMax = 100;

    private const string What = "Edit a message";
    private static readonly TimeSpan window = TimeSpan.FromHours(48);

    private readonly long seq;
    private readonly string text;
    private readonly IReadOnlyList<TextEntity>? entities;

    private Edit(long seq, string text, IReadOnlyList<TextEntity>? entities) => (this.seq, this.text, this.entities) = (seq, text, entities);

    public override short Kind => EventKind.Edit;

    /// <exception cref="Hosting.Problems.ProblemException">400: the text cannot be one.</exception>
    public static Edit Of(long seq, string? text, IReadOnlyList<TextEntity>? entities)
    {
        if (text is null)
        {
            throw MessageProblems.Wrong("text_missing", "An edit has a text.", "Send 'text'; to take the message away, unsend it.");
        }

        return MessageText.TryClean(text, out var clean) is { } wrong
            ? throw MessageProblems.Wrong("text_invalid", wrong, "Correct the text.")
            : new(seq, clean, Entities.Check(entities, text, clean));
    }

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(seq, cancellationToken) is not { IsHidden: false } target || target.Kind == EventKind.EmptyMessage)
        {
            return ChangeOutcome.Refused(MessageProblems.NotFound);
        }

        if (target.Sender != scope.Sender)
        {
            return ChangeOutcome.Refused(MessageProblems.NotYours);
        }

        if (!HasOwnText(target))
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("not_editable", What, "Only a message with a text of one's own can be edited: no press, forward, payment or attachment alone.", "Unsend it and write another."));
        }

        if (target.At + window < scope.At)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("edit_too_late", What, "The message is older than 48 hours.", "Write another that corrects it."));
        }

        if (IsAsWanted(target))
        {
            return ChangeOutcome.Unchanged;
        }

        var edits = await CountEditsAsync(scope, cancellationToken) + 1;
        if (edits >= VersionsMax)
        {
            return ChangeOutcome.Refused(MessageProblems.Conflict("edited_too_often", What, $"The message has {VersionsMax} versions, which is the most.", "Write another."));
        }

        var mentioned = Entities.Mentioned(entities);
        if (await Mentions.RefuseAsync(scope, mentioned, cancellationToken) is { } refusal)
        {
            return ChangeOutcome.Refused(refusal);
        }

        await Mentions.ReplaceAsync(scope, seq, mentioned, isNew: false, cancellationToken);
        await EventStates.MergeAsync(scope, seq, ChangeJson.Object(json =>
        {
            WriteText(json);
            if (entities is null)
            {
                json.WriteNull("entities"u8);
            }

            Span<byte> at = stackalloc byte[Instant.Length];
            json.WriteString("editedAt"u8, at[..Instant.Write(at, scope.At)]);
        }), cancellationToken);
        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            json.WriteNumber("of"u8, seq);
            json.WriteNumber("edits"u8, edits);
            WriteText(json);
        })) with
        { Of = seq, ExpiresAt = target.ExpiresAt };
    }

    /// <summary>A text that its sender wrote: what a button says, or what somebody else wrote, is not theirs to change.</summary>
    private static bool HasOwnText(ScopeTarget target) =>
        target.Kind == EventKind.Message && target.Body.TryGetProperty("text", out _) && !target.Body.TryGetProperty("press", out _) && !target.Body.TryGetProperty("forwarded", out _);

    private bool IsAsWanted(ScopeTarget target)
    {
        using var wanted = JsonDocument.Parse(ChangeJson.Object(WriteText));
        return ChangeJson.Now(target, "text") is { } now && now.ValueEquals(text)
            && (ChangeJson.Now(target, "entities"), wanted.RootElement.TryGetProperty("entities", out var other)) switch
            {
                (null, false) => true,
                ({ } marks, true) => JsonElement.DeepEquals(marks, other),
                _ => false,
            };
    }

    private void WriteText(Utf8JsonWriter json)
    {
        json.WriteString("text"u8, text);
        Entities.Write(json, entities);
    }

    private async Task<long> CountEditsAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(*) from threads.events where thread_id = $1 and of_seq = $2 and kind = 4", scope.Connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = seq } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }
}
