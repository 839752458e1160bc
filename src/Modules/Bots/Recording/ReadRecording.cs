using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Recording;

/// <summary>
/// <c>GET /me/recording?user_id=</c>: what this app was told of a conversation, as it was sent, and what the page said to it: enough to play the conversation again
/// to a changed bot (docs/write-a-bot.md). Of the last days, as deliveries are kept.
/// </summary>
internal static class ReadRecording
{
    private const int Most = 200;
    private static readonly string[] noInputs = [WebhookFields.Echoes, WebhookFields.Reads, WebhookFields.Deliveries];

    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        var user = call.Parameters["user_id"].Required().TextOrNumber(40) ?? "";
        var threads = services.GetRequiredService<IBusinessThreads>();
        if (await services.GetRequiredService<PageScopedIds>().FindPersonAsync(page, user, cancellationToken) is not { } person
            || await threads.FindAsync(page, person, cancellationToken) is not { } thread)
        {
            throw new GraphException(GraphErrors.NoSuchPerson with { ErrorData = "user_id" });
        }

        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        var told = (await connection.QueryAsync<(DateTime At, long? Seq, string Body)>(new CommandDefinition(
            """
            select created_at, event_seq, body from (
              select d.number, d.created_at, d.event_seq, d.body from bots.subscriptions s join bots.deliveries d on d.subscription_id = s.id and d.thread_id = @thread
              where s.page_id = @page and s.app_id = @app and not d.field = any(@noInputs) order by d.number desc limit @Most) newest order by number
            """,
            new { thread = thread.Value, page = page.Value, app = call.Caller.App.Value, noInputs, Most }, cancellationToken: cancellationToken))).AsList();
        var inputs = told.ConvertAll(t => new JsonObject { ["at"] = Time(t.At), ["update"] = JsonNode.Parse(t.Body), ["answers"] = new JsonArray() });
        var said = (await services.GetRequiredService<IThreadLog>().ReadNewestAsync(thread, Most, cancellationToken)).Where(e => e.Kind == "message" && e.Sender == page && !EventComposer.IsEmpty(e)).Reverse();
        foreach (var message in said)
        {
            // It answers what the bot had last been told by then; what came before the first input is no answer to any.
            var answered = told.FindLastIndex(t => t.Seq is { } seq ? seq < message.Seq : new DateTimeOffset(t.At) <= message.At);
            if (answered >= 0)
            {
                inputs[answered]["answers"]!.AsArray().Add((JsonNode)Show(message.Body));
            }
        }

        var (first, last) = PersonNames.Split((await threads.FindProfileAsync(person, cancellationToken))?.Name ?? "");
        await call.AnswerAsync(new JsonObject
        {
            ["recording"] = 1,
            ["page"] = page.ToString(),
            ["person"] = new JsonObject { ["id"] = user, ["first_name"] = first, ["last_name"] = last },
            ["inputs"] = new JsonArray([.. inputs]),
        });
    }

    /// <summary>A message as a send says it; of pictures and files only their kind, since their addresses differ each time.</summary>
    private static JsonObject Show(JsonElement body)
    {
        var shown = new JsonObject();
        if (body.TryGetProperty("text", out var text))
        {
            shown["text"] = text.GetString();
        }

        if (body.TryGetProperty("attachments", out var attachments) && attachments.ValueKind == JsonValueKind.Array)
        {
            shown["attachments"] = new JsonArray([.. attachments.EnumerateArray().Select(attachment =>
            {
                var type = attachment.GetProperty("type").GetString();
                var one = new JsonObject { ["type"] = type };
                if (type == "template")
                {
                    one["payload"] = JsonNode.Parse(attachment.GetProperty("payload").GetRawText());
                }

                return one;
            })]);
        }

        if (body.TryGetProperty("quickReplies", out var replies))
        {
            shown["quick_replies"] = JsonNode.Parse(replies.GetRawText());
        }

        return shown;
    }

    private static string Time(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
