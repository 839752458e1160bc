namespace Stoa.Protocol.Graph.Templates;

/// <summary>Two to four elements below each other, with one button for all (messenger-platform §2.3; withdrawn there in 2019, kept here).</summary>
public sealed record ListTemplate(IReadOnlyList<GenericElement> Elements, bool Compact, IReadOnlyList<Button> Buttons, bool Sharable) : Template
{
    public override bool IsTransactional => false;

    public override IEnumerable<Button> AllButtons =>
        [.. Buttons, .. Elements.SelectMany(e => e.DefaultAction is { } action ? [.. e.Buttons, action] : e.Buttons)];

    internal static ListTemplate ReadList(GraphValue value)
    {
        var compact = value["top_element_style"].OneOf("large", "compact") == "compact";
        var items = value["elements"].List(2, 4);
        if (!compact && !items[0]["image_url"].Exists)
        {
            throw items[0]["image_url"].Wrong("The first element of a list is its cover and needs an image_url; top_element_style compact needs none.");
        }

        return new([.. items.Select(ReadElement)], compact, Button.ReadList(value["buttons"], 0, 1), value["sharable"].Flag());
    }

    // Other than in a carousel a title alone is an element.
    private static GenericElement ReadElement(GraphValue value) =>
        value.Members() is var element && (element["subtitle"].Exists || element["image_url"].Exists || element["buttons"].Exists || element["default_action"].Exists || element["item_url"].Exists)
            ? GenericElement.Read(element, buttonsMost: 1)
            : new(element["title"].Text(ShownTextMax), null, null, null, null, []);
}
