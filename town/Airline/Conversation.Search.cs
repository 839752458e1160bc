using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Stoa.Town.Flights;
using Stoa.Town.Geography;
using Stoa.Town.Questions;

namespace Stoa.Town.Airline;

/// <summary>From words and buttons to flights.</summary>
internal sealed partial class Conversation
{
    private const int PageLength = 5;
    private const int QuotesMost = 40;

    /// <summary>A flight is sold until this long before it leaves.</summary>
    private static readonly Duration SalesClose = Duration.FromMinutes(45);

    private static readonly Duration PriceHold = Duration.FromMinutes(20);

    /// <summary>Where people are asked to start from when they don't say: one tap instead of typing.</summary>
    private static readonly string[] Favourites = ["*WAW", "AMS", "*LON", "*PAR", "BER", "TLV", "ATH", "*NYC", "*ROM", "BCN", "*IST"];

    private static readonly LocalDatePattern Iso = LocalDatePattern.Iso;

    private void Begin(Turn turn)
    {
        LetGo(turn);
        turn.State = turn.State with { Draft = new Draft() };
        AskOrigin(turn, "Where do you start? Write a city, an airport or a code, or tap one.");
    }

    /// <summary>Whether words said in the middle of a booking are another journey rather than a name: both ends are places, or a day is named.</summary>
    private bool LooksLikeJourney(Turn turn, string text)
    {
        var question = questions.Read(text, turn.Today);
        return question is { IsJourney: true, From: PlaceAnswer.Found or PlaceAnswer.Several, To: PlaceAnswer.Found or PlaceAnswer.Several }
            && (question.Date is not null || JourneyWord().IsMatch(Folding.Fold(text)) || text.Trim() is { Length: 6 or 7 } codes && !codes.Any(char.IsLower));
    }

    /// <returns>False when the words hold no journey, place or day.</returns>
    private bool Search(Turn turn, string text)
    {
        var question = questions.Read(text, turn.Today);
        if (question.IsEmpty) return false;
        var state = turn.State;
        var draft = state.Draft;
        var (from, to) = (question.From, question.To);
        // A single place answers the question that was asked.
        if (state.Step == Step.AskedOrigin && from is null && to is not null && !Folding.Words(text).StartsWith("to ", StringComparison.Ordinal)) (from, to) = (to, null);
        if (from is null && to is null && question.Date is null && (draft.From is null || draft.To is null)) return false;
        if (from is PlaceAnswer.Unknown or null && to is PlaceAnswer.Unknown or null && question.Date is null && !(from is null && to is null) && !question.IsJourney) return false;

        LetGo(turn);
        // A whole new journey starts afresh; a part of one changes that part.
        if (from is not null && to is not null) draft = new Draft();
        draft = draft with { Part = question.Part };
        if (question.Travellers > 1) turn.Say("I book one traveller at a time: pay for the first seat, then search again for the next.");
        if (question.Return) turn.Say("I sell one way at a time. Let's take the way out first; the way back is one tap afterwards.");

        var fromPlace = Resolve(from);
        var toPlace = Resolve(to);
        if (fromPlace is not null) draft = draft with { From = fromPlace.Key };
        if (toPlace is not null) draft = draft with { To = toPlace.Key };
        switch (question.Date)
        {
            case DateAnswer.On on: draft = draft with { Date = Iso.Format(on.Date) }; break;
            case not null: draft = draft with { Date = null }; break;
        }
        turn.State = turn.State with { Draft = draft };
        if (from is not (null or PlaceAnswer.Found))
        {
            turn.State = turn.State with { Draft = draft with { From = null } };
            WhichPlace(turn, from, origin: true);
            return true;
        }
        if (to is not (null or PlaceAnswer.Found))
        {
            turn.State = turn.State with { Draft = draft with { To = null } };
            WhichPlace(turn, to, origin: false);
            return true;
        }
        if (question.Date is not (null or DateAnswer.On))
        {
            var today = turn.Today(draft.From is { } key ? gazetteer.ByKey(key)?.Zone : null);
            WhichDay(turn, question.Date switch
            {
                DateAnswer.Past past => $"{Words.Day(past.Date, today)} has already passed; I can only sell what's still to come.",
                DateAnswer.TooFar far => $"{Words.Day(far.Date, today)} is further ahead than I can see: I sell flights up to {Words.Day(today.PlusDays(Timetable.DaysAhead), today)}.",
                DateAnswer.Impossible impossible => $"“{impossible.Text}” isn't a day in my calendar.",
                _ => "",
            });
            return true;
        }
        Continue(turn, draft);
        return true;
    }

