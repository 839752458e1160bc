using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Stoa.Town.Flights;
using Stoa.Town.Geography;
using Stoa.Town.Passes;

namespace Stoa.Town.Airline;

/// <summary>From a chosen flight to a paid one: name, seat, price, payment.</summary>
internal sealed partial class Conversation
{
    /// <summary>Name, seat and price stay for this long, counted anew when all three are known.</summary>
    private static readonly Duration SeatHold = Duration.FromMinutes(20);

    /// <summary>Once Pay is pressed the seat must outlast the bank's question to the payer.</summary>
    private static readonly Duration PaymentGrace = Duration.FromMinutes(15);

    /// <param name="again">A second ticket on a flight for which this person has one is wanted.</param>
    private void Choose(Turn turn, string key, bool again)
    {
        if (timetable.Itinerary(key) is not { } journey)
        {
            turn.Say("I no longer know that flight. Let's look again.", MainReplies(turn));
            return;
        }
        if (!StillSold(turn, journey)) return;
        var known = turn.State.Bookings.LastOrDefault(booking => booking.Itinerary == key && booking.Status != BookingStatus.Dropped);
        if (known is { HasTicket: true } && !again)
        {
            turn.Say(
                $"You have a ticket for this flight already: booking {known.Pnr}, {Name(known).Spoken}. Is it for somebody else?",
                new Reply("For somebody else", Payloads.Also(key)), new Reply("Show my ticket", Payloads.Show(known.Key)));
            return;
        }
        if (known is { HasTicket: false } && known.Key == turn.State.Pending)
        {
            GoOn(turn, known, $"You've chosen {Spoken(journey)} already.");
            return;
        }
        if (turn.SeatsLeft(journey) == 0)
        {
            turn.Say("That flight has just sold out, sorry.", new Reply("Look again", Day(journey)), new Reply("Another day", Payloads.OtherDay(journey.First.From.Code, journey.Last.To.Code)));
            return;
        }
        LetGo(turn);
        var quote = turn.State.Quotes.LastOrDefault(q => q.Itinerary == key);
        var fare = Fares.For(journey, turn.Today(journey.First.From));
        var news = "";
        if (quote is not null && quote.HeldUntil > turn.Now.ToUnixTimeMilliseconds()) fare = new Fare(quote.BaseMinor, quote.TaxesMinor);
        else if (quote is not null && quote.BaseMinor + quote.TaxesMinor != fare.TotalMinor)
        {
            news = $" The price I held has run out; today it is {Fare.Spoken(fare.TotalMinor)} instead of {Fare.Spoken(quote.BaseMinor + quote.TaxesMinor)}.";
        }
        var booking = new Booking
        {
            Key = KeyOf(turn, key),
            Itinerary = key,
            BaseMinor = fare.BaseMinor,
            TaxesMinor = fare.TaxesMinor,
            HeldUntil = (turn.Now + PriceHold).ToUnixTimeMilliseconds(),
        };
        turn.State = turn.State.With(booking) with { Pending = booking.Key };
        AskName(turn, booking, $"{Spoken(journey)}, {Words.Day(journey.First.Date, turn.Today(journey.First.From))}, {Fare.Spoken(booking.TotalMinor)}.{news}");
    }

    /// <summary>Takes a booking up where it stands.</summary>
    private void GoOn(Turn turn, Booking booking, string text)
    {
        if (booking.Surname is null) AskName(turn, booking, text);
        else if (booking.Status != BookingStatus.Held) AskSeat(turn, booking, text);
        else Summarise(turn, booking, text);
    }

    private void AskName(Turn turn, Booking booking, string text)
    {
        turn.State = turn.State with { Step = Step.AskedName, Pending = booking.Key };
        List<Reply> replies = [];
        if (OwnName(turn) is { } own) replies.Add(new Reply(own.Spoken, Payloads.Myself(booking.Key)));
        replies.AddRange(turn.State.Bookings.Where(other => other.HasTicket).Reverse().Select(Name).DistinctBy(name => name.Spoken).Where(name => name.Spoken != OwnName(turn)?.Spoken && !(name.Given + name.Surname).Contains(':', StringComparison.Ordinal))
            .Take(3).Select(name => new Reply(name.Spoken, Payloads.Name(booking.Key, name.Given, name.Surname))));
        replies.Add(new Reply("Another flight", Day(Journey(booking))));
        turn.Say($"{text} Who is flying? Write first and family name as in the passport" + (replies.Count > 1 ? ", or tap." : "."), replies);
    }

