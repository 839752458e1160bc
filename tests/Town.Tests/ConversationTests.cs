using System.Globalization;
using NodaTime;
using Stoa.Town.Airline;

namespace Stoa.Town.Tests;

public sealed class ConversationTests
{
    [Fact]
    public void A_flight_is_found_chosen_paid_and_boarded_in_one_conversation()
    {
        var talk = new Talk();
        talk.Press(Payloads.Start);
        Assert.Contains("Welcome aboard, Zofia", talk.Text, StringComparison.Ordinal);

        talk.Say("Amsterdam to Tel Aviv on 12 December");
        Assert.Contains("Amsterdam to Tel Aviv on Saturday 12 December: 4 flights", talk.Text, StringComparison.Ordinal);
        Assert.Equal(4, talk.Offers.Count);
        Assert.Contains("typing_on", talk.Actions);
        Assert.Contains("mark_seen", talk.Actions);
        var offer = talk.Offers[0]["flight_offer"]!;
        Assert.Equal("AMS", offer["departure_airport"]!["airport_code"]!.GetValue<string>());
        Assert.StartsWith("2026-12-12T", offer["flight_schedule"]!["departure_time"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single(talk.Offers, o => o["flight_offer"]!["tag"] is not null);
        var price = offer["price"]!["amount"]!.GetValue<string>();

        talk.Tap("Choose");
        Assert.Contains("Who is flying?", talk.Text, StringComparison.Ordinal);
        talk.Tap("Zofia Nowak");
        talk.Tap("Window");
        Assert.Equal(price, (Talk.Total(talk.PayButton) / 100m).ToString("0.00", CultureInfo.InvariantCulture));
        Assert.Equal("Pay EUR " + price, talk.PayButton["title"]!.GetValue<string>());

        var button = talk.PayButton;
        Assert.True(talk.AskToPay(button));
        Assert.Empty(talk.Said);
        talk.Pay(button);
        Assert.StartsWith("Paid, thank you, Zofia. You fly to Tel Aviv on Saturday 12 December", talk.Text, StringComparison.Ordinal);
        var receipt = talk.Template("receipt")!;
        Assert.Equal(decimal.Parse(price, CultureInfo.InvariantCulture), receipt["summary"]!["total_cost"]!.GetValue<decimal>());
        var itinerary = talk.Template("airline_itinerary")!;
        Assert.Equal(price, itinerary["total_price"]!.GetValue<string>());
        var pnr = itinerary["pnr_number"]!.GetValue<string>();
        var checkin = talk.Template("airline_checkin")!;
        Assert.Equal(pnr, checkin["pnr_number"]!.GetValue<string>());

        talk.Press(checkin["checkin_payload"]!.GetValue<string>());
        var pass = talk.Template("airline_boardingpass")!["boarding_pass"]![0]!;
        Assert.Equal("aztec", pass["symbology"]!.GetValue<string>());
        var code = pass["qr_code"]!.GetValue<string>();
        Assert.Equal(60, code.Length);
        var read = Assert.IsType<ReadBcbp.Outcome.Pass>(ReadBcbp.Read(code)).Value;
        Assert.Equal("NOWAK/ZOFIA", read.Name);
        var leg = Assert.Single(read.Legs);
        Assert.Equal((pnr, "AMS", "TLV", 346, "Y"), (leg.Pnr, leg.From, leg.To, leg.DayOfYear, leg.Compartment.ToString()));
        Assert.Equal(pass["seat"]!.GetValue<string>(), leg.Seat);
        Assert.Equal(1, leg.Sequence);
        Assert.Equal(pass["flight_info"]!["flight_number"]!.GetValue<string>(), leg.Carrier + leg.FlightNumber);
    }

    [Fact]
    public void A_journey_with_a_change_has_one_code_for_both_gates()
    {
        var talk = new Talk();
        var button = talk.ToPayment("Gdansk to Tel Aviv on 12 December", seat: "Aisle");
        Assert.True(talk.AskToPay(button));
        talk.Pay(button);
        Assert.Equal(2, talk.Template("airline_itinerary")!["flight_info"]!.AsArray().Count);
        talk.Press(talk.Template("airline_checkin")!["checkin_payload"]!.GetValue<string>());
        var passes = talk.Template("airline_boardingpass")!["boarding_pass"]!.AsArray();
        Assert.Equal(2, passes.Count);
        var codes = passes.Select(pass => pass!["qr_code"]!.GetValue<string>()).Distinct().ToArray();
        var read = Assert.IsType<ReadBcbp.Outcome.Pass>(ReadBcbp.Read(Assert.Single(codes))).Value;
        Assert.Equal(97, codes[0].Length);
        Assert.Equal(2, read.Legs.Count);
        Assert.Equal(("GDN", "TLV"), (read.Legs[0].From, read.Legs[1].To));
        Assert.Equal(read.Legs[0].To, read.Legs[1].From);
    }

    [Fact]
    public void By_buttons_alone_one_gets_to_the_flights()
    {
        var talk = new Talk();
        talk.Press(Payloads.Book).Tap("Amsterdam");
        Assert.Contains("From Amsterdam (AMS). Where to?", talk.Text, StringComparison.Ordinal);
        Assert.Equal(8, talk.Replies().Count);
        talk.Tap(talk.Replies()[0].Title);
        Assert.Contains("Which day?", talk.Text, StringComparison.Ordinal);
        talk.Tap("Tomorrow");
        Assert.NotEmpty(talk.Offers);
    }

    [Fact]
    public void Words_in_the_middle_fill_what_is_missing()
    {
        var talk = new Talk();
        Assert.Contains("Where do you start?", talk.Say("I want to fly to Athens").Text, StringComparison.Ordinal);
        Assert.Contains("Warsaw to Athens. Which day?", talk.Say("warsaw").Text, StringComparison.Ordinal);
        Assert.Contains("Warsaw to Athens on Friday 27 November", talk.Say("next friday").Text, StringComparison.Ordinal);
        Assert.Contains("Warsaw to Athens on Sunday 29 November", talk.Say("what about sunday 29 november?").Text, StringComparison.Ordinal);
        Assert.Contains("Warsaw to Rome on Sunday 29 November", talk.Say("and to rome?").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("atlantiss town to rome", "I don't know a place called")]
    [InlineData("warsaw to athens yesterday", "has already passed")]
    [InlineData("warsaw to athens on 19 november", "has already passed")]
    [InlineData("warsaw to athens on 1 january 2028", "further ahead")]
    [InlineData("warsaw to athens on 31 february", "isn't a day in my calendar")]
    [InlineData("warsaw to warsaw tomorrow", "You'd be there already")]
    [InlineData("san jose to london tomorrow", "There are several places like that")]
    [InlineData("warsaw to haifa tomorrow", "I sell one way|Nobody flies|no way|directly")]
    [InlineData("hello", "Hello, Zofia!")]
    [InlineData("thanks!", "You're welcome, Zofia")]
    [InlineData("are you a robot?", "booking program")]
    [InlineData("how are you?", "Clear skies")]
    [InlineData("I want to talk to a person", "Nobody is at the desk at this hour")]
    [InlineData("help", "I can:")]
    [InlineData("what can you do?", "I can:")]
    [InlineData("my trips", "no trips yet")]
    [InlineData("cancel", "nothing open to cancel")]
    [InlineData("can I get a refund?", "can't change or refund")]
    [InlineData("how many bags can I take", "One cabin bag")]
    [InlineData("qwertzuiop asdfgh", "Sorry, I didn't get that")]
    [InlineData("🙂", "Good.")]
    [InlineData("KL492", "flies every day from")]
    [InlineData("give me a poem about the sea", "Sorry, I didn't get that")]
    public void Whatever_is_said_gets_a_fitting_answer(string said, string expected)
    {
        var answer = new Talk().Say(said).Text;
        Assert.True(expected.Split('|').Any(part => answer.Contains(part, StringComparison.Ordinal)), answer);
    }

    [Fact]
    public void The_same_act_delivered_twice_says_and_changes_nothing_the_second_time()
    {
        var talk = new Talk();
        var act = new Incoming.Text("mid.1", "Amsterdam to Tel Aviv on 12 December");
        Assert.NotEmpty(talk.Do(act).Said);
        var state = talk.State;
        Assert.Empty(talk.Do(act).Said);
        Assert.Equal(state.Quotes.Count, talk.State.Quotes.Count);
    }

    [Fact]
    public void A_payment_told_twice_gives_one_ticket()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        Assert.True(talk.AskToPay(button));
        talk.Pay(button);
        var pnr = Assert.Single(talk.State.Bookings).Pnr;
        Assert.Empty(talk.Pay(button).Said);
        Assert.Equal(pnr, Assert.Single(talk.State.Bookings).Pnr);
    }

    [Fact]
    public void Old_buttons_say_that_it_is_done_and_show_it_again()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        var booking = button["payload"]!.GetValue<string>();
        var choose = talk.State.Bookings[0].Itinerary;
        talk.Press(Payloads.Choose(choose));
        Assert.Contains("already", talk.Text, StringComparison.Ordinal);
        Assert.NotNull(talk.PayButton);

        Assert.True(talk.AskToPay(button));
        talk.Pay(button);
        Assert.False(talk.AskToPay(button));
        Assert.Contains("paid already", talk.Text, StringComparison.Ordinal);

        talk.Press(Payloads.Choose(choose));
        Assert.Contains("You have a ticket for this flight already", talk.Text, StringComparison.Ordinal);
        talk.Press(Payloads.Seat(booking, "aisle"));
        Assert.Contains("That is done already", talk.Text, StringComparison.Ordinal);
        Assert.NotNull(talk.Template("airline_itinerary"));

        talk.Press(Payloads.CheckIn(booking));
        var first = talk.Template("airline_boardingpass")!["boarding_pass"]![0]!["qr_code"]!.GetValue<string>();
        talk.Press(Payloads.CheckIn(booking));
        Assert.Contains("already checked in", talk.Template("airline_boardingpass")!["intro_message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(first, talk.Template("airline_boardingpass")!["boarding_pass"]![0]!["qr_code"]!.GetValue<string>());
    }

    [Fact]
    public void No_payment_is_let_through_once_the_hold_is_over()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        talk.Now += Duration.FromMinutes(21);
        Assert.False(talk.AskToPay(button));
        Assert.Contains("Nothing was charged", talk.Text, StringComparison.Ordinal);
        var seats = talk.State.Bookings[0].Seats;
        talk.Tap("Hold it again");
        Assert.Equal(seats, talk.State.Bookings[0].Seats);
        Assert.True(talk.AskToPay(talk.PayButton));
    }

    [Fact]
    public void A_payment_under_way_keeps_the_seat_past_the_hold()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        talk.Now += Duration.FromMinutes(19);
        Assert.True(talk.AskToPay(button));
        talk.Now += Duration.FromMinutes(10);
        var seat = talk.State.Bookings[0].Seats[0];
        Assert.Equal(seat, Assert.Single(talk.Pay(button).State.Bookings).Seats[0]);
    }

    [Theory]
    [InlineData(1, "EUR")]
    [InlineData(0, "USD")]
    [InlineData(-100, "EUR")]
    public void A_payment_of_another_amount_is_refused(long more, string currency)
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        Assert.False(talk.AskToPay(button["payload"]!.GetValue<string>(), Talk.Total(button) + more, currency));
    }

