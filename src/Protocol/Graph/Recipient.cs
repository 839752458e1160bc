namespace Stoa.Protocol.Graph;

/// <summary>How a send names whom it is for (messenger-platform §1.2).</summary>
public enum RecipientKind
{
    /// <summary>A page-scoped id.</summary>
    Id,

    /// <summary>Of the checkbox plugin.</summary>
    UserRef,

    /// <summary>Customer matching.</summary>
    PhoneNumber,

    /// <summary>A comment on a post of the page: a private reply.</summary>
    Comment,

    /// <summary>A visitor's post on the page: a private reply.</summary>
    Post,

    /// <summary>One message, promised by one tap on <c>one_time_notif_req</c>.</summary>
    OneTimeToken,

    /// <summary>A subscription of the person, made with <c>notification_messages</c>.</summary>
    NotificationToken,

    /// <summary>The id of a conversation, <c>t_…</c>.</summary>
    ThreadKey,
}

/// <param name="Value">As it was sent; a page-scoped id has digits only, a phone number is <c>+</c> and digits.</param>
public sealed record Recipient(RecipientKind Kind, string Value)
{
    private const int ReferenceMax = 400;

    private static readonly (string Member, RecipientKind Kind)[] forms =
    [
        ("id", RecipientKind.Id), ("user_ref", RecipientKind.UserRef), ("phone_number", RecipientKind.PhoneNumber), ("comment_id", RecipientKind.Comment),
        ("post_id", RecipientKind.Post), ("one_time_notif_token", RecipientKind.OneTimeToken), ("notification_messages_token", RecipientKind.NotificationToken),
        ("thread_key", RecipientKind.ThreadKey),
    ];

    /// <summary>The answer to a send names the person only where the caller did (messenger-platform §1.3).</summary>
    public bool AnswersWithPerson => Kind is not (RecipientKind.UserRef or RecipientKind.PhoneNumber);

    /// <exception cref="GraphException">None of the forms, several of them, or one that cannot be read.</exception>
    public static Recipient Read(GraphValue value)
    {
        value.Members();
        Recipient? found = null;
        foreach (var (member, kind) in forms)
        {
            if (!value[member].Exists)
            {
                continue;
            }

            if (found is not null)
            {
                throw value.Wrong($"Param recipient must name its recipient once - got {forms.First(f => f.Kind == found.Kind).Member} and {member}.");
            }

            found = new(kind, ReadOne(kind, value[member], value));
        }

        return found ?? throw value["id"].Wrong("The parameter recipient[id] is required");
    }

    private static string ReadOne(RecipientKind kind, GraphValue value, GraphValue recipient)
    {
        var text = value.TextOrNumber(ReferenceMax);
        if (kind == RecipientKind.Id)
        {
            return !string.IsNullOrEmpty(text) && text.Length <= 40 && !text.AsSpan().ContainsAnyExceptInRange('0', '9')
                ? text
                : throw value.Wrong("Param recipient[id] must be a valid ID string (e.g., \"123\")");
        }

        if (string.IsNullOrEmpty(text))
        {
            throw value.Wrong($"param {value.Path} must be non-empty.");
        }

        if (kind != RecipientKind.PhoneNumber)
        {
            return text;
        }

        _ = recipient["name"]["first_name"].TextOrNull(200);
        _ = recipient["name"]["last_name"].TextOrNull(200);
        return PhoneNumbers.Clean(text) ?? throw value.Wrong("Param recipient[phone_number] must be a phone number as +1(212)555-2368.");
    }
}

/// <summary>Phone numbers as people write them.</summary>
public static class PhoneNumbers
{
    /// <returns><c>+</c> and 7 to 15 digits; null for what is no number with a country code.</returns>
    public static string? Clean(string text)
    {
        var number = string.Concat(text.Where(c => c is '+' or (>= '0' and <= '9')));
        return number.Length is >= 8 and <= 16 && number[0] == '+' && number.LastIndexOf('+') == 0 && text.All(c => char.IsAsciiDigit(c) || c is '+' or ' ' or '-' or '(' or ')' or '.')
            ? number
            : null;
    }
}
