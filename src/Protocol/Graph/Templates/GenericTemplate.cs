namespace Stoa.Protocol.Graph.Templates;

/// <summary>A carousel of one to ten elements.</summary>
public sealed record GenericTemplate(IReadOnlyList<GenericElement> Elements, bool Square, bool Sharable) : Template
{
    public override bool IsTransactional => false;

    public override IEnumerable<Button> AllButtons => Elements.SelectMany(e => e.DefaultAction is { } action ? [.. e.Buttons, action] : e.Buttons);

    internal static GenericTemplate ReadGeneric(GraphValue value) => new(
        [.. value["elements"].List(1, 10).Select(element => GenericElement.Read(element))],
        value["image_aspect_ratio"].OneOf("horizontal", "square") == "square",
        value["sharable"].Flag());
}

/// <summary>One card: a title and at least one thing beside it.</summary>
public sealed record GenericElement(
    string Title, string? Subtitle, string? ImageUrl, WebUrlButton? DefaultAction, FlightOffer? FlightOffer, IReadOnlyList<Button> Buttons)
{
    internal static GenericElement Read(GraphValue value) => Read(value, buttonsMost: 3);

    internal static GenericElement Read(GraphValue value, int buttonsMost)
    {
        var title = value.Members()["title"].Text(Template.ShownTextMax);
        if (value["item_url"].Exists && value["default_action"].Exists)
        {
            throw value["item_url"].Wrong("Use either item_url or default_action, not both.");
        }

        var element = new GenericElement(
            title, value["subtitle"].TextOrNull(Template.ShownTextMax), value["image_url"].UrlOrNull(), ReadAction(value), FlightOffer.Read(value["flight_offer"]),
            Button.ReadList(value["buttons"], 0, buttonsMost));
        return element is { Subtitle: null or "", ImageUrl: null, DefaultAction: null, FlightOffer: null, Buttons: [] }
            ? throw value.Wrong("Element must have at least one property besides title.")
            : element;
    }

    private static WebUrlButton? ReadAction(GraphValue value)
    {
        if (value["item_url"].UrlOrNull() is { } url)
        {
            return new WebUrlButton(null, url, "full", false, null);
        }

        var action = value["default_action"];
        if (!action.Exists)
        {
            return null;
        }

        _ = action["type"].Required().OneOf("web_url");
        return WebUrlButton.Read(action, null);
    }
}

/// <summary>A text with one to three buttons.</summary>
public sealed record ButtonTemplate(string Text, IReadOnlyList<Button> Buttons, bool Sharable) : Template
{
    public override bool IsTransactional => false;

    public override IEnumerable<Button> AllButtons => Buttons;

    internal static ButtonTemplate ReadButton(GraphValue value) =>
        new(value["text"].Text(640), Button.ReadList(value["buttons"], 1, 3, canShare: false), value["sharable"].Flag());
}
