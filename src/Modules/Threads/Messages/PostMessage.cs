using System.Text.Json;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Media;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>
/// A message with more in it than a line: uploads that are claimed, members that are named, a part of another that is quoted, a poll. It is
/// decided under the thread's lock; a plain text takes the shorter way (<see cref="Sending"/>).
/// </summary>
internal sealed class PostMessage(IMedia media) : ThreadChange
{
    public required string? Text { get; init; }

    public required IReadOnlyList<TextEntity>? Entities { get; init; }

    public required IReadOnlyList<AttachmentToSend> Attachments { get; init; }

    public required Poll? Poll { get; init; }

    public required long? ReplyTo { get; init; }

    public required string? Quote { get; init; }

    public override short Kind => EventKind.Message;

    public override async Task<ChangeOutcome> ApplyAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        if (ReplyTo > scope.LastSeq)
        {
            return ChangeOutcome.Refused(Sending.ReplyMissing);
        }

        if (Quote is not null && !await StandsInAsync(scope, ReplyTo ?? 0, Quote, cancellationToken))
        {
            return ChangeOutcome.Refused(Problem.Invalid("quote_not_found", "The message that is answered does not say what 'quote' says, or no more.", "Quote it letter by letter, or not at all."));
        }

        var mentioned = Messages.Entities.Mentioned(Entities);
        if (await Mentions.RefuseAsync(scope, mentioned, cancellationToken) is { } unnamed)
        {
            return ChangeOutcome.Refused(unnamed);
        }

        // The last check, and the first write: refused together or done together.
        var (cards, refusal) = await Messages.Attachments.ClaimAsync(scope, media, Attachments, cancellationToken);
        if ((refusal ?? Messages.Attachments.Misused(Attachments, cards)) is { } why)
        {
            await media.ReleaseAsync(scope.Connection, scope.Thread, scope.NextSeq, cancellationToken);
            return ChangeOutcome.Refused(why);
        }

        await Mentions.ReplaceAsync(scope, scope.NextSeq, mentioned, isNew: true, cancellationToken);
        if (Quote is not null)
        {
            await RememberQuoteAsync(scope, cancellationToken);
        }

        return ChangeOutcome.Done(ChangeJson.Object(json =>
        {
            if (Text is not null)
            {
                json.WriteString("text"u8, Text);
                Messages.Entities.Write(json, Entities);
            }

            if (ReplyTo is { } replyTo)
            {
                json.WriteNumber("replyTo"u8, replyTo);
            }

            if (Quote is not null)
            {
                json.WriteString("quote"u8, Quote);
            }

            if (Attachments.Count > 0)
            {
                json.WriteStartArray("attachments"u8);
                Messages.Attachments.Write(json, Attachments, cards);
                json.WriteEndArray();
            }

            Poll?.Write(json);
        }));
    }

    /// <summary>In its text as it is now, or in a caption.</summary>
    private static async Task<bool> StandsInAsync(ChangeScope scope, long seq, string quote, CancellationToken cancellationToken) =>
        await scope.FindAsync(seq, cancellationToken) is { IsHidden: false, Kind: EventKind.Message } answered
        && (Says(ChangeJson.Now(answered, "text"), quote)
            || (answered.Body.TryGetProperty("attachments", out var attachments) && attachments.ValueKind == JsonValueKind.Array
                && attachments.EnumerateArray().Any(attachment => attachment.TryGetProperty("payload", out var payload)
                    && payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("caption", out var caption) && Says(caption, quote))));

    private static bool Says(JsonElement? text, string quote) =>
        text is { ValueKind: JsonValueKind.String } said && said.GetString()?.Contains(quote, StringComparison.Ordinal) == true;

    private async Task RememberQuoteAsync(ChangeScope scope, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("insert into threads.quotes (thread_id, of_seq, seq) values ($1, $2, $3)", scope.Connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = scope.Thread.Value }, new NpgsqlParameter<long> { TypedValue = ReplyTo ?? 0 },
                new NpgsqlParameter<long> { TypedValue = scope.NextSeq },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