    private void ReadName(Turn turn, Booking booking, string text)
    {
        switch (PassengerName.Read(text))
        {
            case NameOutcome.Read read:
                NameIs(turn, booking.Key, read.Name);
                break;
            case var outcome when outcome == NameOutcome.OnlyOne && PassengerName.Read(text, one: true) is NameOutcome.Read one:
                turn.Say(
                    "And the family name? Write both, please, as in the passport.",
                    new Reply($"Only “{Messages.Cut(one.Name.Surname, 13)}”", Payloads.Name(booking.Key, "", one.Name.Surname.Replace(":", "", StringComparison.Ordinal))));
                break;
            case var outcome when outcome == NameOutcome.NotLatin:
                turn.Say("A boarding pass knows the letters A to Z only. Please write the name in Latin letters, as in the machine-readable lines of the passport.");
                break;
            default:
                turn.Say("That doesn't look like a name to me. Please write first and family name, such as “Zofia Nowak”, or say “cancel”.");
                break;
        }
    }

    private void NameIsOwn(Turn turn, string key)
    {
        if (OwnName(turn) is { } own) NameIs(turn, key, own);
        else if (Open(turn, key) is { } booking) AskName(turn, booking, "Your profile has no name that fits a boarding pass.");
    }

    private void NameIs(Turn turn, string key, PassengerName name)
    {
        if (Open(turn, key) is not { } booking) return;
        booking = booking with { Given = name.Given, Surname = name.Surname };
        turn.State = turn.State.With(booking);
        if (booking.Status == BookingStatus.Held) Summarise(turn, booking, $"The ticket will be for {name.Spoken}.");
        else AskSeat(turn, booking, $"{name.Spoken}, thank you.");
    }

    private void AskNameAgain(Turn turn, string key)
    {
        if (Open(turn, key) is { } booking) AskName(turn, booking, "Let's change the name.");
    }

    private void AskSeat(Turn turn, Booking booking, string text)
    {
        turn.State = turn.State with { Step = Step.AskedSeat, Pending = booking.Key };
        var middle = Journey(booking).Flights.Any(flight => flight.Cabin.HasMiddle);
        List<Reply> replies = [new("Window", Payloads.Seat(booking.Key, "window"))];
        if (middle) replies.Add(new Reply("Middle", Payloads.Seat(booking.Key, "middle")));
        replies.Add(new Reply("Aisle", Payloads.Seat(booking.Key, "aisle")));
        replies.Add(new Reply("Any seat", Payloads.Seat(booking.Key, "any")));
        turn.Say($"{text} Where would you like to sit?", replies);
    }

    private void AskSeatAgain(Turn turn, string key)
    {
        if (Open(turn, key) is { } booking) AskSeat(turn, booking, $"You have {Words.Seats(booking.Seats)} so far.");
    }

    private static readonly string[] SeatWords = ["window", "middle", "aisle"];

    private bool ReadSeat(Turn turn, Booking booking, string text)
    {
        var words = Folding.Words(text).Split(' ');
        var kind = words.FirstOrDefault(word => word is "window" or "middle" or "aisle" or "any" or "anywhere" or "whatever");
        kind ??= words.Select(word => SeatWords.FirstOrDefault(name => word.Length > 3 && Spelling.Distance(word, name, 2) <= 2)).FirstOrDefault(name => name is not null);
        var seat = words.Select(word => word.ToUpperInvariant()).FirstOrDefault(word => word.Length is 2 or 3 && char.IsAsciiDigit(word[0]) && char.IsAsciiLetterUpper(word[^1]));
        if (kind is null && seat is null) return false;
        SeatIs(turn, booking.Key, seat ?? kind!);
        return true;
    }

    /// <summary>The wish for the seats that the booking had.</summary>
    private const string Same = "same";

