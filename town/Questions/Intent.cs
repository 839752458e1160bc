using System.Text.RegularExpressions;
using Stoa.Town.Geography;

namespace Stoa.Town.Questions;

internal enum Intent
{
    None,
    Greeting,
    HowAreYou,
    WhoAreYou,
    Thanks,
    Goodbye,
    Praise,
    Help,
    Person,
    Trips,
    CheckIn,
    BoardingPass,
    Bags,
    Refund,
    Cancel,
    Restart,
    Book,
    Earlier,
    Later,
    OtherDay,
    Cheapest,
}

/// <summary>Small talk and commands, told apart from journeys and names. English, with the greetings of five languages.</summary>
internal static partial class Intents
{
    /// <summary>In order of precedence: the first that fits is meant.</summary>
    private static readonly (Regex Pattern, Intent Intent)[] All =
    [
        (PersonWords(), Intent.Person),
        (HelpWords(), Intent.Help),
        (RefundWords(), Intent.Refund),
        (RestartWords(), Intent.Restart),
        (CancelWords(), Intent.Cancel),
        (PassWords(), Intent.BoardingPass),
        (CheckInWords(), Intent.CheckIn),
        (TripWords(), Intent.Trips),
        (BagWords(), Intent.Bags),
        (HowAreYouWords(), Intent.HowAreYou),
        (WhoWords(), Intent.WhoAreYou),
        (EarlierWords(), Intent.Earlier),
        (LaterWords(), Intent.Later),
        (OtherDayWords(), Intent.OtherDay),
        (CheapestWords(), Intent.Cheapest),
        (BookWords(), Intent.Book),
        (ThanksWords(), Intent.Thanks),
        (GoodbyeWords(), Intent.Goodbye),
        (PraiseWords(), Intent.Praise),
        (GreetingWords(), Intent.Greeting),
    ];

    public static Intent Of(string text)
    {
        var words = Folding.Words(text);
        if (words.Length == 0) return text.Any(c => !char.IsWhiteSpace(c)) ? Intent.Praise : Intent.None;
        foreach (var (pattern, intent) in All)
        {
            if (pattern.IsMatch(words)) return intent;
        }
        return Intent.None;
    }

    [GeneratedRegex(@"\b(?:talk|speak|chat|connect me)\s+(?:to|with)\s+(?:a\s+|an\s+|the\s+|some)?(?:person|human|agent|someone|somebody|people|staff|one|representative|operator)\b|^(?:a\s+)?(?:human|agent|person|operator|representative|real person)$|\b(?:human|real person|live agent|customer service)\b")]
    private static partial Regex PersonWords();

    [GeneratedRegex(@"^(?:help|help me|menu|options|info|aide|pomoc|commands|start|\?+)$|\bwhat (?:can|do) you do\b|\bhow does (?:it|this) work\b|\bhow (?:do|can) i (?:book|use|start|pay|search)\b|\bcan you help\b|^(?:i need help|please help|help please)$")]
    private static partial Regex HelpWords();

    [GeneratedRegex(@"\brefund|\bmoney back\b|\b(?:change|rebook|move) my (?:flight|booking|ticket|trip)\b|\bcancel my (?:ticket|flight|booking|trip)\b")]
    private static partial Regex RefundWords();

    [GeneratedRegex(@"^(?:start over|start again|restart|reset|begin again|new search|from the (?:start|beginning)|another (?:flight|route|trip)|change route|other route)$")]
    private static partial Regex RestartWords();

    [GeneratedRegex(@"^(?:please )?(?:cancel|stop|abort|forget it|forget that|never mind|nevermind|no thanks|no thank you|nothing|quit|exit|leave it|undo|back|go back|no)(?: (?:it|that|this|please|search|everything|the search))*$")]
    private static partial Regex CancelWords();

    [GeneratedRegex(@"\bboarding ?(?:pass|card)(?:es)?\b|^(?:my )?(?:pass|qr|qr code|barcode)$")]
    private static partial Regex PassWords();

    [GeneratedRegex(@"\bcheck(?:ing)? ?(?:me )?in\b|\bcheckin\b")]
    private static partial Regex CheckInWords();