    [Fact]
    public void Money_that_fits_no_booking_is_never_passed_over()
    {
        var talk = new Talk();
        talk.Do(new Incoming.Paid("payment:9", "nonsense", "9", "EUR", 12300));
        Assert.Contains("EUR 123.00", talk.Text, StringComparison.Ordinal);
        Assert.Contains("its number is 9", talk.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_people_never_get_one_seat()
    {
        var desk = new Desk();
        var zofia = new Talk("7000000000000001", desk);
        var tomek = new Talk("7000000000000002", desk, "Tomasz", "Wrona");
        var first = zofia.ToPayment();
        var second = tomek.ToPayment();
        Assert.NotEqual(zofia.State.Bookings[0].Seats[0], tomek.State.Bookings[0].Seats[0]);
        Assert.True(zofia.AskToPay(first));
        Assert.True(tomek.AskToPay(second));
        zofia.Pay(first);
        tomek.Pay(second, "pay-2");
        Assert.NotEqual(zofia.State.Bookings[0].Seats[0], tomek.State.Bookings[0].Seats[0]);
        Assert.NotEqual(zofia.State.Bookings[0].Pnr, tomek.State.Bookings[0].Pnr);
        zofia.Press(Payloads.CheckIn(zofia.State.Bookings[0].Key));
        tomek.Press(Payloads.CheckIn(tomek.State.Bookings[0].Key));
        Assert.Equal([1, 2], [zofia.State.Bookings[0].Sequences[0], tomek.State.Bookings[0].Sequences[0]]);
    }

    [Fact]
    public void A_lapsed_seat_that_somebody_else_took_is_replaced_when_it_is_held_again()
    {
        var desk = new Desk();
        var zofia = new Talk("7000000000000001", desk);
        var tomek = new Talk("7000000000000002", desk, "Tomasz", "Wrona");
        var button = zofia.ToPayment();
        var seat = zofia.State.Bookings[0].Seats[0];
        zofia.Now = tomek.Now = Talk.Start + Duration.FromMinutes(30);
        tomek.ToPayment();
        Assert.Equal(seat, tomek.State.Bookings[0].Seats[0]);
        Assert.False(zofia.AskToPay(button));
        zofia.Tap("Hold it again");
        Assert.NotEqual(seat, zofia.State.Bookings[0].Seats[0]);
    }

    [Fact]
    public void A_payment_that_comes_after_the_seat_has_gone_still_gives_a_ticket_on_another_seat()
    {
        var desk = new Desk();
        var zofia = new Talk("7000000000000001", desk);
        var tomek = new Talk("7000000000000002", desk, "Tomasz", "Wrona");
        var button = zofia.ToPayment();
        Assert.True(zofia.AskToPay(button));
        var seat = zofia.State.Bookings[0].Seats[0];
        zofia.Now = tomek.Now = Talk.Start + Duration.FromHours(5);
        tomek.ToPayment(seat: "Window");
        zofia.Pay(button);
        Assert.Contains("Meanwhile the seat had gone", zofia.Text, StringComparison.Ordinal);
        Assert.NotEqual(seat, zofia.State.Bookings[0].Seats[0]);
        Assert.NotEqual(tomek.State.Bookings[0].Seats[0], zofia.State.Bookings[0].Seats[0]);
    }

    [Theory]
    [InlineData("Łukasz Żółć", "ZOLC/LUKASZ")]
    [InlineData("Anna van der Berg", "VAN DER BERG/ANNA")]
    [InlineData("Nowak/Zofia", "NOWAK/ZOFIA")]
    public void A_typed_name_goes_on_the_pass(string typed, string onPass)
    {
        var talk = new Talk();
        talk.Say("AMS TLV 12 dec").Tap("Choose").Say(typed);
        Assert.Contains("Where would you like to sit?", talk.Text, StringComparison.Ordinal);
        talk.Say("isle please");
        var button = talk.PayButton;
        Assert.True(talk.AskToPay(button));
        talk.Pay(button).Press(Payloads.CheckIn(button["payload"]!.GetValue<string>()));
        Assert.Equal(onPass, talk.Template("airline_boardingpass")!["boarding_pass"]![0]!["passenger_name"]!.GetValue<string>());
    }

    [Fact]
    public void A_name_in_hebrew_is_not_guessed_into_latin_letters()
    {
        var talk = new Talk(first: "נועה", last: "לוי");
        talk.Say("AMS TLV 12 dec").Tap("Choose");
        Assert.DoesNotContain(talk.Replies(), reply => reply.Payload!.StartsWith("me:", StringComparison.Ordinal));
        Assert.Contains("Latin letters", talk.Say("נועה לוי").Text, StringComparison.Ordinal);
        Assert.Contains("family name", talk.Say("Noa").Text, StringComparison.Ordinal);
        Assert.Contains("Where would you like to sit?", talk.Say("Noa Levi").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_middle_of_a_booking_another_journey_is_understood_and_the_seat_let_go()
    {
        var talk = new Talk();
        var old = talk.ToPayment();
        talk.Say("Paris to Rome tomorrow");
        Assert.Contains("Paris to Rome on Saturday 21 November", talk.Text, StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Dropped, talk.State.Bookings[0].Status);
        Assert.False(talk.AskToPay(old));
    }

    [Fact]
    public void Cancel_lets_the_seat_go_and_leaves_tickets_alone()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        Assert.True(talk.AskToPay(button));
        talk.Pay(button);
        talk.ToPayment(offer: 1);
        Assert.Contains("Paid tickets stay", talk.Say("cancel").Text, StringComparison.Ordinal);
        Assert.Equal([BookingStatus.Ticketed, BookingStatus.Dropped], talk.State.Bookings.Select(b => b.Status));
        talk.Say("my trips");
        Assert.Single(talk.Offers);
        Assert.Contains(talk.Buttons(), b => b["title"]!.GetValue<string>() == "Check in");
    }

    [Fact]
    public void A_morning_is_a_morning_and_later_goes_on()
    {
        var talk = new Talk();
        talk.Say("London to New York on 12 december in the morning");
        Assert.All(talk.Offers, offer => Assert.True(Hour(offer) < 12));
        Assert.NotEmpty(talk.Offers);
        var last = talk.Offers[^1]["flight_offer"]!["flight_schedule"]!["departure_time"]!.GetValue<string>();
        talk.Say("later");
        Assert.True(string.CompareOrdinal(talk.Offers[0]["flight_offer"]!["flight_schedule"]!["departure_time"]!.GetValue<string>(), last) >= 0);

        static int Hour(System.Text.Json.Nodes.JsonObject offer) =>
            int.Parse(offer["flight_offer"]!["flight_schedule"]!["departure_time"]!.GetValue<string>().AsSpan(11, 2), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_price_told_is_the_price_paid_for_twenty_minutes_and_a_new_one_is_said()
    {
        var talk = new Talk { Now = Instant.FromUtc(2026, 12, 9, 22, 50) };
        talk.Say("AMS TLV 12 dec");
        var payload = talk.Offers[0]["buttons"]![0]!["payload"]!.GetValue<string>();
        var told = talk.State.Quotes[0].BaseMinor;
        talk.Now = Instant.FromUtc(2026, 12, 9, 23, 5);
        Assert.Equal(told, talk.Press(payload).State.Bookings[0].BaseMinor);
        talk.Say("cancel");
        talk.Now = Instant.FromUtc(2026, 12, 9, 23, 30);
        Assert.Contains("The price I held has run out", talk.Press(payload).Text, StringComparison.Ordinal);
        Assert.True(talk.State.Bookings[^1].BaseMinor > told);
    }

    [Fact]
    public void A_flight_that_has_left_is_neither_sold_nor_checked_in()
    {
        var talk = new Talk();
        var button = talk.ToPayment();
        Assert.True(talk.AskToPay(button));
        talk.Pay(button);
        talk.Say("AMS TLV 12 dec");
        var other = talk.Offers[1]["buttons"]![0]!["payload"]!.GetValue<string>();
        talk.Now = Instant.FromUtc(2026, 12, 13, 12, 0);
        Assert.Contains("has left", talk.Press(other).Text, StringComparison.Ordinal);
        Assert.Contains("check-in is closed", talk.Press(Payloads.CheckIn(button["payload"]!.GetValue<string>())).Text, StringComparison.Ordinal);
        Assert.Contains("All your trips are flown", talk.Say("my trips").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_message_keeps_the_limits_of_the_send_api()
    {
        string[] cities = ["London", "Ho Chi Minh City", "Thiruvananthapuram", "Frankfurt", "Paris", "New York", "Gdansk", "Santiago de Compostela", "Buenos Aires"];
        foreach (var from in cities)
        {
            foreach (var to in cities)
            {
                var talk = new Talk();
                talk.Say($"{from} to {to} on 12 december");
                foreach (var message in talk.Said)
                {
                    Assert.True((message["text"]?.GetValue<string>().Length ?? 0) <= 2000);
                    foreach (var (title, payload) in talk.Replies()) Assert.True(title.Length is > 0 and <= 20 && payload!.Length is > 0 and <= 1000, title);
                    Assert.InRange(talk.Replies().Count, 0, 13);
                    Assert.InRange(talk.Offers.Count, 0, 10);
                    Assert.All(talk.Offers, offer => Assert.True(offer["title"]!.GetValue<string>().Length <= 80 && offer["subtitle"]!.GetValue<string>().Length <= 80));
                }
            }
        }
    }
}