    /// <param name="wish">window, middle, aisle, a seat such as 12A, or anything else for any.</param>
    private void SeatIs(Turn turn, string key, string wish)
    {
        if (Open(turn, key) is not { } booking) return;
        if (booking.Surname is null)
        {
            AskName(turn, booking, "First the name.");
            return;
        }
        var journey = Journey(booking);
        if (!StillSold(turn, journey)) return;
        List<string> seats = [];
        foreach (var (i, flight) in journey.Flights.Index())
        {
            if (FreeSeat(turn, flight, booking.Key, wish == Same ? booking.Seats[i] : wish) is { } seat) seats.Add(seat);
        }
        var kept = wish == Same && seats.SequenceEqual(booking.Seats);
        if (seats.Count < journey.Flights.Count)
        {
            LetGo(turn);
            turn.Say("That flight has just sold out, sorry.", new Reply("Look again", Day(journey)));
            return;
        }
        booking = booking with { Seats = seats, Status = BookingStatus.Held, HeldUntil = (turn.Now + SeatHold).ToUnixTimeMilliseconds() };
        turn.State = turn.State.With(booking);
        var got = wish switch
        {
            Same => kept ? $"You keep {Words.Seats(seats)}." : $"Your seat has gone; {Words.Seats(seats)} instead.",
            _ when wish.Length <= 3 && wish != "any" && seats[0] != wish => $"{wish} is taken or not on board; {Words.Seats(seats)} instead.",
            "window" or "middle" or "aisle" when !journey.Flights.Zip(seats).All(pair => pair.First.Cabin.KindOf(pair.Second).ToString().Equals(wish, StringComparison.OrdinalIgnoreCase))
                => $"No {wish} seat is left everywhere; you get {Words.Seats(seats)}.",
            _ => $"You get {Words.Seats(seats)}.",
        };
        Summarise(turn, booking, got);
    }

    /// <summary>A seat that neither the flight's other passengers nor anybody in this program has: of the wanted kind if there is one.</summary>
    private static string? FreeSeat(Turn turn, Flight flight, string booking, string wish)
    {
        bool Taken(string seat) => turn.Claimed(flight.Key, seat, booking);
        if (flight.Cabin.Has(wish) && !Cabin.TakenByOthers(flight.Key, wish) && !Taken(wish)) return wish;
        var kind = wish switch { "middle" => SeatKind.Middle, "aisle" => SeatKind.Aisle, _ => SeatKind.Window };
        return flight.Cabin.Free(flight.Key, kind, Taken).FirstOrDefault();
    }

    private void Summarise(Turn turn, Booking booking, string text)
    {
        turn.State = turn.State with { Step = Step.AskedPayment, Pending = booking.Key };
        var journey = Journey(booking);
        turn.Say($"{text} Here is everything in one price, kept for you for 20 minutes.");
        turn.Send(Messages.Payment(booking, journey, Name(booking),
            new Reply("Change seat", Payloads.Reseat(booking.Key)), new Reply("Change name", Payloads.Rename(booking.Key)), new Reply("Another flight", Day(journey))));
    }

    private bool ReadAboutPaying(Turn turn, Booking booking, string text)
    {
        var words = Folding.Words(text).Split(' ');
        if (words.Contains("seat") || words.Contains("window") || words.Contains("aisle"))
        {
            if (!ReadSeat(turn, booking, text)) AskSeat(turn, booking, "Let's change the seat.");
            return true;
        }
        if (words.Contains("name"))
        {
            AskName(turn, booking, "Let's change the name.");
            return true;
        }
        if (words.Any(word => word is "pay" or "buy" or "price" or "card" or "yes" or "ok" or "balance" or "payment"))
        {
            if (Lapsed(turn, booking)) HoldAgain(turn, booking.Key);
            else Summarise(turn, booking, "Tap the button to pay; nothing else is needed.");
            return true;
        }
        return false;
    }

    /// <summary>A lapsed hold is taken up at today's price, with the same seat if it is still free.</summary>
    private void HoldAgain(Turn turn, string key)
    {
        if (Open(turn, key, evenDropped: true) is not { } booking) return;
        var journey = Journey(booking);
        if (!StillSold(turn, journey)) return;
        var fare = Fares.For(journey, turn.Today(journey.First.From));
        LetGo(turn, except: key);
        turn.State = turn.State.With(booking with { Status = BookingStatus.Choosing, BaseMinor = fare.BaseMinor, TaxesMinor = fare.TaxesMinor }) with { Pending = key };
        if (booking.Surname is null || booking.Seats.Count == 0) GoOn(turn, turn.State.Find(key)!, "Good, let's go on."); // just put there
        else SeatIs(turn, key, Same);
    }

