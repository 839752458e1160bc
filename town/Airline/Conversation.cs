using System.Globalization;
using Stoa.Town.Flights;
using Stoa.Town.Geography;
using Stoa.Town.Questions;

namespace Stoa.Town.Airline;

/// <summary>What became of one act.</summary>
/// <param name="Accepts">Answer to a pre-checkout; null for anything else.</param>
internal sealed record Decision(PersonState State, bool? Accepts);

/// <summary>
/// The airline's side of a conversation: state and act in, state and messages out. It knows no HTTP, no files and no clock,
/// and the same input gives the same output.
/// </summary>
internal sealed partial class Conversation(Gazetteer gazetteer, Timetable timetable)
{
    /// <summary>How many keys of handled acts are kept for one person: deliveries come in order, so a repeat is a recent one or a replay by hand.</summary>
    private const int SeenMost = 400;

    private const int UnpaidMost = 25;

    private readonly QuestionReader questions = new(gazetteer);

    /// <summary>Answers one act once: a key that was handled changes nothing and says nothing.</summary>
    public Decision Decide(PersonState state, Incoming act, Moment moment)
    {
        if (act is Incoming.AboutToPay about)
        {
            var asked = new Turn(state, moment);
            CheckBeforePaying(asked, about);
            return new Decision(asked.State, asked.Accepts);
        }
        if (state.Seen.Contains(act.Key)) return new Decision(state, null);

        var turn = new Turn(state with { Seen = [.. state.Seen.TakeLast(SeenMost - 1), act.Key] }, moment);
        if (act is not Incoming.Paid) turn.Seen();
        switch (act)
        {
            case Incoming.Text { Payload: { Length: > 0 } payload }:
                Press(turn, payload);
                break;
            case Incoming.Text text:
                Listen(turn, text.Body);
                break;
            case Incoming.Pressed pressed:
                Press(turn, pressed.Payload);
                break;
            case Incoming.Located located:
                StartNear(turn, located);
                break;
            case Incoming.Sent sent:
                turn.Say(
                    sent.Kind is "image" or "sticker" ? "Lovely. I can't see pictures, though; I read text." : $"I can't open that ({sent.Kind}) here; I read text.",
                    MainReplies(turn));
                break;
            case Incoming.Paid paid:
                Ticket(turn, paid);
                break;
        }
        return new Decision(Tidied(turn.State), turn.Accepts);
    }

    /// <summary>Tickets are kept for good, flights that were only looked at for a while.</summary>
    private static PersonState Tidied(PersonState state)
    {
        var unpaid = state.Bookings.Count(booking => !booking.HasTicket) - UnpaidMost;
        return unpaid <= 0 ? state : state with { Bookings = [.. state.Bookings.Where(booking => booking.HasTicket || booking.Key == state.Pending || unpaid-- <= 0)] };
    }

    private void Press(Turn turn, string payload)
    {
        var parts = payload.Split(':');
        switch (parts)
        {
            case [Payloads.Start]: Welcome(turn); break;
            case [Payloads.Book]: Begin(turn); break;
            case [Payloads.Trips]: ListTrips(turn); break;
            case [Payloads.Help]: Help(turn); break;
            case [Payloads.Person]: NoPerson(turn); break;
            case ["from", var place]: Continue(turn, turn.State.Draft with { From = place }); break;
            case ["to", var place]: Continue(turn, turn.State.Draft with { To = place }); break;
            case ["route", var from, var to]: Continue(turn, new Draft { From = from, To = to }); break;
            case ["day", var from, var to, var date, var offset]: ShowDay(turn, new Draft { From = from, To = to, Date = date }, int.TryParse(offset, out var at) ? at : 0); break;
            case ["days", var from, var to]: Continue(turn, new Draft { From = from, To = to }); break;
            case ["choose", var journey]: Choose(turn, journey, again: false); break;
            case ["also", var journey]: Choose(turn, journey, again: true); break;
            case ["me", var booking]: NameIsOwn(turn, booking); break;
            case ["name", var booking, var given, var surname]: NameIs(turn, booking, new Passes.PassengerName(given, surname)); break;
            case ["seat", var booking, var kind]: SeatIs(turn, booking, kind); break;
            case ["reseat", var booking]: AskSeatAgain(turn, booking); break;
            case ["rename", var booking]: AskNameAgain(turn, booking); break;
            case ["again", var booking]: HoldAgain(turn, booking); break;
            case ["drop", var booking]: Drop(turn, booking); break;
            case ["checkin", var booking]: CheckIn(turn, booking); break;
            case ["show", var booking]: Show(turn, booking); break;
            default: NotUnderstood(turn); break;
        }
    }

