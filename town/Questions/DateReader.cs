using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Calendars;
using Stoa.Town.Flights;
using Stoa.Town.Geography;

namespace Stoa.Town.Questions;

/// <summary>What a person's words say about the day.</summary>
internal abstract record DateAnswer
{
    public sealed record On(LocalDate Date) : DateAnswer;

    public sealed record Past(LocalDate Date) : DateAnswer;

    /// <summary>Later than flights are sold.</summary>
    public sealed record TooFar(LocalDate Date) : DateAnswer;

    /// <summary>31 February.</summary>
    public sealed record Impossible(string Text) : DateAnswer;
}

/// <summary>
/// Finds the day in a sentence and cuts it out: "tomorrow", "next friday", "12 dec", "12/12", "2026-12-12", "in 3 days".
/// Numbers are day before month, as most of the world writes, unless only the other way is a date.
/// </summary>
internal static partial class DateReader
{
    /// <summary>Without a year, a day this recently gone is a slip and not next year's.</summary>
    private const int JustPassedDays = 35;

    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly Dictionary<string, int> Numbers = new()
    {
        ["a"] = 1,
        ["an"] = 1,
        ["one"] = 1,
        ["two"] = 2,
        ["couple of"] = 2,
        ["a couple of"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
    };

    /// <param name="text">Lower case; what was understood is replaced by a bar, which separates what stood around it.</param>
    /// <param name="today">At the airport of departure.</param>
    public static DateAnswer? Cut(ref string text, LocalDate today)
    {
        foreach (var (pattern, read) in Forms)
        {
            foreach (Match match in pattern.Matches(text))
            {
                if (read(match, today) is not { } answer) continue;
                text = string.Concat(text.AsSpan(0, match.Index), " | ", text.AsSpan(match.Index + match.Length));
                return answer;
            }
        }
        return null;
    }

    private static readonly (Regex Pattern, Func<Match, LocalDate, DateAnswer?> Read)[] Forms =
    [
        (YearFirst(), (m, today) => Numeric(m.Groups[3], m.Groups[2], m.Groups[1], today, m.Value)),
        (DayMonthYear(), (m, today) => Numeric(m.Groups[1], m.Groups[2], m.Groups[3], today, m.Value)),
        (DayMonthName(), (m, today) => Named(m.Groups[1], m.Groups[2], m.Groups[3], today, m.Value)),
        (MonthNameDay(), (m, today) => Named(m.Groups[2], m.Groups[1], m.Groups[3], today, m.Value)),
        (DayAfterTomorrow(), (_, today) => Check(today.PlusDays(2), today)),
        (Tomorrow(), (_, today) => Check(today.PlusDays(1), today)),
        (Today(), (_, today) => Check(today, today)),
        (Yesterday(), (_, today) => Check(today.PlusDays(-1), today)),
        (InSome(), (m, today) => In(m, today)),
        (NextWeekday(), Weekday),
        (NextSpan(), (m, today) => Check(m.Groups[1].Value switch
        {
            "week" => today.PlusDays(7),
            "month" => today.PlusMonths(1),
            _ => NextOf(today, IsoDayOfWeek.Saturday, false),
        }, today)),
        (Feast(), (m, today) => Feasts(m.Value, today)),
        (OnTheDay(), (m, today) => DayOfMonth(m, today)),
        (DayMonth(), (m, today) => Numeric(m.Groups[1], m.Groups[2], null, today, m.Value)),
    ];

    [GeneratedRegex(@"\b(?:on\s+)?(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")]
    private static partial Regex YearFirst();

    [GeneratedRegex(@"\b(?:on\s+)?(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b")]
    private static partial Regex DayMonthYear();

    [GeneratedRegex(@"(?<![\d:])(?:on\s+)?(?:the\s+)?(?:[a-z]+day,?\s+)?(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]*(?:of\s+)?([a-z]{3,10})\.?(?:,?[\s-]+(\d{4})\b|\b)")]
    private static partial Regex DayMonthName();

    [GeneratedRegex(@"\b(?:on\s+)?(?:[a-z]+day,?\s+)?([a-z]{3,10})\.?\s*(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?(?![\d:/.-]\d)(?:,?\s+(\d{4})\b|\b)")]
    private static partial Regex MonthNameDay();

    [GeneratedRegex(@"\b(?:the\s+)?day\s+after\s+(?:tomorrow|tomorow|tommorow|tommorrow)\b|\bovermorrow\b")]
    private static partial Regex DayAfterTomorrow();

    [GeneratedRegex(@"\b(?:tomm?orr?ow|tomrrow|tomorow|tmrw?|tmw|2morrow|tomorrw)\b")]
    private static partial Regex Tomorrow();

    [GeneratedRegex(@"\b(?:today|tonight|now|asap|right\s+away|this\s+(?:morning|afternoon|evening))\b")]
    private static partial Regex Today();

    [GeneratedRegex(@"\byesterday\b")]
    private static partial Regex Yesterday();

    [GeneratedRegex(@"\bin\s+(\d{1,3}|a couple of|couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+(days?|weeks?|months?|fortnights?)\b")]
    private static partial Regex InSome();

    [GeneratedRegex(@"\b(?:on\s+)?(?:(next|this|coming)\s+)?([a-z]{3,10})\b\.?(\s+(?:next\s+week|week))?")]
    private static partial Regex NextWeekday();

    [GeneratedRegex(@"\b(?:(?:at|on|over|during)\s+)?(?:the\s+|this\s+|next\s+|coming\s+)?(?:next\s+(week|month)|(weekend))\b")]
    private static partial Regex NextSpan();

    [GeneratedRegex(@"\b(?:on\s+|at\s+|for\s+)?(?:christmas\s+eve|christmas(?:\s+day)?|xmas|boxing\s+day|new\s+year'?s?\s+eve|new\s+year'?s?(?:\s+day)?|valentine'?s?(?:\s+day)?)\b")]
    private static partial Regex Feast();

    [GeneratedRegex(@"\b(?:on\s+)?the\s+(\d{1,2})(?:st|nd|rd|th)?\b|\b(?:on\s+)?(\d{1,2})(?:st|nd|rd|th)\b|\bon\s+(\d{1,2})\b(?![:/])")]
    private static partial Regex OnTheDay();

    [GeneratedRegex(@"(?<![\d:/.-])(?:on\s+)?\b(\d{1,2})[/.-](\d{1,2})\b\.?(?![\d:])")]
    private static partial Regex DayMonth();

    private static DateAnswer? Numeric(Group first, Group second, Group? yearGroup, LocalDate today, string text)
    {
        var (day, month) = (Int(first), Int(second));
        if (month > 12 && day <= 12) (day, month) = (month, day);
        return Resolve(day, month, Year(yearGroup), today, text);
    }

    private static DateAnswer? Named(Group day, Group monthName, Group year, LocalDate today, string text) =>
        MonthOf(monthName.Value) is { } month ? Resolve(Int(day), month, Year(year), today, text) : null;

    private static DateAnswer? In(Match match, LocalDate today)
    {
        var count = int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Numbers[match.Groups[1].Value];
        return Check(match.Groups[2].Value[0] switch
        {
            'd' => today.PlusDays(count),
            'w' => today.PlusDays(7 * count),
            'f' => today.PlusDays(14 * count),
            _ => today.PlusMonths(count),
        }, today);
    }

    private static DateAnswer? Weekday(Match match, LocalDate today)
    {
        if (WeekdayOf(match.Groups[2].Value) is not { } weekday) return null;
        var next = match.Groups[1].Value == "next" || match.Groups[3].Success;
        return Check(NextOf(today, weekday, next), today);
    }

    /// <summary>The coming one (today counts as past noon of itself: today's weekday is a week away); "next" is the one of the following week.</summary>
    private static LocalDate NextOf(LocalDate today, IsoDayOfWeek weekday, bool ofNextWeek)
    {
        if (!ofNextWeek) return today.DayOfWeek == weekday ? today.PlusDays(7) : today.Next(weekday);
        var monday = LocalDate.FromWeekYearWeekAndDay(WeekYearRules.Iso.GetWeekYear(today), WeekYearRules.Iso.GetWeekOfWeekYear(today), IsoDayOfWeek.Monday).PlusDays(7);
        return monday.PlusDays((int)weekday - 1);
    }

    private static DateAnswer? Feasts(string text, LocalDate today)
    {
        var (day, month) = text switch
        {
            _ when text.Contains("new", StringComparison.Ordinal) && text.EndsWith("eve", StringComparison.Ordinal) => (31, 12),
            _ when text.Contains("new", StringComparison.Ordinal) => (1, 1),
            _ when text.Contains("eve", StringComparison.Ordinal) => (24, 12),
            _ when text.Contains("boxing", StringComparison.Ordinal) => (26, 12),
            _ when text.Contains("valentine", StringComparison.Ordinal) => (14, 2),
            _ => (25, 12),
        };
        return Resolve(day, month, null, today, text);
    }

    private static DateAnswer? DayOfMonth(Match match, LocalDate today)
    {
        var day = Int(match.Groups.Values.Skip(1).First(group => group.Success));
        if (day is 0 or > 31) return null;
        for (var month = today.With(DateAdjusters.StartOfMonth); ; month = month.PlusMonths(1))
        {
            if (day > month.Calendar.GetDaysInMonth(month.Year, month.Month)) continue;
            var date = month.PlusDays(day - 1);
            if (date >= today) return Check(date, today);
        }
    }

    private static DateAnswer? Resolve(int day, int month, int? year, LocalDate today, string text)
    {
        if (month is 0 or > 12 || day is 0 or > 31) return null;
        if (year is { } exact) return Valid(exact, month, day) is { } date ? Check(date, today) : new DateAnswer.Impossible(text.Trim());
        for (var ahead = 0; ahead <= 4; ahead++)
        {
            if (Valid(today.Year + ahead, month, day) is not { } date || date < today) continue;
            if (date > today.PlusDays(Timetable.DaysAhead) && Valid(date.Year - 1, month, day) is { } last
                && Period.Between(last, today, PeriodUnits.Days).Days <= JustPassedDays)
            {
                return new DateAnswer.Past(last);
            }
            return Check(date, today);
        }
        return new DateAnswer.Impossible(text.Trim());
    }

    private static DateAnswer Check(LocalDate date, LocalDate today) =>
        date < today ? new DateAnswer.Past(date)
        : date > today.PlusDays(Timetable.DaysAhead) ? new DateAnswer.TooFar(date)
        : new DateAnswer.On(date);

    private static LocalDate? Valid(int year, int month, int day) =>
        year is > 1900 and < 2200 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month) ? new LocalDate(year, month, day) : null;