    /// <summary>The last word before money moves: yes only if the hold stands, the seats are still this booking's, and the sum is right.</summary>
    private void CheckBeforePaying(Turn turn, Incoming.AboutToPay about)
    {
        turn.Accepts = false;
        if (turn.State.Find(about.Booking) is not { } booking)
        {
            turn.Say("I don't know that booking, so I stopped the payment. Nothing was charged.", MainReplies(turn));
            return;
        }
        var journey = Journey(booking);
        if (booking.HasTicket)
        {
            turn.Say($"This flight is paid already (booking {booking.Pnr}), so I stopped the second payment. Nothing more was charged.", new Reply("Show my ticket", Payloads.Show(booking.Key)));
            return;
        }
        if (booking.Status != BookingStatus.Held || Lapsed(turn, booking))
        {
            turn.Say("I no longer hold that seat and price, so I stopped the payment. Nothing was charged.", new Reply("Hold it again", Payloads.Again(booking.Key)), new Reply("Look again", Day(journey)));
            return;
        }
        if (about.Currency != Fare.Currency || about.AmountMinor != booking.TotalMinor)
        {
            turn.Say($"That price is out of date: it is {Fare.Spoken(booking.TotalMinor)} now. Nothing was charged.", new Reply("Show the price", Payloads.Again(booking.Key)));
            return;
        }
        if (journey.Flights.Zip(booking.Seats).Any(place => turn.Claimed(place.First.Key, place.Second, booking.Key)) || journey.First.Departure.ToInstant() <= turn.Now)
        {
            turn.Say("That seat is gone, so I stopped the payment. Nothing was charged.", new Reply("Hold it again", Payloads.Again(booking.Key)), new Reply("Look again", Day(journey)));
            return;
        }
        turn.Accepts = true;
        var until = Math.Max(booking.HeldUntil, (turn.Now + PaymentGrace).ToUnixTimeMilliseconds());
        turn.State = turn.State.With(booking with { HeldUntil = until });
    }

    /// <summary>The money is there: a ticket, whatever happened in between; once per booking.</summary>
    private void Ticket(Turn turn, Incoming.Paid paid)
    {
        if (turn.State.Find(paid.Booking) is not { } booking || paid.Currency != Fare.Currency || paid.AmountMinor != turn.State.Find(paid.Booking)!.TotalMinor)
        {
            turn.Say($"A payment of {paid.Currency} {Fare.Amount(paid.AmountMinor)} arrived that fits none of your bookings. I issued no ticket for it; its number is {paid.PaymentId}, please show it to the operator.");
            return;
        }
        if (booking.HasTicket)
        {
            if (booking.PaymentId != paid.PaymentId) turn.Say($"Booking {booking.Pnr} was paid already. I issued no second ticket for payment {paid.PaymentId}; please show that number to the operator.");
            return;
        }
        var journey = Journey(booking);
        // The hold has outlasted the payment unless that took very long: then the nearest free seat of the flight is given.
        string[] seats = [.. journey.Flights.Select((flight, i) => FreeSeat(turn, flight, booking.Key, booking.Seats.ElementAtOrDefault(i) ?? "any") ?? "")];
        var moved = !seats.SequenceEqual(booking.Seats);
        Span<byte> serial = stackalloc byte[8];
        turn.Moment.Random(serial);
        booking = booking with
        {
            Status = BookingStatus.Ticketed,
            Seats = seats,
            Pnr = turn.Moment.NewPnr(),
            // 000 is no airline's accounting number: these tickets open no real gate.
            Ticket = "000" + (BitConverter.ToUInt64(serial) % 10_000_000_000).ToString("D10", CultureInfo.InvariantCulture),
            PaymentId = paid.PaymentId,
            PaidAt = turn.Now.ToUnixTimeMilliseconds(),
        };
        turn.State = turn.State.With(booking) with { Pending = null, Step = Step.Idle, Draft = new Draft() };
        var name = Name(booking);
        var day = Words.Day(journey.First.Date, turn.Today(journey.First.From));
        turn.Say($"Paid, thank you{turn.Hello}. {(name.Spoken == OwnName(turn)?.Spoken ? "You fly" : $"{name.Spoken} flies")} to {journey.Last.To.City} on {day}; the booking code is {booking.Pnr}."
            + (moved ? $" Meanwhile the seat had gone, so it is {Words.Seats(seats)} now." : ""));
        turn.Send(Messages.Receipt(booking, journey, name, OwnNameSpoken(turn) ?? name.Spoken));
        turn.Send(Messages.Itinerary(booking, journey, name, $"Your trip to {journey.Last.To.City}"));
        turn.Send(Messages.CheckIn(booking, journey, "Check-in usually opens a day before. This demo opens it at once, so you can check in right now.", turn.Moment.Address));
    }