    private void Listen(Turn turn, string text)
    {
        if (text.Trim().Length == 0)
        {
            NotUnderstood(turn);
            return;
        }
        var step = turn.State.Step;
        var intent = Intents.Of(text);
        // While a name or a seat is asked for, words answer that, unless they plainly are a command or another journey.
        if (step is Step.AskedName or Step.AskedSeat or Step.AskedPayment && Pending(turn) is { } booking)
        {
            if (intent is Intent.None or Intent.Praise or Intent.Greeting && !LooksLikeJourney(turn, text))
            {
                if (step == Step.AskedName && intent == Intent.None)
                {
                    ReadName(turn, booking, text);
                    return;
                }
                if (step == Step.AskedSeat && ReadSeat(turn, booking, text)) return;
                if (step == Step.AskedPayment && ReadAboutPaying(turn, booking, text)) return;
                if (step != Step.AskedPayment && (intent == Intent.Praise || !Search(turn, text)))
                {
                    GoOn(turn, booking, intent == Intent.Praise ? "Almost there." : "Sorry, I didn't get that.");
                    return;
                }
                if (step != Step.AskedPayment) return;
            }
        }
        switch (intent)
        {
            case Intent.Person: NoPerson(turn); return;
            case Intent.Help: Help(turn); return;
            case Intent.Refund: NoRefund(turn); return;
            case Intent.Restart or Intent.Book: Begin(turn); return;
            case Intent.Cancel: Cancel(turn); return;
            case Intent.BoardingPass or Intent.CheckIn: CheckInFromWords(turn); return;
            case Intent.Trips: ListTrips(turn); return;
            case Intent.Bags:
                turn.Say("One cabin bag flies with you on every fare. I don't sell checked bags in this demo.", MainReplies(turn));
                return;
            case Intent.Earlier when turn.State.Draft.Date is not null: Page(turn, -1); return;
            case Intent.Later when turn.State.Draft.Date is not null: Page(turn, 1); return;
            case Intent.OtherDay when turn.State.Draft.To is not null: Continue(turn, turn.State.Draft with { Date = null }); return;
            case Intent.Cheapest when turn.State.Draft.Date is not null: ShowCheapest(turn); return;
        }
        if (step is not (Step.AskedOrigin or Step.AskedDestination) && intent is not Intent.None)
        {
            SmallTalk(turn, intent);
            return;
        }
        if (TellFlight(turn, text)) return;
        if (Search(turn, text)) return;
        if (intent is not Intent.None) SmallTalk(turn, intent);
        else NotUnderstood(turn);
    }

    private static void Welcome(Turn turn)
    {
        turn.State = turn.State with { Step = Step.Idle, Draft = new Draft() };
        var day = turn.Today((string?)null).PlusDays(21);
        turn.Say(
            $"Welcome aboard{turn.Hello}! I'm Halcyon Air's booking desk. I find flights between 2,900 airports, sell you the seat, check you in and hand you the boarding pass, "
            + "all in this conversation. Airports, airlines and routes are real; times and prices are made up for the demo, and so is the money.");
        turn.Say(
            $"Where would you like to go? Say it as you would to a friend, for example “Amsterdam to Tel Aviv on {day.ToString("d MMMM", CultureInfo.InvariantCulture)}”.",
            new Reply("Book a flight", Payloads.Book), new Reply("Amsterdam → Tel Aviv", Payloads.Route("AMS", "TLV")), new Reply("Warsaw → Athens", Payloads.Route("*WAW", "ATH")),
            new Reply("London → New York", Payloads.Route("*LON", "*NYC")), new Reply("My trips", Payloads.Trips), new Reply("What can you do?", Payloads.Help));
    }

    private static void Help(Turn turn) => turn.Say(
        "I can:\n• find flights: “Warsaw to Athens on Friday morning”, “AMS TLV 12 Dec”, or step by step with buttons\n"
        + "• keep a price for 20 minutes and sell you the seat with one tap\n• check you in and give you the boarding pass\n• list your trips\n\n"
        + "Spelling doesn't matter much, and I know cities by their French, Polish, Hebrew and Arabic names too. I answer in English.",
        new Reply("Book a flight", Payloads.Book), new Reply("My trips", Payloads.Trips), new Reply("Talk to a person", Payloads.Person));

    private static void NoPerson(Turn turn) => turn.Say(
        "Nobody is at the desk at this hour, and I'm a program, so I won't pretend. What I can do at once: find and sell flights, check you in, and show your trips.",
        new Reply("Book a flight", Payloads.Book), new Reply("My trips", Payloads.Trips), new Reply("What can you do?", Payloads.Help));

    private static void NoRefund(Turn turn) => turn.Say(
        "I can't change or refund a paid ticket in this demo, and nobody is at the desk to do it for me. A flight you haven't paid for I can let go at any time: just say “cancel”.",
        new Reply("My trips", Payloads.Trips), new Reply("Book a flight", Payloads.Book));

    private static void SmallTalk(Turn turn, Intent intent)
    {
        var pending = Pending(turn) is { } booking && turn.State.Step == Step.AskedPayment ? booking : null;
        switch (intent)
        {
            case Intent.Greeting:
                turn.Say($"Hello{turn.Hello}! Where would you like to fly?", MainReplies(turn));
                break;
            case Intent.HowAreYou:
                turn.Say("Clear skies here, thank you! Where shall I take you?", MainReplies(turn));
                break;
            case Intent.WhoAreYou:
                turn.Say("I'm the booking program of Halcyon Air, a demo airline: quick with flights, hopeless at poetry.", MainReplies(turn));
                break;
            case Intent.Thanks:
                turn.Say($"You're welcome{turn.Hello}! I'm here whenever you need a flight.", MainReplies(turn));
                break;
            case Intent.Goodbye:
                turn.Say($"Goodbye{turn.Hello}, and safe travels.");
                break;
            default:
                turn.Say(pending is null ? "Good. Anything else I can do for you?" : "Good. The price waits above, with the pay button.", MainReplies(turn));
                break;
        }
    }

    private static void NotUnderstood(Turn turn) => turn.Say(
        "Sorry, I didn't get that. Tell me a journey, such as “Paris to Rome tomorrow”, or tap below.",
        new Reply("Book a flight", Payloads.Book), new Reply("My trips", Payloads.Trips), new Reply("What can you do?", Payloads.Help), new Reply("Talk to a person", Payloads.Person));

    private static IEnumerable<Reply> MainReplies(Turn turn)
    {
        yield return new Reply("Book a flight", Payloads.Book);
        if (turn.State.Bookings.Any(booking => booking.HasTicket)) yield return new Reply("My trips", Payloads.Trips);
        yield return new Reply("What can you do?", Payloads.Help);
    }

    private static Booking? Pending(Turn turn) => turn.State.Pending is { } key ? turn.State.Find(key) : null;
}
