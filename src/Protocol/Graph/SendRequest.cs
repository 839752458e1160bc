namespace Stoa.Protocol.Graph;

/// <summary>A request of the Send API (messenger-platform §1), read and checked.</summary>
/// <param name="Message">Exactly one of this and <paramref name="Action"/> is set.</param>
/// <param name="Type"><c>RESPONSE</c> when the request does not say.</param>
public sealed record SendRequest(Recipient Recipient, OutgoingMessage? Message, SenderAction? Action, string Type, string? Tag)
{
    /// <summary>Every tag that the platform has had. What each allows is the server's policy.</summary>
    public static IReadOnlyList<(string Tag, string Description)> Tags { get; } =
    [
        ("ACCOUNT_UPDATE", "A change of the person's account or application."),
        ("APPLICATION_UPDATE", "The state of an application of the person."),
        ("APPOINTMENT_UPDATE", "A change of an appointment."),
        ("COMMUNITY_ALERT", "An emergency or alert where the person is."),
        ("CONFIRMED_EVENT_REMINDER", "A reminder of an event that the person has registered for."),
        ("CONFIRMED_EVENT_UPDATE", "A reminder or change of an event that the person has registered for."),
        ("CUSTOMER_FEEDBACK", "A survey after a conversation or a purchase, within 7 days."),
        ("FEATURE_FUNCTIONALITY_UPDATE", "New features of the bot."),
        ("GAME_EVENT", "What happens in a game that the person plays."),
        ("HUMAN_AGENT", "An answer by a human, within 7 days."),
        ("ISSUE_RESOLUTION", "The answer to an issue that the person has raised."),
        ("NON_PROMOTIONAL_SUBSCRIPTION", "News, productivity or tracking that the person has subscribed to."),
        ("PAIRING_UPDATE", "A match for what the person looks for."),
        ("PAYMENT_UPDATE", "The state of a payment."),
        ("PERSONAL_FINANCE_UPDATE", "The person's financial affairs."),
        ("POST_PURCHASE_UPDATE", "The state of what the person has bought."),
        ("RESERVATION_UPDATE", "A change of a reservation."),
        ("SHIPPING_UPDATE", "The state of a delivery."),
        ("TICKET_UPDATE", "A change of what the person has a ticket for."),
        ("TRANSPORTATION_UPDATE", "A change of a journey."),
    ];

    /// <summary>Shown under this persona; null for the page itself.</summary>
    public string? PersonaId { get; init; }

    /// <summary>Hand the thread over after this message.</summary>
    public ThreadControl? Control { get; init; }

    /// <summary>Of the sender actions <c>react</c> and <c>unreact</c>.</summary>
    public Reaction? Reaction { get; init; }

    /// <exception cref="GraphException">By precedence: recipient, what to send, how to send it, then the message from the outside in.</exception>
    /// <param name="hasFile">A file came with the request: an attachment needs no address then.</param>
    public static SendRequest Read(GraphValue request, bool hasFile = false)
    {
        var recipient = Recipient.Read(request["recipient"].Required());
        if (request["message"].Exists && request["sender_action"].Exists)
        {
            throw request["sender_action"].Wrong("Must send either message or state, not both", 2018014);
        }

        if (!request["message"].Exists && !request["sender_action"].Exists)
        {
            throw request["message"].Wrong("Must send either message or state", 2018015);
        }

        var action = request["sender_action"].OneOf("typing_on", "typing_off", "mark_seen", "react", "unreact") switch
        {
            "typing_on" => SenderAction.TypingOn,
            "typing_off" => SenderAction.TypingOff,
            "mark_seen" => SenderAction.MarkSeen,
            "react" => SenderAction.React,
            "unreact" => SenderAction.Unreact,
            _ => (SenderAction?)null,
        };
        var persona = ReadPersona(request["persona_id"]);
        if (action is not null)
        {
            // Clients add messaging_type and notification_type here too; they mean nothing then.
            return new(recipient, null, action, "RESPONSE", null)
            {
                PersonaId = persona,
                Reaction = action is SenderAction.React or SenderAction.Unreact ? Graph.Reaction.Read(request["payload"], action == SenderAction.React) : null,
            };
        }

        var type = request["messaging_type"].OneOf("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY", "NON_PROMOTIONAL_SUBSCRIPTION") ?? "RESPONSE";
        var tag = ReadTag(request["tag"]);
        if (type == "MESSAGE_TAG" && tag is null)
        {
            throw request["tag"].Wrong("The parameter tag is required");
        }

        var notify = request["notification_type"].OneOf("REGULAR", "SILENT_PUSH", "NO_PUSH") ?? "REGULAR";
        return new(recipient, OutgoingMessage.Read(request["message"], request["reply_to"], hasFile) with { Notification = notify }, null, type, tag)
        {
            PersonaId = persona,
            Control = ThreadControl.Read(request["thread_control"]),
        };
    }

    /// <summary>A tag in any case.</summary>
    /// <exception cref="GraphException">No tag that there has ever been.</exception>
    public static string? ReadTag(GraphValue value)
    {
        var tag = value.TextOrNull(100);
        return tag is null ? null : Tags.FirstOrDefault(t => t.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase)).Tag ?? throw value.Wrong("Invalid tag.");
    }

    private static string? ReadPersona(GraphValue value) => value.TextOrNumber(40) is { Length: > 0 } id ? id : null;
}

/// <summary>A sign instead of a message.</summary>
public enum SenderAction
{
    TypingOn,
    TypingOff,
    MarkSeen,
    React,
    Unreact,
}

/// <summary>A reaction by the page (messenger-platform §1.5).</summary>
/// <param name="Emoji">Null to take it back.</param>
public sealed record Reaction(string MessageId, string? Emoji)
{
    internal static Reaction Read(GraphValue payload, bool isGiven) => new(
        payload.Members()["message_id"].Text(200),
        !isGiven ? null : payload["reaction"].Text(32) switch
        {
            var name when ReactionNames.EmojiOf(name) is { } emoji => emoji,
            var emoji when emoji[0] > 127 => emoji,
            _ => throw payload["reaction"].Wrong($"Param {payload["reaction"].Path} must be one of {{{string.Join(", ", ReactionNames.All)}}} or an emoji."),
        });
}

/// <summary>The dialect's names of reactions (messenger-platform §3.17).</summary>
public static class ReactionNames
{
    private static readonly (string Name, string Emoji)[] names =
        [("like", "👍"), ("dislike", "👎"), ("love", "❤️"), ("sad", "😢"), ("wow", "😮"), ("smile", "😆"), ("angry", "😠")];

    public static IEnumerable<string> All => names.Select(n => n.Name);

    public static string? EmojiOf(string name) => names.FirstOrDefault(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Emoji;

    /// <returns><c>other</c> for an emoji without a name.</returns>
    public static string NameOf(string emoji) => emoji switch
    {
        "😂" or "😀" => "smile",
        "😡" => "angry",
        _ => names.FirstOrDefault(n => n.Emoji == emoji).Name ?? "other",
    };
}

/// <summary>Send and hand over in one call.</summary>
/// <param name="TargetApp">Null: release.</param>
public sealed record ThreadControl(string? TargetApp)
{
    internal static ThreadControl? Read(GraphValue value) =>
        !value.Exists ? null
        : value.Members()["control_type"].Required().OneOf("pass", "release") == "release" ? new(TargetApp: null)
        : new(value["app_id"].TextOrNumber(40) is { Length: > 0 } app ? app : throw value["app_id"].Wrong($"The parameter {value["app_id"].Path} is required"));
}