    /// <summary>Asks for the first thing that is missing, or shows the flights.</summary>
    private void Continue(Turn turn, Draft draft)
    {
        turn.State = turn.State with { Draft = draft };
        if (Known(draft.From) is not { } from)
        {
            AskOrigin(turn, Known(draft.To) is { } goal ? $"To {Named(goal)}. Where do you start?" : "Where do you start? Write a city, an airport or a code, or tap one.");
            return;
        }
        if (Known(draft.To) is not { } to)
        {
            turn.State = turn.State with { Step = Step.AskedDestination };
            var direct = timetable.DirectFrom(from.Airports).Take(40).Select(airport => gazetteer.ByKey("*" + (airport.Metro ?? airport.Code)) ?? gazetteer.ByKey(airport.Code)).OfType<Place>()
                .Where(place => place.Key != from.Key).DistinctBy(place => place.Key).ToArray();
            // The nearer ones among the busy, so that the list is not the same everywhere.
            var near = direct.OrderBy(place => place.Airports[0].KmTo(from.Airports[0]) / Math.Sqrt(place.Services)).Take(8);
            turn.Say($"From {Named(from)}. Where to?", near.Select(place => new Reply(place.Name, Payloads.To(place.Key))));
            return;
        }
        if (from.Airports.Intersect(to.Airports).Any())
        {
            turn.State = turn.State with { Step = Step.AskedDestination, Draft = draft with { To = null } };
            turn.Say($"You'd be there already: both ends are {from.Name}. Where to instead?");
            return;
        }
        if (draft.Date is null)
        {
            WhichDay(turn, $"{from.Name} to {to.Name}.");
            return;
        }
        ShowDay(turn, draft, null);
    }

    private void AskOrigin(Turn turn, string text)
    {
        turn.State = turn.State with { Step = Step.AskedOrigin };
        var used = turn.State.Bookings.Where(booking => booking.HasTicket).Reverse().Select(booking => timetable.Itinerary(booking.Itinerary)?.Last.To.Code).OfType<string>();
        var places = used.Concat(Favourites).Select(gazetteer.ByKey).OfType<Place>().Where(place => place.Key != turn.State.Draft.To).DistinctBy(place => place.Name).Take(9);
        turn.Say(text, places.Select(place => new Reply(place.Name, Payloads.From(place.Key))));
    }

    private void WhichPlace(Turn turn, PlaceAnswer answer, bool origin)
    {
        turn.State = turn.State with { Step = origin ? Step.AskedOrigin : Step.AskedDestination };
        Reply Choice(Place place) => new(
            place.IsCity ? $"{place.Name}, {place.Country}" : $"{Messages.Cut(place.Name, Messages.TitleLength - 6)} ({place.Code})",
            origin ? Payloads.From(place.Key) : Payloads.To(place.Key));
        var end = origin ? "start from" : "fly to";
        switch (answer)
        {
            case PlaceAnswer.Several several:
                turn.Say($"There are several places like that. Which one do you {end}?", several.Places.Select(Choice));
                break;
            case PlaceAnswer.Unserved unserved:
                turn.Say($"Nobody flies {(origin ? "from" : "to")} {unserved.Airport.City} ({unserved.Airport.Code}) in my timetable. Nearby there is:", unserved.Nearby.Select(Choice));
                break;
            case PlaceAnswer.Unknown { Similar.Count: > 0 } unknown:
                turn.Say($"I don't know a place called “{Messages.Cut(unknown.Text, 40)}”. Did you mean one of these? Or write it another way.", unknown.Similar.Select(Choice));
                break;
            case PlaceAnswer.Unknown unknown:
                turn.Say($"I don't know a place called “{Messages.Cut(unknown.Text, 40)}”. Try a bigger city nearby, or the airport's three letters.");
                break;
        }
    }

