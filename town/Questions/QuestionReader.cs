using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using Stoa.Town.Geography;

namespace Stoa.Town.Questions;

/// <summary>
/// Reads "Warsaw to Athens on Friday, in the morning if you can": cuts out what is not a place (day, time of day, number of
/// people, politeness), then looks for "from" and "to", then for two places side by side, then for one.
/// </summary>
internal sealed partial class QuestionReader(Gazetteer gazetteer)
{
    private static readonly Dictionary<string, int> Numbers = new()
    {
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
    };

    /// <param name="today">The day at the airport with this zone; null when the zone is not known yet.</param>
    public Question Read(string text, Func<string?, LocalDate> today)
    {
        var first = Read(text, today(null));
        var zone = (first.From as PlaceAnswer.Found)?.Place.Zone;
        // "Tomorrow" is the day at the airport of departure, which is known only after the first reading.
        return zone is not null && first.Date is not null && today(zone) != today(null) ? Read(text, today(zone)) : first;
    }

    private Question Read(string text, LocalDate today)
    {
        var rest = Plain(text);
        var travellers = CutTravellers(ref rest);
        var part = CutDayPart(ref rest);
        rest = Hours().Replace(rest, " | ");
        var date = DateReader.Cut(ref rest, today);
        // "friday 12 june" names one day twice.
        if (date is not null) rest = SpareWeekday().Replace(rest, " | ");
        var back = Back().IsMatch(rest);
        rest = Fillers().Replace(Back().Replace(rest, " | "), " | ");
        rest = Space().Replace(Bars().Replace(rest, " | "), " ").Trim(' ', '|', ',', '?', '!');

        var (from, to, journey) = Places(rest);
        return new Question { From = from, To = to, Date = date, Part = part, Travellers = travellers, Return = back, IsJourney = journey };
    }

    private (PlaceAnswer? From, PlaceAnswer? To, bool Journey) Places(string rest)
    {
        var padded = " " + rest + " ";
        var atFrom = padded.IndexOf(" from ", StringComparison.Ordinal);
        var atTo = padded.IndexOf(" to ", StringComparison.Ordinal);
        if (atFrom >= 0 && atTo > atFrom) return (Slot(padded[(atFrom + 6)..Math.Max(atFrom + 6, atTo)]), Slot(BeforeTo(padded[(atTo + 4)..])), true);
        if (atFrom >= 0 && atTo >= 0) return (Slot(padded[(atFrom + 6)..]), Slot(padded[(atTo + 4)..Math.Max(atTo + 4, atFrom)]), true);
        if (atTo >= 0) return (Slot(padded[..atTo]), Slot(BeforeTo(padded[(atTo + 4)..])), true);
        if (atFrom >= 0) return (Slot(padded[(atFrom + 6)..]), Slot(padded[..atFrom]), true);
        return SideBySide(rest);
    }

    /// <summary>Of "athens to rome" after a first "to", the first place.</summary>
    private static string BeforeTo(string text) => text.IndexOf(" to ", StringComparison.Ordinal) is var more and > 0 ? text[..more] : text;

