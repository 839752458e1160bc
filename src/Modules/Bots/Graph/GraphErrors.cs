using Stoa.Bots.Sending;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>The errors that this server answers with beside wrong parameters (messenger-platform §6.2). One place, so that each has one text.</summary>
internal static class GraphErrors
{
    private const string PolicyPage = "https://developers.facebook.com/docs/messenger-platform/policy-overview";

    public static GraphError NoToken { get; } = new("An access token is required to request this resource.", "OAuthException", 190)
    {
        ErrorUserMsg = "Send the page access token as access_token in query, form or body, or as 'Authorization: Bearer'.",
    };

    public static GraphError BadToken { get; } = new("Invalid OAuth access token.", "OAuthException", 190);

    public static GraphError BadProof { get; } = new("(#100) Invalid appsecret_proof provided in the API argument", "GraphMethodException", 100)
    {
        ErrorUserMsg = "appsecret_proof is the lower-case hex of HMAC-SHA256 with the app secret as key over the access token of this very request.",
    };

    public static GraphError ProofRequired { get; } = new("(#100) API calls from the server require an appsecret_proof argument", "GraphMethodException", 100)
    {
        ErrorUserMsg = BadProof.ErrorUserMsg,
    };

    public static GraphError NoSuchPerson { get; } = GraphError.Parameter("No matching user found", 2018001, "recipient[id]");

    public static GraphError NoProfile { get; } = GraphError.Parameter("No profile available for this user.", 2018218);

    public static GraphError ControlledByAnother { get; } = new("(#10) Message failed to send because another app is controlling this thread now.", "OAuthException", 10)
    {
        ErrorSubcode = 2018300,
        ErrorUserMsg = "Wait for pass_thread_control, or ask for it with POST /me/request_thread_control.",
    };

    public static GraphError NoSuchTarget { get; } = GraphError.Parameter("Target app id is incorrect: control goes to the primary receiver, from there to every other, and to the page's inbox.", 2018164, "target_app_id");

    public static GraphError OnlyReceivers { get; } = GraphError.Parameter("Only the primary receiver, or a secondary one for what secondary ones may do, can call this.", 2018171);

    public static GraphError BadLinkingToken { get; } = new("(#10303) Invalid account_linking_token", "OAuthException", 10303);

    public static GraphError OutsideWindow { get; } =
        new($"(#10) This message is sent outside of allowed window. Learn more about the new policy here: {PolicyPage}", "OAuthException", 10)
        {
            ErrorSubcode = 2018278,
            ErrorUserMsg = "A business writes freely for 24 hours after the person's last act, once more if that act is still unanswered, and sends updates of a purchase while it lasts (tag or transactional template).",
        };

    /// <summary>The same, and why in this conversation: in <c>error_data</c> as one word.</summary>
    public static GraphError Outside(SendOutlook why) => OutsideWindow with
    {
        ErrorData = why.Why,
        ErrorUserMsg = why.Why switch
        {
            SendOutlook.Stopped => "The person has ended this: only an act of theirs lets the business write again.",
            SendOutlook.NeverWrote => "A business never writes first: the person has not acted yet.",
            _ => OutsideWindow.ErrorUserMsg,
        },
    };

    public static GraphError PersonNotAvailable { get; } = new("(#551) This person isn't available right now.", "OAuthException", 551) { ErrorSubcode = 1545041 };

    public static GraphError TooManyCalls { get; } = new("(#613) Calls to this api have exceeded the rate limit.", "OAuthException", 613) { IsTransient = true };

    public static GraphError TemporaryFailure { get; } =
        new("(#1200) Temporary send message failure. Please try again later.", "OAuthException", 1200) { ErrorSubcode = 2018024, IsTransient = true };

    public static GraphError Unexpected { get; } = new("(#-1) Send API unexpected internal error", "OAuthException", -1) { ErrorSubcode = 2018012 };

    public static GraphError MenuNeedsGetStarted { get; } =
        GraphError.Parameter("You must set a Get Started button if you also wish to use persistent menu", path: "persistent_menu");

    /// <summary>For what does not exist, is another's, or is not offered: all three alike.</summary>
    /// <param name="method">In lower case.</param>
    public static GraphError Unsupported(string method, string node) =>
        new($"Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions, or does not support this operation", "GraphMethodException", 100)
        {
            ErrorSubcode = 33,
        };

    public static GraphError CallbackRefused(string whatHappened, string fix) =>
        new($"(#2200) callback verification failed: {whatHappened}", "OAuthException", 2200) { ErrorUserMsg = fix };
}