    private void WhichDay(Turn turn, string text)
    {
        turn.State = turn.State with { Step = Step.AskedDate };
        var draft = turn.State.Draft;
        if (Known(draft.From) is not { } from || Known(draft.To) is not { } to)
        {
            turn.State = turn.State with { Draft = draft with { Date = null } };
            turn.Say(text);
            Continue(turn, turn.State.Draft);
            return;
        }
        var today = turn.Today(from.Zone);
        LocalDate[] days = [today.PlusDays(1), today.PlusDays(2), today.Next(IsoDayOfWeek.Friday), today.Next(IsoDayOfWeek.Sunday), today.PlusDays(14), today.PlusMonths(1)];
        turn.Say(
            $"{text} Which day? Tap one or write it, such as “next Friday” or “{today.PlusDays(30).ToString("d MMMM", CultureInfo.InvariantCulture)}”.",
            days.Distinct().Order().Select(day => new Reply(day == today.PlusDays(1) ? "Tomorrow" : Words.ShortDay(day), Payloads.Day(from.Key, to.Key, Iso.Format(day)))));
    }

    /// <param name="offset">First flight to show; null: by the part of the day that was asked for.</param>
    private void ShowDay(Turn turn, Draft draft, int? offset)
    {
        if (Known(draft.From) is not { } from || Known(draft.To) is not { } to || !Iso.Parse(draft.Date ?? "").TryGetValue(default, out var date))
        {
            Continue(turn, draft with { Date = null });
            return;
        }
        var today = turn.Today(from.Zone);
        turn.State = turn.State with { Draft = draft };
        if (date < today || date > today.PlusDays(Timetable.DaysAhead))
        {
            WhichDay(turn, date < today ? $"{Words.Day(date, today)} has already passed." : $"{Words.Day(date, today)} is further ahead than I sell.");
            return;
        }
        turn.Typing();
        var all = ForSale(turn, from, to, date);
        if (all.Count == 0)
        {
            NothingThatDay(turn, from, to, date, today);
            return;
        }
        var (first, count) = offset is { } at ? (Math.Clamp(at, 0, all.Count - 1), PageLength) : InPart(all, draft.Part);
        var asked = offset is null && count == 0 ? draft.Part : DayPart.Any;
        if (count == 0) (first, count) = (0, PageLength);
        var page = all.Skip(first).Take(Math.Min(count, PageLength)).ToArray();

        var heldUntil = turn.Now + PriceHold;
        var fares = all.ToDictionary(journey => journey.Key, journey => Fares.For(journey, today));
        var quotes = page.Select(journey => new Quote(journey.Key, fares[journey.Key].BaseMinor, fares[journey.Key].TaxesMinor, heldUntil.ToUnixTimeMilliseconds())).ToArray();
        var lowest = fares.Values.Min(fare => fare.TotalMinor);
        turn.State = turn.State with
        {
            Step = Step.Offered,
            Quotes = [.. turn.State.Quotes.Where(quote => !quotes.Any(other => other.Itinerary == quote.Itinerary)).Concat(quotes).TakeLast(QuotesMost)],
        };
        turn.Say(Heading(from, to, date, today, all, page, asked));
        var replies = Around(from, to, date, today, first, page.Length, all.Count);
        turn.Send(Messages.Generic(
            page.Select(journey => Messages.Offer(journey, fares[journey.Key], fares[journey.Key].TotalMinor == lowest, turn.SeatsLeft(journey), heldUntil)), replies));
    }

    private static string Heading(Place from, Place to, LocalDate date, LocalDate today, List<Itinerary> all, Itinerary[] page, DayPart missed)
    {
        var direct = all[0].Stops == 0;
        var many = all.Count == 1 ? "one flight" : $"{all.Count} flights";
        var what = direct ? $"{from.Name} to {to.Name} on {Words.Day(date, today)}: {many}." : $"Nobody flies from {from.Name} to {to.Name} directly, so here is {Words.Day(date, today)} with one change.";
        if (missed != DayPart.Any) what += $" None leaves in the {missed.ToString().ToLowerInvariant()}, so these are all of them.";
        else if (page.Length < all.Count && direct) what += page.Length == 1 ? " This one fits." : $" Here are {page.Length} of them.";
        return what + " I hold these prices for 20 minutes.";
    }

