using System.Globalization;
using System.Text.Json;

namespace Stoa.BotSdk;

/// <summary>Reads deliveries into events. What is not understood is passed over or comes as <see cref="OtherEvent"/>; nothing of it is an error.</summary>
public static class ReadEvents
{
    private static readonly string[] plumbing = ["sender", "recipient", "timestamp", "prior_message"];

    /// <param name="delivery">The delivery's own id, for events that carry none.</param>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static IReadOnlyList<BotEvent> From(ReadOnlyMemory<byte> body, string delivery) => From(JsonElement.Parse(body.Span), delivery);

    /// <param name="body">A delivery, or the <c>update</c> of a poll.</param>
    /// <param name="delivery">The delivery's own id, for events that carry none.</param>
    public static IReadOnlyList<BotEvent> From(JsonElement body, string delivery)
    {
        List<BotEvent> events = [];
        var index = 0;
        foreach (var entry in Items(body, "entry"))
        {
            foreach (var list in (ReadOnlySpan<string>)["messaging", "standby"])
            {
                foreach (var item in Items(entry, list))
                {
                    var header = new EventHeader(
                        $"{delivery}:{index++.ToString(CultureInfo.InvariantCulture)}", Text(entry, "id") ?? "", Text(Member(item, "sender"), "id") ?? "",
                        Moment(Member(item, "timestamp") ?? Member(entry, "time")), list == "standby", item);
                    if (item.ValueKind == JsonValueKind.Object && One(header, item) is { } read)
                    {
                        events.Add(read);
                    }
                }
            }
        }

        return events;
    }

    private static BotEvent? One(EventHeader header, JsonElement item)
    {
        foreach (var member in item.EnumerateObject())
        {
            if (plumbing.Contains(member.Name) || member.Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            var value = member.Value;
            return member.Name switch
            {
                "message" => OfMessage(header, value),
                "postback" => new Postback(header with { Id = Text(value, "mid") ?? header.Id }, Text(value, "title") ?? "", Text(value, "payload") ?? "") { Referral = ReferralIn(value) },
                "referral" => OfReferral(value) is { } referral ? new Referred(header, referral) : null,
                "message_edit" => new MessageEdited(header, Text(value, "mid") ?? "", Text(value, "text") ?? "", (int)(Number(value, "num_edit") ?? 0)),
                "reaction" => new Reacted(header, Text(value, "mid") ?? "", Text(value, "emoji")),
                "delivery" => new Delivered(header, Moment(Member(value, "watermark"))),
                "read" => new Read(header, Moment(Member(value, "watermark"))),
                "optin" => new OptedIn(header, Text(value, "type") ?? "", Text(value, "payload") ?? Text(value, "ref") ?? "",
                    Text(value, "one_time_notif_token") ?? Text(value, "notification_messages_token") ?? Text(value, "user_ref")),
                "pre_checkout" => new PreCheckout(header, Text(value, "payload") ?? "", AmountIn(value)),
                "payment" => OfPayment(header, value),
                "messaging_feedback" => new FeedbackGiven(header, Answers(value)),
                "messaging_customer_information" => new InformationGiven(header, Responses(value)),
                "account_linking" => new AccountLinked(header, Text(value, "status") == "linked", Text(value, "authorization_code")),
                var other => new OtherEvent(header, other),
            };
        }

        return null;
    }

    private static BotEvent OfMessage(EventHeader header, JsonElement message)
    {
        var mid = Text(message, "mid") ?? header.Id;
        var text = Text(message, "text") ?? "";
        if (Is(message, "is_echo"))
        {
            // The sender of an echo is the page; the conversation is the recipient's.
            return new Echo(header with { Id = "echo:" + mid, Person = Text(Member(header.Raw, "recipient"), "id") ?? "" }, mid, text, Text(message, "app_id"), Text(message, "metadata"));
        }

        return Is(message, "is_deleted")
            ? new MessageDeleted(header with { Id = "deleted:" + mid }, mid)
            : new MessageReceived(header with { Id = mid }, mid, text, Text(Member(message, "quick_reply"), "payload"), [.. Items(message, "attachments").Select(OfAttachment)])
            {
                ReplyTo = Text(Member(message, "reply_to"), "mid"),
                Referral = ReferralIn(message),
            };
    }

    private static ReceivedAttachment OfAttachment(JsonElement attachment)
    {
        var payload = Member(attachment, "payload");
        var coordinates = Member(payload, "coordinates");
        return new(Text(attachment, "type") ?? "file", Text(payload, "url"), Degrees(coordinates, "lat"), Degrees(coordinates, "long"));
    }

    private static Payment OfPayment(EventHeader header, JsonElement payment)
    {
        var id = Text(Member(payment, "payment_credential"), "fb_payment_id") ?? header.Id;
        return new(header with { Id = "payment:" + id }, Text(payment, "payload") ?? "", id, AmountIn(payment));
    }

    private static Referral? ReferralIn(JsonElement holder) => Member(holder, "referral") is { } referral ? OfReferral(referral) : null;

    private static Referral? OfReferral(JsonElement referral) => Text(referral, "source") is { } source ? new(Text(referral, "ref"), source) : null;

    private static Dictionary<string, FeedbackAnswer> Answers(JsonElement feedback)
    {
        var answers = new Dictionary<string, FeedbackAnswer>();
        foreach (var screen in Items(feedback, "feedback_screens"))
        {
            if (Member(screen, "questions") is { ValueKind: JsonValueKind.Object } questions)
            {
                foreach (var question in questions.EnumerateObject())
                {
                    answers[question.Name] = new(Text(question.Value, "type") ?? "", Text(question.Value, "payload") ?? "", Text(Member(question.Value, "follow_up"), "payload"));
                }
            }
        }

        return answers;
    }

    private static Dictionary<string, string> Responses(JsonElement information)
    {
        var values = new Dictionary<string, string>();
        foreach (var response in Items(information, "screens").SelectMany(screen => Items(screen, "responses")))
        {
            if (Text(response, "key") is { } key)
            {
                values[key] = Text(response, "value") ?? "";
            }
        }

        return values;
    }

    /// <summary>A decimal string or number.</summary>
    private static Amount? AmountIn(JsonElement holder)
    {
        var amount = Member(holder, "amount");
        return decimal.TryParse(Text(amount, "amount"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < 1_000_000_000_000m
            ? new(Text(amount, "currency") ?? "", value) : null;
    }

    private static DateTimeOffset Moment(JsonElement? milliseconds) =>
        milliseconds is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var at) && at is > 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(at) : DateTimeOffset.UnixEpoch;

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } holder && holder.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static bool Is(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.True };

    /// <summary>A string, or a number as its digits: old senders wrote ids as numbers.</summary>
    private static string? Text(JsonElement? element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        _ => null,
    };

    private static long? Number(JsonElement element, string name) =>
        long.TryParse(Text(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Degrees(JsonElement? element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;
}