    /// <summary>The place in a slot that "from" or "to" opens: the longest run of words that names one.</summary>
    private PlaceAnswer? Slot(string text)
    {
        var parts = text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        PlaceAnswer? unknown = null;
        foreach (var part in parts)
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word is not ("in" or "at" or "into" or "the" or "please" or "and" or ",")).ToArray();
            if (words.Length == 0) continue;
            for (var length = Math.Min(words.Length, 6); length > 0; length--)
            {
                var run = string.Join(' ', words[..length]);
                // Part of a slot must say more than a whole one: "take me" is no misspelled Tame.
                if (gazetteer.Find(run) is not PlaceAnswer.Unknown and var place
                    && (length == words.Length || run.Length > 5 || place is PlaceAnswer.Found { Exact: true })) return place;
            }
            for (var start = 1; start < Math.Min(words.Length, 4); start++)
            {
                if (gazetteer.Find(string.Join(' ', words[start..])) is PlaceAnswer.Found { Exact: true } place) return place;
            }
            unknown ??= gazetteer.Find(string.Join(' ', words[..Math.Min(words.Length, 4)]));
        }
        return unknown;
    }

    /// <summary>"amsterdam tel aviv", "AMS TLV", "AMSTLV", or one place alone.</summary>
    private (PlaceAnswer? From, PlaceAnswer? To, bool Journey) SideBySide(string rest)
    {
        var all = rest.Split([' ', '|', ','], StringSplitOptions.RemoveEmptyEntries);
        var words = all.Where(word => word is not ("in" or "at")).ToArray();
        if (words.Length is 0 or > 8) return (null, null, false);
        var whole = gazetteer.Find(string.Join(' ', words));
        if (whole is PlaceAnswer.Found { Exact: true }) return (null, whole, words.Length < all.Length);
        if (words is [{ Length: 6 } pair] && gazetteer.Find(pair[..3]) is PlaceAnswer.Found { Exact: true } a && gazetteer.Find(pair[3..]) is PlaceAnswer.Found { Exact: true } b)
        {
            return (a, b, true);
        }
        (PlaceAnswer From, PlaceAnswer To, int Score)? best = null;
        for (var cut = 1; cut < words.Length; cut++)
        {
            var (left, right) = (gazetteer.Find(string.Join(' ', words[..cut])), gazetteer.Find(string.Join(' ', words[cut..])));
            var score = Sureness(left) * Sureness(right);
            if (score > (best?.Score ?? 0)) best = (left, right, score);
        }
        if (best is { Score: >= 6 } sure) return (sure.From, sure.To, true);
        // The name of an airfield that nobody uses may be any word; it counts after "from" or "to", and as a code.
        if (whole is PlaceAnswer.Found or PlaceAnswer.Several || (whole is PlaceAnswer.Unserved && rest.Length == 3)) return (null, whole, false);
        return best is { Score: > 1 } likely ? (likely.From, likely.To, true) : (null, null, false);
    }

    private static int Sureness(PlaceAnswer answer) => answer switch
    {
        PlaceAnswer.Found { Exact: true } => 4,
        PlaceAnswer.Several => 2,
        PlaceAnswer.Found => 2,
        _ => 0,
    };

    /// <summary>Lower case without marks; arrows and free-standing dashes are "to".</summary>
    private static string Plain(string text)
    {
        var plain = Folding.Fold(text).Replace('\n', ' ').Replace("’", "'", StringComparison.Ordinal);
        plain = Arrows().Replace(plain, " to ");
        plain = Between().Replace(plain, "from $1 to ");
        plain = CodePair().Replace(plain, "$1 to $2");
        plain = Typos().Replace(plain, match => match.Value switch { "form" or "fron" or "frm" or "frome" => "from", _ => "to" });
        return Marks().Replace(" " + plain + " ", " ");
    }

    private static int CutTravellers(ref string text)
    {
        var match = People().Match(text);
        if (!match.Success) return 1;
        text = text.Remove(match.Index, match.Length).Insert(match.Index, " | ");
        var number = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
        if (number.Length == 0) return 2;
        return Numbers.TryGetValue(number, out var named) ? named : int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static DayPart CutDayPart(ref string text)
    {
        foreach (var (pattern, part) in (ReadOnlySpan<(Regex, DayPart)>)
                 [(MorningWords(), DayPart.Morning), (AfternoonWords(), DayPart.Afternoon), (EveningWords(), DayPart.Evening)])
        {
            var match = pattern.Match(text);
            if (!match.Success) continue;
            // "tomorrow morning" and "tonight" keep their day.
            text = text.Remove(match.Index, match.Length).Insert(match.Index, match.Value.Trim() is "tonight" or "this evening" or "this morning" or "this afternoon" ? " today " : " | ");
            return part;
        }
        return DayPart.Any;
    }

    [GeneratedRegex(@"\s*(?:→|->|=>|⇒|➡️?|✈️?|—|–|>)\s*|\s+-\s+|\s+/\s+")]
    private static partial Regex Arrows();

    [GeneratedRegex(@"\bbetween\s+(\p{L}[^\d]{2,30}?)\s+and\s+(?=\p{L})")]
    private static partial Regex Between();

    [GeneratedRegex(@"\b([a-z]{3})[-/]([a-z]{3})\b")]
    private static partial Regex CodePair();

    [GeneratedRegex(@"\b(?:form|fron|frm|frome|too|ot|tot|til|till|until|towards?|into)\b(?=\s+\p{L})")]
    private static partial Regex Typos();

    [GeneratedRegex(@"[""“”„!?;()\[\]]|(?<=\p{L})[.:](?=\s)|,(?=\s)")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\b(?:for\s+)?(?:(\d|one|two|three|four|five|six|seven|eight|nine)\s+(?:people|persons?|adults?|passengers?|pax|travell?ers?|tickets?|seats?)|for\s+([2-9]|two|three|four|five)(?!\s*(?:days?|weeks?|nights?))|for\s+(?:us|me and my [a-z]+|both of us))\b")]
    private static partial Regex People();

    [GeneratedRegex(@"\b(?:early\s+)?(?:(?:in|during|this)\s+)?(?:the\s+)?(?:early\s+)?morning\b|\bbefore\s+(?:noon|lunch|midday)\b|\b(?:as\s+)?early(?:\s+as\s+possible)?\b|\ba\.?m\.?\b(?!\s+to)")]
    private static partial Regex MorningWords();

    [GeneratedRegex(@"\b(?:(?:in|during|this)\s+)?(?:the\s+)?(?:late\s+|early\s+)?afternoon\b|\bafter\s+(?:noon|lunch|midday)\b|\baround\s+noon\b")]
    private static partial Regex AfternoonWords();

    [GeneratedRegex(@"\b(?:(?:in|during|this|at)\s+)?(?:the\s+)?(?:late\s+)?evening\b|\btonight\b|\bat\s+night\b|\bafter\s+(?:work|dinner)\b|\blate\s+flight\b")]
    private static partial Regex EveningWords();

    [GeneratedRegex(@"\b(?:at|after|before|around|about|by|between)\s+\d{1,2}(?:[:.h]\d{2})?\s*(?:am|pm|h|o'?clock)?(?:\s+and\s+\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|h)?)?\b(?!\s*(?:st|nd|rd|th|\p{L}{3,}))|\b\d{1,2}(?::\d{2}\s*(?:am|pm)?|\s*(?:am|pm))\b")]
    private static partial Regex Hours();

    [GeneratedRegex(@"\b(?:on\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b")]
    private static partial Regex SpareWeekday();

    [GeneratedRegex(@"\b(?:and\s+)?(?:round[\s-]?trip|return(?:\s+(?:flight|ticket|trip))?|there\s+and\s+back|and\s+back(?:\s+again)?|two[\s-]way)\b")]
    private static partial Regex Back();

    [GeneratedRegex("""
        \b(?:
          (?:i|we|id|i'd|i'm|we're|im|me|my|our|us)\b |
          (?:would|could|can|will|shall|should|may|might)\s+(?:you|i|we|like)?(?:\s+(?:like|love|please))? |
          (?:want|wanna|like|need|have|love|wish|plan|planning|hope|hoping|try|trying|looking|going|gonna|got)\s+to\s+(?:fly|go|travel|book|get|be|visit|see|come|buy|reserve|leave|depart|find) |
          (?:how|what)\s+about | how\s+much(?:\s+is|\s+are|\s+does|\s+for)? | what(?:'s|\s+is|\s+are)? | which | is\s+there | are\s+there | do\s+you\s+(?:have|fly|go|sell) | when(?:\s+is|\s+does|\s+do)? |
          (?:please|pls|plz|thanks|thank\s+you|hi|hey|hello|good\s+(?:morning|evening|day|afternoon)|dear|ok|okay|so|well|then|also|just|maybe|actually|yes|no|if\s+(?:you\s+can|possible)|one\s+person|alone|asap) |
          (?:show|find|get|give|take|bring|send|search|look|check|book|buy|reserve|sell|tell|help)(?:\s+(?:me|for|up|us|with))* |
          (?:looking|searching|want|wants|need|needs|wanna|interested)(?:\s+(?:for|in|a|an))* |
          (?:fly|flying|flights?|flihgts?|fligths?|fligt|flght|fliht|ticket|tickets|seat|seats|trip|trips|travel|travell?ing|travels|go|going|goes|leave|leaving|depart|departing|departs|departure|arrive|arriving|visit|vacation|holiday|getting)(?=\s|\||,|$) |
          (?:cheap|cheapest|cheaper|lowest|best|fastest|quickest|direct|non-?stop|one[\s-]?way|single|economy|price|prices|fare|fares|option|options|available|availability|connection|connections|next|first|last|some|any|a|an|all|there|that|it|is|are|of|by|with|on|plane|air|day|date|way) |
          (?:halcyon(?:\s+air)?)
        )(?=\s|\||,|$)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Fillers();

    [GeneratedRegex(@"(?:\s*[|,]\s*)+")]
    private static partial Regex Bars();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
