using System.Globalization;
using System.Text.Json;
using NodaTime;
using Stoa.Town.Airline;

namespace Stoa.Town.BotApi;

/// <summary>One event of a delivery that concerns the airline.</summary>
/// <param name="Person">Page-scoped id.</param>
/// <param name="At">The platform's clock.</param>
internal readonly record struct WebhookEvent(string Person, Instant At, Incoming Act);

/// <summary>Reads deliveries. What the airline does not use (reads, deliveries, echoes, anything new) is passed over.</summary>
internal static class WebhookEvents
{
    /// <param name="delivery">The delivery's own id, for events that carry none.</param>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static IReadOnlyList<WebhookEvent> Read(ReadOnlyMemory<byte> body, string delivery)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return [];
        List<WebhookEvent> events = [];
        var index = 0;
        foreach (var entry in Items(document.RootElement, "entry"))
        {
            foreach (var item in Items(entry, "messaging"))
            {
                var key = $"{delivery}:{index++.ToString(CultureInfo.InvariantCulture)}";
                if (Text(Member(item, "sender"), "id") is not { } person || Act(item, key) is not { } act) continue;
                var at = Number(item, "timestamp") ?? Number(entry, "time");
                events.Add(new WebhookEvent(person, at is { } milliseconds ? Instant.FromUnixTimeMilliseconds(milliseconds) : SystemClock.Instance.GetCurrentInstant(), act));
            }
        }
        return events;
    }

    private static Incoming? Act(JsonElement item, string key)
    {
        if (Member(item, "message") is { } message)
        {
            if (Member(message, "is_echo") is { ValueKind: JsonValueKind.True } || Member(message, "is_deleted") is { ValueKind: JsonValueKind.True }) return null;
            var mid = Text(message, "mid") ?? key;
            var text = Text(message, "text") ?? "";
            var payload = Text(Member(message, "quick_reply"), "payload");
            var attachments = Items(message, "attachments").ToArray();
            if (payload is null && text.Length == 0 && attachments.Length > 0)
            {
                var coordinates = Member(Member(attachments[0], "payload"), "coordinates");
                return Double(coordinates, "lat") is { } latitude && Double(coordinates, "long") is { } longitude
                    ? new Incoming.Located(mid, latitude, longitude)
                    : new Incoming.Sent(mid, Text(attachments[0], "type") ?? "file");
            }
            return new Incoming.Text(mid, text, payload);
        }
        if (Member(item, "postback") is { } postback && Text(postback, "payload") is { } pressed) return new Incoming.Pressed(Text(postback, "mid") ?? key, pressed);
        if (Member(item, "pre_checkout") is { } pre && Text(pre, "payload") is { } asked)
        {
            var (currency, minor) = Amount(pre);
            return new Incoming.AboutToPay(key, asked, currency, minor);
        }
        if (Member(item, "payment") is { } payment && Text(payment, "payload") is { } paid)
        {
            var (currency, minor) = Amount(payment);
            var id = Text(Member(payment, "payment_credential"), "fb_payment_id") ?? key;
            return new Incoming.Paid($"payment:{id}", paid, id, currency, minor);
        }
        return null;
    }

    /// <summary>A decimal string or number; what is no amount becomes −1, which fits no price.</summary>
    private static (string Currency, long Minor) Amount(JsonElement holder)
    {
        var amount = Member(holder, "amount");
        var text = Member(amount, "amount") switch
        {
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
            _ => null,
        };
        var minor = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value100) && value100 < 1_000_000_000m && value100 * 100 == decimal.Truncate(value100 * 100)
            ? (long)(value100 * 100)
            : -1;
        return (Text(amount, "currency") ?? "", minor);
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } holder && holder.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    /// <summary>A string, or a number as its digits: old senders wrote ids as numbers.</summary>
    private static string? Text(JsonElement? element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        _ => null,
    };

    private static long? Number(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    private static double? Double(JsonElement? element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;
}
