using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.OptIns;

/// <summary>Turns taps on "Notify me" into permissions, in the transaction that removes the news of them (messenger-platform §3.8).</summary>
internal static class TakeOptIns
{
    /// <returns>Those among the events that are such taps, by thread and number.</returns>
    public static async Task<Dictionary<(ThreadId, long), OptIn>> RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IThreadLog log, IReadOnlyList<(ThreadNews News, ThreadEvent Event, PersonId Person)> told, CancellationToken cancellationToken)
    {
        var taken = new Dictionary<(ThreadId, long), OptIn>();
        foreach (var (news, happened, person) in told)
        {
            if (happened.Kind == "message" && await ReadAsync(log, happened, cancellationToken) is { } wanted)
            {
                taken[(news.Thread, news.Seq)] = await OptInStore.AddAsync(connection, transaction, news.Page, person, news.Thread, news.Seq, wanted, cancellationToken);
            }
        }

        return taken;
    }

    public static WebhookEvent Compose(OptIn optIn, ThreadEvent happened, long psid, PageId page)
    {
        var shell = new WebhookEvent(EventComposer.Party(psid), EventComposer.Party(page.Value), happened.At.ToUnixTimeMilliseconds());
        return shell with
        {
            Optin = optIn.IsOneTime
                ? new("one_time_notif_req", optIn.Payload) { OneTimeNotifToken = optIn.Token, UserTokenStatus = "REFRESHED" }
                : new("notification_messages", optIn.Payload)
                {
                    NotificationMessagesToken = optIn.Token,
                    NotificationMessagesFrequency = optIn.Frequency,
                    NotificationMessagesTimezone = optIn.Timezone,
                    TokenExpiryTimestamp = new DateTimeOffset(optIn.ExpiresAt).ToUnixTimeMilliseconds(),
                    UserTokenStatus = "REFRESHED",
                    Title = optIn.Title,
                },
        };
    }

    /// <summary>What the tapped template asked for; null when the event is no such tap.</summary>
    private static async Task<OptIn?> ReadAsync(IThreadLog log, ThreadEvent happened, CancellationToken cancellationToken)
    {
        if (!happened.Body.TryGetProperty("press", out var press) || Text(press, "kind") != "optin" || !press.TryGetProperty("of", out var of)
            || await log.FindAsync(happened.Thread, of.GetInt64(), cancellationToken) is not { } asked
            || !asked.Body.TryGetProperty("attachments", out var attachments) || attachments.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var attachment in attachments.EnumerateArray())
        {
            var payload = attachment.GetProperty("payload");
            var kind = Text(payload, "template_type") switch { "one_time_notif_req" => OptIn.OneTime, "notification_messages" => OptIn.Messages, _ => null };
            if (kind is not null && Text(payload, "payload") == Text(press, "payload"))
            {
                var frequency = Text(payload, "notification_messages_frequency")?.ToUpperInvariant();
                return new()
                {
                    Token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)),
                    Kind = kind,
                    Payload = Text(press, "payload") ?? "",
                    Title = Text(payload, "title"),
                    Frequency = kind == OptIn.OneTime ? null : frequency,
                    Timezone = Text(payload, "notification_messages_timezone"),
                    CreatedAt = happened.At.UtcDateTime,
                    ExpiresAt = (happened.At + OptIn.LastsFor(kind, frequency)).UtcDateTime,
                };
            }
        }

        return null;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