    /// <summary>The booking behind a button while it can still be changed; otherwise says how it stands and gives null.</summary>
    private Booking? Open(Turn turn, string key, bool evenDropped = false)
    {
        var booking = turn.State.Find(key);
        if (booking is null)
        {
            turn.Say("I don't know that booking any more. Let's look again.", MainReplies(turn));
            return null;
        }
        if (booking.HasTicket)
        {
            turn.Say($"That is done already: the ticket is paid, booking {booking.Pnr}.");
            ShowTicket(turn, booking);
            return null;
        }
        if (booking.Status == BookingStatus.Dropped && !evenDropped)
        {
            var journey = Journey(booking);
            turn.Say($"I've let {Spoken(journey)} go. Take it up again?", new Reply("Take it again", Payloads.Again(key)), new Reply("Look again", Day(journey)));
            return null;
        }
        return booking;
    }

    private void Drop(Turn turn, string key)
    {
        if (turn.State.Find(key) is { HasTicket: true })
        {
            NoRefund(turn);
            return;
        }
        if (Open(turn, key) is not { } booking) return;
        LetGo(turn);
        turn.State = turn.State.With(booking with { Status = BookingStatus.Dropped }) with { Step = Step.Idle };
        turn.Say("Done, I've let it go. Nothing was charged.", MainReplies(turn));
    }

    private static void Cancel(Turn turn)
    {
        var had = Pending(turn) is not null || turn.State.Draft != new Draft();
        LetGo(turn);
        turn.State = turn.State with { Draft = new Draft(), Step = Step.Idle };
        var paid = turn.State.Bookings.Any(booking => booking.HasTicket);
        turn.Say(
            (had ? "Done, I've let that go. Nothing was charged." : "There is nothing open to cancel.") + (paid ? " Paid tickets stay as they are." : ""),
            MainReplies(turn));
    }

    /// <summary>Gives up the booking being made, and its seats with it.</summary>
    private static void LetGo(Turn turn, string? except = null)
    {
        if (Pending(turn) is not { HasTicket: false } pending || pending.Key == except) return;
        turn.State = turn.State.With(pending with { Status = BookingStatus.Dropped }) with { Pending = null, Step = Step.Idle };
    }

    private static bool StillSold(Turn turn, Itinerary journey)
    {
        if (journey.First.Departure.ToInstant() > turn.Now + SalesClose) return true;
        LetGo(turn);
        turn.Say(
            journey.First.Departure.ToInstant() > turn.Now ? "That flight has closed for booking." : "That flight has left.",
            new Reply("Another day", Payloads.OtherDay(journey.First.From.Code, journey.Last.To.Code)), new Reply("Book a flight", Payloads.Book));
        return false;
    }

    private static bool Lapsed(Turn turn, Booking booking) => booking.HeldUntil <= turn.Now.ToUnixTimeMilliseconds();

    /// <summary>A stored key was valid when it was stored, and the timetable never forgets.</summary>
    private Itinerary Journey(Booking booking) =>
        timetable.Itinerary(booking.Itinerary) ?? throw new InvalidDataException($"Booking {booking.Key} is of the unknown journey {booking.Itinerary}.");

    private static PassengerName Name(Booking booking) => new(booking.Given ?? "", booking.Surname ?? "");

    private static string Spoken(Itinerary journey) => $"{string.Join(" + ", journey.Flights.Select(flight => flight.Spoken))}, {Words.Times(journey)}";

    private static string Day(Itinerary journey) =>
        Payloads.Day(journey.First.From.Code, journey.Last.To.Code, Iso.Format(journey.First.Date));

    /// <summary>The person's own name if it can stand on a boarding pass.</summary>
    private static PassengerName? OwnName(Turn turn) =>
        OwnNameSpoken(turn) is { } spoken && PassengerName.Read(spoken) is NameOutcome.Read
            ? new PassengerName(turn.State.FirstName ?? "", turn.State.LastName ?? "") is { Given.Length: > 0, Surname.Length: > 0 } both ? both : ((NameOutcome.Read)PassengerName.Read(spoken)).Name
            : null;

    private static string? OwnNameSpoken(Turn turn) =>
        $"{turn.State.FirstName} {turn.State.LastName}".Trim() is { Length: > 0 } spoken ? spoken : null;

    /// <summary>The same for the same act, so that a repeat after a crash makes the same booking.</summary>
    private static string KeyOf(Turn turn, string journey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{turn.State.Id} {turn.State.Seen[^1]} {journey}")))[..16];
}