    private static IEnumerable<Reply> Around(Place from, Place to, LocalDate date, LocalDate today, int first, int shown, int count)
    {
        if (first > 0) yield return new Reply("Earlier", Payloads.Day(from.Key, to.Key, Iso.Format(date), Math.Max(0, first - PageLength)));
        else if (date > today) yield return new Reply("The day before", Payloads.Day(from.Key, to.Key, Iso.Format(date.PlusDays(-1))));
        if (first + shown < count) yield return new Reply("Later", Payloads.Day(from.Key, to.Key, Iso.Format(date), first + shown));
        else yield return new Reply("The day after", Payloads.Day(from.Key, to.Key, Iso.Format(date.PlusDays(1))));
        yield return new Reply("Another day", Payloads.OtherDay(from.Key, to.Key));
        yield return new Reply("Change route", Payloads.Book);
    }

    private void NothingThatDay(Turn turn, Place from, Place to, LocalDate date, LocalDate today)
    {
        if (timetable.Search(from.Airports, to.Airports, date.PlusDays(1)).Count > 0)
        {
            turn.State = turn.State with { Step = Step.AskedDate };
            turn.Say(
                date == today ? "The last flight of today has left or is closing." : $"Everything on {Words.Day(date, today)} is sold out.",
                new Reply("The day after", Payloads.Day(from.Key, to.Key, Iso.Format(date.PlusDays(1)))), new Reply("Another day", Payloads.OtherDay(from.Key, to.Key)));
            return;
        }
        turn.State = turn.State with { Step = Step.AskedDestination, Draft = turn.State.Draft with { To = null, Date = null } };
        var reachable = gazetteer.Near(to.Airports[0].Latitude, to.Airports[0].Longitude, 40)
            .Where(place => place.Services > 10 && !to.Airports.Contains(place.Airports[0]) && !from.Airports.Contains(place.Airports[0]))
            .Where(place => timetable.Search(from.Airports, place.Airports, date.PlusDays(1)).Count > 0)
            .Take(3).ToArray();
        turn.Say(
            $"I find no way from {Named(from)} to {Named(to)} with at most one change." + (reachable.Length > 0 ? " Near there I can take you to:" : " Where else could you go?"),
            reachable.Select(place => new Reply(place.Name, Payloads.To(place.Key))));
    }

    private void Page(Turn turn, int direction)
    {
        var draft = turn.State.Draft;
        if (Known(draft.From) is not { } from || Known(draft.To) is not { } to || !Iso.Parse(draft.Date ?? "").TryGetValue(default, out var date))
        {
            Continue(turn, draft);
            return;
        }
        // Where the last page began is told by the last price that was quoted.
        var all = ForSale(turn, from, to, date);
        var shown = turn.State.Quotes.Select(quote => quote.Itinerary).ToHashSet();
        var last = all.FindLastIndex(journey => shown.Contains(journey.Key));
        var next = direction > 0 ? last + 1 : last - 2 * PageLength + 1;
        if (direction > 0 && next >= all.Count) ShowDay(turn, draft with { Date = Iso.Format(date.PlusDays(1)), Part = DayPart.Any }, 0);
        else if (direction < 0 && last < PageLength && date > turn.Today(from.Zone)) ShowDay(turn, draft with { Date = Iso.Format(date.PlusDays(-1)), Part = DayPart.Any }, 0);
        else ShowDay(turn, draft with { Part = DayPart.Any }, Math.Max(0, next));
    }

