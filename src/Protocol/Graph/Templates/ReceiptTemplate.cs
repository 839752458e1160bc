namespace Stoa.Protocol.Graph.Templates;

/// <summary>What was bought and what it cost. Amounts stay the decimal texts that were sent: they are shown, never reckoned with.</summary>
public sealed record ReceiptTemplate(string RecipientName, string OrderNumber, string Currency, string PaymentMethod, string TotalCost, int ElementCount) : Template
{
    internal static ReceiptTemplate ReadReceipt(GraphValue value)
    {
        var currency = value["currency"].Text(3);
        if (!Kernel.Currency.TryOf(currency.ToUpperInvariant(), out _))
        {
            throw value["currency"].Wrong("Param name_placeholder[currency] must be an ISO 4217 currency code.");
        }

        _ = value["merchant_name"].TextOrNull(ShownTextMax);
        _ = value["order_url"].UrlOrNull();
        _ = value["timestamp"].TextOrNumber(20);
        var elements = value["elements"].ListOrNone(100);
        foreach (var element in elements)
        {
            CheckElement(element);
        }

        CheckAddress(value["address"]);
        var summary = value["summary"].Members();
        foreach (var name in (ReadOnlySpan<string>)["subtotal", "shipping_cost", "total_tax"])
        {
            _ = summary[name].AmountOrNull();
        }

        foreach (var adjustment in value["adjustments"].ListOrNone(50))
        {
            _ = adjustment["name"].Text(ShownTextMax);
            _ = adjustment["amount"].Amount();
        }

        return new(
            value["recipient_name"].Text(ShownTextMax), value["order_number"].TextOrNumber(200) is { Length: > 0 } number ? number : throw value["order_number"].Wrong("The parameter name_placeholder[order_number] is required"),
            currency, value["payment_method"].Text(ShownTextMax), summary["total_cost"].Amount(), elements.Count);
    }

    private static void CheckElement(GraphValue element)
    {
        _ = element["title"].Text(ShownTextMax);
        _ = element["price"].Amount();
        _ = element["quantity"].AmountOrNull();
        _ = element["subtitle"].TextOrNull(ShownTextMax);
        _ = element["currency"].TextOrNull(3);
        _ = element["image_url"].UrlOrNull();
    }

    private static void CheckAddress(GraphValue address)
    {
        if (!address.Exists)
        {
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["street_1", "city", "postal_code", "state", "country"])
        {
            _ = address[name].Text(200);
        }

        _ = address["street_2"].TextOrNull(200);
    }
}
