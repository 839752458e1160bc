using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary><c>POST /me/messages</c>: a page writes to a person, or shows that it reads or types (messenger-platform §1).</summary>
internal sealed class SendMessage(
    PageScopedIds ids, IBusinessThreads threads, IThreadLog log, Conversations conversations, Subscribers subscribers, CallLimits limits, NpgsqlDataSource database, TimeProvider time)
{
    private const int IdempotencyKeyMax = 200;

    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken) =>
        call.Http.RequestServices.GetRequiredService<SendMessage>().SendAsync(call, cancellationToken);

    private async Task SendAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        limits.TakeSend(page);
        var request = SendRequest.Read(call.Parameters);
        var clientId = FindClientId(call);
        var person = await ids.FindPersonAsync(page, request.Recipient, cancellationToken) ?? throw new GraphException(GraphErrors.NoSuchPerson);
        // Only a person's act makes a thread: a business never writes first.
        var thread = await threads.FindAsync(page, person, cancellationToken) ?? throw new GraphException(GraphErrors.OutsideWindow);
        if (request.Action == SenderAction.MarkSeen)
        {
            await threads.MarkAsync(thread, page, await threads.LastSeqAsync(thread, cancellationToken), null, cancellationToken);
            await call.AnswerAsync(new JsonObject { ["recipient_id"] = request.Recipient });
            return;
        }

        if (!await conversations.MaySendAsync(thread, page, request, clientId, cancellationToken))
        {
            throw new GraphException(GraphErrors.OutsideWindow);
        }

        if (request.Message is not { } message)
        {
            await threads.ShowTypingAsync(thread, page, request.Action == SenderAction.TypingOn, cancellationToken);
            await call.AnswerAsync(new JsonObject { ["recipient_id"] = request.Recipient });
            return;
        }

        var body = Compose(message, FindReplyTo(call, message, thread));
        await NoteForEchoAsync(page, call, thread, clientId, message.Metadata, cancellationToken);
        var outcome = await log.AppendAsync(new(thread, page, clientId, "message", body), cancellationToken);
        if (outcome.Status == AppendStatus.Refused)
        {
            throw new GraphException(GraphErrors.PersonNotAvailable);
        }

        await call.AnswerAsync(new JsonObject { ["recipient_id"] = request.Recipient, ["message_id"] = new MessageId(thread, outcome.Seq).ToString() });
    }

    /// <summary>A send happens once for each request; with the header <c>Idempotency-Key</c> once for each key of the app.</summary>
    private static Guid FindClientId(GraphCall call)
    {
        if (call.Http.Request.Headers["Idempotency-Key"] is not [{ Length: > 0 } key])
        {
            return Guid.CreateVersion7();
        }

        if (key.Length > IdempotencyKeyMax)
        {
            throw new GraphException(GraphError.Parameter($"The header Idempotency-Key has at most {IdempotencyKeyMax} characters", path: "Idempotency-Key"));
        }

        // Two apps with one key must not meet.
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Caller.App}:{key}")).AsSpan(0, 16));
    }

    private static long? FindReplyTo(GraphCall call, OutgoingMessage message, ThreadId thread)
    {
        if (message.ReplyTo is null)
        {
            return null;
        }

        return MessageId.TryParse(message.ReplyTo, out var id) && id.Thread == thread
            ? id.Seq
            : throw call.Parameters["reply_to"]["mid"].Wrong("There is no message with this id in the conversation.");
    }

    /// <summary>The event's members as people's clients read them (docs/protocol/http.md); attachments and quick replies as they were sent.</summary>
    private static ReadOnlyMemory<byte> Compose(OutgoingMessage message, long? replyTo)
    {
        var written = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(written))
        {
            writer.WriteStartObject();
            if (message.Text is not null)
            {
                writer.WriteString("text", Clean(message.Text));
            }

            WriteAsSent(writer, "attachments", message.Attachments);
            WriteAsSent(writer, "quickReplies", message.QuickReplies);
            if (replyTo is { } seq)
            {
                writer.WriteNumber("replyTo", seq);
            }

            writer.WriteEndObject();
        }

        return written.WrittenMemory;
    }

    private static void WriteAsSent(Utf8JsonWriter writer, string member, IReadOnlyList<GraphValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(member);
        foreach (var value in values)
        {
            value.Raw.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    // Line feed and tab are text; other control characters are not.
    private static string Clean(string text) =>
        (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t')) : text).Normalize(NormalizationForm.FormC);

    private async Task NoteForEchoAsync(PageId page, GraphCall call, ThreadId thread, Guid clientId, string? metadata, CancellationToken cancellationToken)
    {
        if (!await subscribers.WantAsync(page, WebhookFields.Echoes, cancellationToken))
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.sends (thread_id, client_id, app_id, metadata, created_at) values (@thread, @clientId, @app, @metadata, @now) on conflict do nothing",
            new { thread = thread.Value, clientId, app = call.Caller.App.Value, metadata, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
    }
}