    private void ShowCheapest(Turn turn)
    {
        var draft = turn.State.Draft;
        if (Known(draft.From) is not { } from || Known(draft.To) is not { } to || !Iso.Parse(draft.Date ?? "").TryGetValue(default, out var date))
        {
            Continue(turn, draft);
            return;
        }
        var today = turn.Today(from.Zone);
        var days = Enumerable.Range(-2, 5).Select(date.PlusDays).Where(day => day >= today && day <= today.PlusDays(Timetable.DaysAhead))
            .Select(day => (Day: day, All: ForSale(turn, from, to, day))).Where(day => day.All.Count > 0)
            .Select(day => (day.Day, Price: day.All.Min(journey => Fares.For(journey, today).TotalMinor)))
            .OrderBy(day => day.Price).Take(4).ToArray();
        turn.Say(
            days.Length == 0 ? "I found nothing around that day." : $"Around {Words.Day(date, today)} the lowest price is {Fare.Spoken(days[0].Price)}, on {Words.Day(days[0].Day, today)}.",
            days.OrderBy(day => day.Day).Select(day => new Reply($"{Words.ShortDay(day.Day)} {day.Price / 100} EUR", Payloads.Day(from.Key, to.Key, Iso.Format(day.Day)))));
    }

    /// <summary>"KL 492" tells what that flight is.</summary>
    private bool TellFlight(Turn turn, string text)
    {
        var match = FlightNumber().Match(text.Trim().ToUpperInvariant());
        if (!match.Success || gazetteer.Knows(text)) return false;
        var date = turn.Today((string?)null).PlusDays(1);
        if (timetable.Flight(match.Groups[1].Value, int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture), date) is not { } flight)
        {
            turn.Say($"I don't know a flight {match.Value}. Flight numbers here are the demo's own.", MainReplies(turn));
            return true;
        }
        turn.Say(
            $"{flight.Spoken} of {flight.AirlineName} flies every day from {flight.From.City} ({flight.From.Code}) at {Words.Time(flight.Departure)} to {flight.To.City} ({flight.To.Code}), "
            + $"{Words.Span(flight.Minutes)} with a {flight.Cabin.Aircraft}.",
            new Reply("Tomorrow", Payloads.Day(flight.From.Code, flight.To.Code, Iso.Format(date))), new Reply("Another day", Payloads.OtherDay(flight.From.Code, flight.To.Code)));
        return true;
    }

    private void StartNear(Turn turn, Incoming.Located located)
    {
        if (gazetteer.Near(located.Latitude, located.Longitude, 30).Where(place => place.Services > 6).ToArray() is not [var nearest, ..])
        {
            NotUnderstood(turn);
            return;
        }
        LetGo(turn);
        turn.Say($"The nearest airport with flights is {nearest.Airports[0].Name} ({nearest.Code}).");
        Continue(turn, new Draft { From = nearest.Key });
    }

    private List<Itinerary> ForSale(Turn turn, Place from, Place to, LocalDate date) =>
        [.. timetable.Search(from.Airports, to.Airports, date).Where(journey => journey.First.Departure.ToInstant() > turn.Now + SalesClose && turn.SeatsLeft(journey) > 0)];

    private static (int First, int Count) InPart(List<Itinerary> all, DayPart part)
    {
        if (part == DayPart.Any) return (0, all.Count);
        var (start, end) = part switch { DayPart.Morning => (0, 12), DayPart.Afternoon => (12, 18), _ => (17, 24) };
        var fitting = Enumerable.Range(0, all.Count).Where(i => all[i].First.Departure.Hour >= start && all[i].First.Departure.Hour < end).ToArray();
        return fitting.Length == 0 ? (0, 0) : (fitting[0], fitting.Length);
    }

    private Place? Known(string? key) => key is null ? null : gazetteer.ByKey(key);

    private static Place? Resolve(PlaceAnswer? answer) => (answer as PlaceAnswer.Found)?.Place;

    private static string Named(Place place) => place.IsCity && place.Airports.Count > 1 ? $"{place.Name} (any airport)" : $"{place.Name} ({place.Airports[0].Code})";

    [GeneratedRegex(@"\s(?:to|from)\s|→|->|\bflights?\b")]
    private static partial Regex JourneyWord();

    [GeneratedRegex(@"^(?:FLIGHT\s+)?(?![0-9]{2})([A-Z0-9]{2})\s*0*([0-9]{3,4})$")]
    private static partial Regex FlightNumber();
}
