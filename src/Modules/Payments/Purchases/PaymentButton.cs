using System.Text.Json;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Payments.Purchases;

/// <summary>A payment button as it stands in a stored message: the only place that a price comes from.</summary>
/// <param name="Payload">The bot's own; at most 1,000 characters.</param>
/// <param name="IsFlexible">The price depends on where it is sent: <paramref name="Total"/> and <paramref name="Lines"/> are what comes before that.</param>
/// <param name="RequestedUserInfo">A flexible price asks for the address, whether the button says so or not.</param>
internal sealed record PaymentButton(
    string Payload, string MerchantName, Money Total, IReadOnlyList<PriceLine> Lines, IReadOnlyList<string> RequestedUserInfo, bool IsTest, bool IsFlexible = false)
{
    private const int LinesMax = 100;
    private const int LabelMax = 200;
    private static readonly string[] userInfo = ["shipping_address", "contact_name", "contact_phone", "contact_email"];

    /// <summary>Finds the button and reads it.</summary>
    /// <param name="body">Of the event (docs/protocol/http.md): <c>attachments</c> as the bot sent them.</param>
    /// <param name="element">Index in a carousel or list; null for a template's own buttons.</param>
    /// <exception cref="ProblemException">404 <c>button_not_found</c>; 422 <c>button_invalid</c>, <c>amount_out_of_range</c>.</exception>
    public static PaymentButton Read(JsonElement body, int? element, int button, long amountMinorMax)
    {
        var found = Find(body, element, button);
        if (found is not { } json || Text(json, "type") != "payment")
        {
            throw new ProblemException(Problem.NotFound("button_not_found", "payment button"));
        }

        if (Member(json, "payment_summary") is not { ValueKind: JsonValueKind.Object } summary)
        {
            throw Invalid("payment_summary", "is missing");
        }

        var payload = Text(json, "payload") is { Length: > 0 and <= 1000 } written ? written : throw Invalid("payload", "has 1 to 1,000 characters");
        var currency = Currency.TryOf(Text(summary, "currency"), out var known) ? known : throw Invalid("currency", "is an ISO 4217 code of three capital letters");
        var merchant = Text(summary, "merchant_name") is { Length: > 0 and <= 200 } name ? name : throw Invalid("merchant_name", "has 1 to 200 characters");
        var isFlexible = Text(summary, "payment_type") switch
        {
            "FIXED_AMOUNT" => false,
            "FLEXIBLE_AMOUNT" => true,
            _ => throw Invalid("payment_type", "is FIXED_AMOUNT or FLEXIBLE_AMOUNT"),
        };

        var lines = ReadLines(summary, currency);
        var total = Sum(lines, currency);
        if (total.AmountMinor < 1 || total.AmountMinor > amountMinorMax)
        {
            throw new ProblemException(new(422, "amount_out_of_range", "Pay", $"The price is {total}; it can be from {new Money(1, currency)} to {new Money(amountMinorMax, currency)}.",
                "The business can ask for it in parts."));
        }

        var isTest = Member(summary, "is_test_payment") switch
        {
            null or { ValueKind: JsonValueKind.False or JsonValueKind.Null } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => throw Invalid("is_test_payment", "is true or false"),
        };
        var requested = ReadRequestedUserInfo(summary);
        return new(payload, merchant, total, lines, isFlexible ? [.. requested.Union(["shipping_address"])] : requested, isTest, isFlexible);
    }

    private static JsonElement? Find(JsonElement body, int? element, int button)
    {
        if (Member(body, "attachments") is not { ValueKind: JsonValueKind.Array } attachments)
        {
            return null;
        }

        foreach (var attachment in attachments.EnumerateArray())
        {
            if (Text(attachment, "type") == "template" && Member(attachment, "payload") is { ValueKind: JsonValueKind.Object } template)
            {
                var holder = element is { } index ? At(Member(template, "elements"), index) : template;
                return holder is { } found ? At(Member(found, "buttons"), button) : null;
            }
        }

        return null;
    }

    private static List<PriceLine> ReadLines(JsonElement summary, Currency currency)
    {
        if (Member(summary, "price_list") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > LinesMax)
        {
            throw Invalid("price_list", $"has 1 to {LinesMax} lines");
        }

        var lines = new List<PriceLine>(list.GetArrayLength());
        foreach (var line in list.EnumerateArray())
        {
            var label = Text(line, "label") is { Length: > 0 and <= LabelMax } written ? written : throw Invalid($"price_list[{lines.Count}].label", $"has 1 to {LabelMax} characters");
            lines.Add(Money.TryParseDecimal(Text(line, "amount"), currency, out var amount)
                ? new(label, amount.AmountMinor)
                : throw Invalid($"price_list[{lines.Count}].amount", $"is a decimal string with at most {currency.Digits} digits after the point, as \"29.99\""));
        }

        return lines;
    }

    private static Money Sum(List<PriceLine> lines, Currency currency)
    {
        try
        {
            return lines.Aggregate(Money.Zero(currency), (sum, line) => sum + new Money(line.AmountMinor, currency));
        }
        catch (OverflowException)
        {
            throw Invalid("price_list", "sums to more than can be reckoned");
        }
    }

    private static List<string> ReadRequestedUserInfo(JsonElement summary)
    {
        if (Member(summary, "requested_user_info") is not { } asked || asked.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return asked.ValueKind == JsonValueKind.Array && asked.EnumerateArray().All(a => a.ValueKind == JsonValueKind.String && userInfo.Contains(a.GetString()))
            ? [.. asked.EnumerateArray().Select(a => a.GetString()!).Distinct()] // Strings, as was just seen.
            : throw Invalid("requested_user_info", $"lists any of {string.Join(", ", userInfo)}");
    }

    private static ProblemException Invalid(string member, string rule) =>
        new(new(422, "button_invalid", "Pay", $"This button cannot be paid: its {member} does not hold to the rule that it {rule}.", "The business has to send a correct one."));

    private static JsonElement? At(JsonElement? array, int index) =>
        array is { ValueKind: JsonValueKind.Array } list && index >= 0 && index < list.GetArrayLength() ? list[index] : null;

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

internal sealed record PriceLine(string Label, long AmountMinor);