    private static int? MonthOf(string word) => IndexOf(Months, word) is { } index ? index + 1 : null;

    private static IsoDayOfWeek? WeekdayOf(string word)
    {
        if (word is "tues" or "weds" or "thur" or "thurs") return word[0] == 'w' ? IsoDayOfWeek.Wednesday : word[1] == 'u' ? IsoDayOfWeek.Tuesday : IsoDayOfWeek.Thursday;
        return IndexOf(Weekdays, word) is { } index ? (IsoDayOfWeek)(index + 1) : null;
    }

    /// <summary>Exact, its first three letters (four for sept), or one slip in a longer word.</summary>
    private static int? IndexOf(string[] names, string word)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (word == names[i] || word == names[i][..3] || (word.Length == 4 && names[i].StartsWith(word, StringComparison.Ordinal))) return i;
        }
        if (word.Length < 5) return null;
        var near = Enumerable.Range(0, names.Length).Select(i => (i, Edits: Spelling.Distance(word, names[i], word.Length > 7 ? 2 : 1))).MinBy(found => found.Edits);
        return near.Edits <= (word.Length > 7 ? 2 : 1) ? near.i : null;
    }

    private static int Int(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int? Year(Group? group) => group is { Success: true } ? Int(group) is var year && year < 100 ? 2000 + year : Int(group) : null;
}
