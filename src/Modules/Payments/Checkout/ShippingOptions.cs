using System.Text.Json;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Checkout;

/// <summary>A way of sending that a merchant offers, with what it adds to the price.</summary>
internal sealed record ShippingOption(string Id, string Title, IReadOnlyList<PriceLine> Lines)
{
    public long AmountMinor => Lines.Sum(line => line.AmountMinor);
}

/// <summary>Reads a bot's answer to a <c>checkout_update</c>. Pure. Strict where money is concerned: one unreadable price spoils the whole answer.</summary>
internal static class ShippingOptions
{
    public const int OptionsMax = 20;
    private const int LinesMax = 50;
    private const int TextMax = 200;

    /// <param name="goods">The sum of the button's own price list.</param>
    /// <returns>Null when the answer cannot be used; empty: nothing is sent to this address.</returns>
    public static IReadOnlyList<ShippingOption>? Read(string json, Money goods, long amountMinorMax)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("shipping", out var list)
                || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > OptionsMax)
            {
                return null;
            }

            var options = new List<ShippingOption>();
            foreach (var json_ in list.EnumerateArray())
            {
                if (ReadOption(json_, goods.Currency) is not { } option || options.Any(o => o.Id == option.Id) || checked(goods.AmountMinor + option.AmountMinor) > amountMinorMax)
                {
                    return null;
                }

                options.Add(option);
            }

            return options;
        }
        catch (Exception exception) when (exception is JsonException or OverflowException)
        {
            return null;
        }
    }

    private static ShippingOption? ReadOption(JsonElement option, Currency currency)
    {
        if (option.ValueKind != JsonValueKind.Object || Text(option, "option_id") is not { } id || Text(option, "option_title") is not { } title)
        {
            return null;
        }

        // Without a list sending costs nothing.
        if (!option.TryGetProperty("price_list", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return new(id, title, []);
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > LinesMax)
        {
            return null;
        }

        var lines = new List<PriceLine>(list.GetArrayLength());
        foreach (var line in list.EnumerateArray())
        {
            if (line.ValueKind != JsonValueKind.Object || Text(line, "label") is not { } label || !line.TryGetProperty("amount", out var amount)
                || amount.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)
                || !Money.TryParseDecimal(amount.ValueKind == JsonValueKind.String ? amount.GetString() : amount.GetRawText(), currency, out var money))
            {
                return null;
            }

            lines.Add(new(label, money.AmountMinor));
        }

        return new(id, title, lines);
    }

    /// <summary>Ids come as strings, and from careless bots as numbers.</summary>
    private static string? Text(JsonElement json, string member) => json.TryGetProperty(member, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String when value.GetString() is { Length: > 0 and <= TextMax } text => text,
            JsonValueKind.Number when member == "option_id" => value.GetRawText(),
            _ => null,
        }
        : null;
}
