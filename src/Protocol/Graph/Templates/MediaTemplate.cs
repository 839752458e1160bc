namespace Stoa.Protocol.Graph.Templates;

/// <summary>One picture or video with buttons under it (messenger-platform §2.5).</summary>
/// <param name="Element">Where it stands, for complaints.</param>
/// <param name="MediaType"><c>image</c> or <c>video</c>.</param>
/// <param name="AttachmentId">Exactly one of this and <paramref name="Url"/> is set.</param>
public sealed record MediaTemplate(GraphValue Element, string MediaType, string? AttachmentId, string? Url, IReadOnlyList<Button> Buttons, bool Sharable) : Template
{
    public override bool IsTransactional => false;

    public override IEnumerable<Button> AllButtons => Buttons;

    internal static MediaTemplate ReadMedia(GraphValue value)
    {
        var element = value["elements"].List(1, 1)[0];
        var type = element.Members()["media_type"].Required() is var kind && kind.TextOrNull(100)?.ToLowerInvariant() is "image" or "video"
            ? kind.TextOrNull(100)!.ToLowerInvariant() // The pattern has just matched a text.
            : throw kind.Wrong("Param media_type must be image or video.", 2018182);
        var id = element["attachment_id"].TextOrNumber(40);
        if ((id is { Length: > 0 }) == element["url"].Exists)
        {
            throw element.Wrong("Exactly one of url and attachment_id is required.", 2018187);
        }

        return new(element, type, id is { Length: > 0 } ? id : null, element["url"].UrlOrNull(), Button.ReadList(element["buttons"], 0, 3), value["sharable"].Flag());
    }
}

/// <summary>A page of the web that speaks for itself by its open graph tags (messenger-platform §2.4).</summary>
public sealed record OpenGraphTemplate(string Url, IReadOnlyList<Button> Buttons, bool Sharable) : Template
{
    public override bool IsTransactional => false;

    public override IEnumerable<Button> AllButtons => Buttons;

    internal static OpenGraphTemplate ReadOpenGraph(GraphValue value)
    {
        var element = value["elements"].List(1, 1)[0].Members();
        return new(element["url"].Url(), Button.ReadList(element["buttons"], 0, 3), value["sharable"].Flag());
    }
}

/// <summary>Things of the page's catalogue, by their ids (messenger-platform §2.8).</summary>
public sealed record ProductTemplate(IReadOnlyList<GraphValue> Products) : Template
{
    public override bool IsTransactional => false;

    internal static ProductTemplate ReadProduct(GraphValue value)
    {
        var products = value["elements"].List(1, 10).Select(e => e.Members()["id"]).ToArray();
        foreach (var id in products)
        {
            _ = id.TextOrNumber(100) is { Length: > 0 } ? id : throw id.Wrong($"The parameter {id.Path} is required");
        }

        return new(products);
    }
}
