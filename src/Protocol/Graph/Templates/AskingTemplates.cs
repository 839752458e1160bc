using System.Globalization;

namespace Stoa.Protocol.Graph.Templates;

/// <summary>One question on a scale (messenger-platform §2.10).</summary>
/// <param name="QuestionType"><c>csat</c>, <c>nps</c> or <c>ces</c>.</param>
/// <param name="ScoreFrom">The lowest answer; <paramref name="ScoreTo"/> the highest.</param>
/// <param name="FollowUp">Whether a free text is asked for as well.</param>
public sealed record FeedbackTemplate(string Title, string QuestionId, string QuestionType, int ScoreFrom, int ScoreTo, bool FollowUp, int ExpiresInDays) : Template
{
    public const int AnswerMax = 400;

    public override bool IsTransactional => false;

    internal static FeedbackTemplate ReadFeedback(GraphValue value)
    {
        var title = value["title"].Text(65);
        _ = value["subtitle"].TextOrNull(ShownTextMax);
        _ = value["button_title"].TextOrNull(Button.TitleMax);
        var question = value["feedback_screens"].List(1, 1)[0].Members()["questions"].List(1, 1)[0].Members();
        var id = question["id"].Text(80);
        if (id.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
        {
            throw question["id"].Wrong($"Param {question["id"].Path} takes letters, digits and _.");
        }

        var type = question["type"].Required().OneOf("csat", "nps", "ces")!; // Required just said that it is there.
        if (question["title"].TextOrNull(85) is { } asked && GraphValue.CountCharacters(asked) < 5)
        {
            throw question["title"].Wrong($"Length of param {question["title"].Path} must be from 5 to 85");
        }

        _ = question["score_label"].OneOf("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none");
        var (from, to) = type switch
        {
            "nps" => (0, 10),
            "ces" => (1, 7),
            _ => (1, 5),
        };
        _ = type switch
        {
            "nps" => question["score_option"].OneOf("zero_to_ten"),
            "ces" => question["score_option"].OneOf("one_to_seven"),
            _ => question["score_option"].OneOf("one_to_five", "five_stars", "five_emojis"),
        };
        var followUp = question["follow_up"];
        if (followUp.Exists)
        {
            _ = followUp.Members()["type"].Required().OneOf("free_form");
            _ = followUp["placeholder"].TextOrNull(65);
        }

        return new(title, id, type, from, to, followUp.Exists, Asking.ReadDays(value));
    }
}

/// <summary>Asks for name, mail address, phone and address on one screen (messenger-platform §2.11).</summary>
public sealed record InformationTemplate(IReadOnlyList<string> Countries, int ExpiresInDays) : Template
{
    public override bool IsTransactional => false;

    internal static InformationTemplate ReadInformation(GraphValue value)
    {
        _ = value["title"].TextOrNull(ShownTextMax);
        _ = value["subtitle"].TextOrNull(ShownTextMax);
        _ = value["button_title"].TextOrNull(Button.TitleMax);
        return new([.. value["countries"].List(1, 250).Select(c => c.Text(2))], Asking.ReadDays(value));
    }
}

/// <summary>"Notify me": the tap allows one message later (messenger-platform §2.12).</summary>
public sealed record OneTimeNotificationTemplate(string Title, string Payload) : Template
{
    public override bool IsTransactional => false;

    internal static OneTimeNotificationTemplate ReadRequest(GraphValue value) => new(value["title"].Text(65), Button.ReadPayload(value));
}

/// <summary>Asks whether the business may write regularly (messenger-platform §2.13).</summary>
/// <param name="Frequency"><c>DAILY</c>, <c>WEEKLY</c>, <c>MONTHLY</c>, or null.</param>
public sealed record NotificationMessagesTemplate(string? Title, string Payload, string? Frequency, string? Timezone, string? ImageUrl) : Template
{
    public override bool IsTransactional => false;

    internal static NotificationMessagesTemplate ReadOptIn(GraphValue value)
    {
        var title = value["title"].TextOrNull(65);
        _ = value["image_aspect_ratio"].OneOf("HORIZONTAL", "SQUARE");
        _ = value["notification_messages_reoptin"].OneOf("ENABLED", "DISABLED");
        // The list of the words on the button is not known to be whole: any word passes.
        _ = value["notification_messages_cta_text"].TextOrNull(100);
        return new(
            title, Button.ReadPayload(value), value["notification_messages_frequency"].OneOf("DAILY", "WEEKLY", "MONTHLY"), value["notification_messages_timezone"].TextOrNull(100),
            value["image_url"].UrlOrNull());
    }
}

internal static class Asking
{
    /// <summary>For how long an answer is taken: 1 to 7 days, 1 when it does not say; and the privacy page that must be named.</summary>
    public static int ReadDays(GraphValue value)
    {
        _ = value["business_privacy"].Members()["url"].Url();
        return !value["expires_in_days"].Exists ? 1
            : int.TryParse(value["expires_in_days"].TextOrNumber(4), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 7 ? days
            : throw value["expires_in_days"].Wrong("Param expires_in_days must be a whole number from 1 to 7.");
    }
}