    [GeneratedRegex(@"\b(?:my|show|list|see)(?: my| all| all my)? (?:trips?|bookings?|reservations?|tickets?|flights?|journeys?|itinerary|itineraries|receipts?)\b$|^(?:trips|bookings|my trips|itinerary|receipt|where am i flying)$|\bmy (?:trips?|bookings?|reservations?|itinerary|receipt)\b")]
    private static partial Regex TripWords();

    [GeneratedRegex(@"\b(?:bags?|baggage|luggage|suitcases?|carry ?on|hand ?luggage)\b")]
    private static partial Regex BagWords();

    [GeneratedRegex(@"\bhow (?:are|r) (?:you|u|things)\b|\bhows it going\b|\bwhats up\b|\bhow do you do\b|\bca va\b|\bjak sie masz\b")]
    private static partial Regex HowAreYouWords();

    [GeneratedRegex(@"\b(?:who|what) are you\b|\bare you (?:a |an )?(?:real|bot|robot|human|person|ai|machine|there)\b|\byour name\b|\bwho is this\b|\bhow old are you\b")]
    private static partial Regex WhoWords();

    [GeneratedRegex(@"^(?:any(?:thing)? |something |show |a |an )*(?:earlier|leave earlier|previous)(?: (?:one|flight|flights|please|ones))*$")]
    private static partial Regex EarlierWords();

    [GeneratedRegex(@"^(?:any(?:thing)? |something |show |a |an )*(?:later|leave later|more|next|others?)(?: (?:one|flight|flights|please|ones))*$")]
    private static partial Regex LaterWords();

    [GeneratedRegex(@"^(?:an ?other|other|different|change)(?: the)? (?:days?|dates?)$")]
    private static partial Regex OtherDayWords();

    [GeneratedRegex(@"^(?:the |show |show me |which is |whats )*(?:cheapest|lowest|cheaper)(?: (?:one|flight|please|price|fare))*$|\btoo expensive\b")]
    private static partial Regex CheapestWords();

    [GeneratedRegex(@"^(?:please |i want to |i would like to |id like to |can i |can you |lets |let me |i want |i need )*(?:book|buy|find|search|reserve|get|fly|travel|order)?(?: me)?(?: for)?(?: an?| another| some| the)? ?(?:flights?|tickets?|trip|seat|travel|fly|book|search)(?: please| again)*$")]
    private static partial Regex BookWords();

    [GeneratedRegex(@"\b(?:thanks?|thx|thank you|tysm|ty|cheers|merci|dziekuje|dzieki|toda|shukran|much appreciated|תודה|شكرا)\b")]
    private static partial Regex ThanksWords();

    [GeneratedRegex(@"^(?:good ?)?(?:bye|bye bye|goodbye|see you(?: later| soon)?|cu|ciao|au revoir|do widzenia|pa|lehitraot|good night|later alligator|have a (?:nice|good|great) (?:day|evening|night|one))$")]
    private static partial Regex GoodbyeWords();

    [GeneratedRegex(@"^(?:(?:very|so|that is|thats|its|how|oh|wow|really)\s+)*(?:ok|okay|k|kk|nice|cool|great|awesome|perfect|super|good|lovely|amazing|wow|yay|fine|alright|all right|sure|yes|yep|yeah|got it|haha+|lol|excellent|wonderful|brilliant|sounds good|well done|love it|i love it)(?: (?:one|job|work|bot))?$")]
    private static partial Regex PraiseWords();

    [GeneratedRegex(@"^(?:oh )?(?:hi+|hello+|hey+|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|salut|bonjour|bonsoir|coucou|czesc|hej|witam|dzien dobry|dobry wieczor|shalom|salam|salaam|salam alaikum|marhaba|ahlan|שלומ|היי|הי|بونجور|مرحبا|اهلا|السلام عليكم|سلام|kalimera|hola|ciao|hallo|guten tag)(?: (?:there|again|you|all|everyone|halcyon|halcyon air|bot|friend))*$")]
    private static partial Regex GreetingWords();
}
