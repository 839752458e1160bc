using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Stoa.Town.Flights;
using Stoa.Town.Passes;

namespace Stoa.Town.Airline;

/// <summary>A quick reply: what it says (20 characters are shown) and what its tap sends.</summary>
internal readonly record struct Reply(string Title, string Payload);

/// <summary>The shapes of the Send API that the airline uses; each returns the body without its recipient.</summary>
internal static class Messages
{
    public const int TitleLength = 20;

    private static readonly LocalDateTimePattern Minutes = LocalDateTimePattern.CreateWithInvariantCulture("yyyy-MM-dd'T'HH:mm");

    public static JsonObject Action(string action) => new() { ["sender_action"] = action };

    public static JsonObject Text(string text, params IEnumerable<Reply> replies) => Body(new JsonObject { ["text"] = text }, replies);

    public static JsonObject Generic(IEnumerable<JsonObject> elements, params IEnumerable<Reply> replies) =>
        Template(new JsonObject { ["template_type"] = "generic", ["elements"] = new JsonArray([.. elements]) }, replies);

    public static JsonObject Postback(string title, string payload) => new() { ["type"] = "postback", ["title"] = title, ["payload"] = payload };

    /// <summary>An element of the carousel: the plain form for any client, the offer for one that knows it.</summary>
    public static JsonObject Offer(Itinerary journey, Fare fare, bool lowest, int seatsLeft, Instant heldUntil)
    {
        var offer = new JsonObject
        {
            ["flight_number"] = journey.Designators,
            ["departure_airport"] = Airport(journey.First.From),
            ["arrival_airport"] = Airport(journey.Last.To),
            ["flight_schedule"] = Schedule(journey.First.Departure, journey.Last.Arrival),
            ["duration_minutes"] = journey.Minutes,
            ["stops"] = journey.Stops,
            ["price"] = new JsonObject { ["amount"] = Fare.Amount(fare.TotalMinor), ["currency"] = Fare.Currency },
            ["note"] = Note(journey),
            ["held_until"] = InstantPattern.General.Format(Instant.FromUnixTimeSeconds(heldUntil.ToUnixTimeSeconds())),
        };
        if (lowest) offer["tag"] = "lowest";
        if (seatsLeft <= 9) offer["seats_left"] = seatsLeft;
        return new JsonObject
        {
            ["title"] = Cut($"{string.Join(" + ", journey.Flights.Select(f => f.Spoken))} · {Words.Times(journey)}", 80),
            ["subtitle"] = Cut($"{journey.First.From.City} to {journey.Last.To.City}, {Fare.Spoken(fare.TotalMinor)}, {Note(journey)}", 80),
            ["flight_offer"] = offer,
            ["buttons"] = new JsonArray(Postback("Choose", Payloads.Choose(journey.Key))),
        };
    }

    /// <summary>Everything in one price, with the button that pays it.</summary>
    public static JsonObject Payment(Booking booking, Itinerary journey, PassengerName name, params IEnumerable<Reply> replies)
    {
        var pay = new JsonObject
        {
            ["type"] = "payment",
            ["title"] = Cut("Pay " + Fare.Spoken(booking.TotalMinor), TitleLength),
            ["payload"] = booking.Key,
            ["payment_summary"] = new JsonObject
            {
                ["currency"] = Fare.Currency,
                ["payment_type"] = "FIXED_AMOUNT",
                ["merchant_name"] = Profile.Name,
                ["requested_user_info"] = new JsonArray("contact_name"),
                ["price_list"] = new JsonArray(
                    new JsonObject { ["label"] = "Fare", ["amount"] = Fare.Amount(booking.BaseMinor) },
                    new JsonObject { ["label"] = "Taxes", ["amount"] = Fare.Amount(booking.TaxesMinor) }),
            },
        };
        var element = new JsonObject
        {
            ["title"] = Cut($"{journey.First.From.City} to {journey.Last.To.City}, {Fare.Spoken(booking.TotalMinor)}", 80),
            ["subtitle"] = Cut($"{Words.ShortDay(journey.First.Date)}, {Words.Times(journey)} · {name.Spoken} · {Words.Seats(booking.Seats)}", 80),
            ["buttons"] = new JsonArray(pay, Postback("Change seat", Payloads.Reseat(booking.Key)), Postback("Cancel", Payloads.Drop(booking.Key))),
        };
        return Generic([element], replies);
    }

    public static JsonObject Receipt(Booking booking, Itinerary journey, PassengerName name, string payer) => Template(new JsonObject
    {
        ["template_type"] = "receipt",
        ["recipient_name"] = payer,
        ["merchant_name"] = Profile.Name,
        ["order_number"] = $"HS-{booking.Pnr}",
        ["currency"] = Fare.Currency,
        ["payment_method"] = "Paid in this conversation",
        ["timestamp"] = (booking.PaidAt / 1000).ToString(CultureInfo.InvariantCulture),
        ["elements"] = new JsonArray(new JsonObject
        {
            ["title"] = $"Flight {string.Join(" + ", journey.Flights.Select(f => f.Spoken))}",
            ["subtitle"] = $"{journey.First.From.City} to {journey.Last.To.City}, {Words.ShortDay(journey.First.Date)}, {name.Spoken}",
            ["quantity"] = 1,
            ["price"] = booking.BaseMinor / 100m,
            ["currency"] = Fare.Currency,
        }),
        ["summary"] = new JsonObject
        {
            ["subtotal"] = booking.BaseMinor / 100m,
            ["total_tax"] = booking.TaxesMinor / 100m,
            ["total_cost"] = booking.TotalMinor / 100m,
        },
    });

    public static JsonObject Itinerary(Booking booking, Itinerary journey, PassengerName name, string intro) => Template(new JsonObject
    {
        ["template_type"] = "airline_itinerary",
        ["intro_message"] = intro,
        ["locale"] = "en_US",
        ["theme_color"] = Profile.Color,
        ["pnr_number"] = booking.Pnr,
        ["passenger_info"] = new JsonArray(new JsonObject { ["passenger_id"] = "p1", ["name"] = name.Spoken, ["ticket_number"] = booking.Ticket }),
        ["flight_info"] = new JsonArray([.. journey.Flights.Select((flight, i) => (JsonNode)new JsonObject
        {
            ["connection_id"] = "c1",
            ["segment_id"] = Segment(i),
            ["flight_number"] = flight.Designator,
            ["aircraft_type"] = flight.Cabin.Aircraft,
            ["travel_class"] = "economy",
            ["departure_airport"] = Airport(flight.From),
            ["arrival_airport"] = Airport(flight.To),
            ["flight_schedule"] = Schedule(flight.Departure, flight.Arrival, boarding: true),
        })]),
        ["passenger_segment_info"] = new JsonArray([.. journey.Flights.Select((flight, i) => (JsonNode)new JsonObject
        {
            ["segment_id"] = Segment(i),
            ["passenger_id"] = "p1",
            ["seat"] = booking.Seats[i].Length > 0 ? booking.Seats[i] : "at the gate",
            ["seat_type"] = booking.Seats[i].Length > 0 ? $"Economy, {flight.Cabin.KindOf(booking.Seats[i]).ToString().ToLowerInvariant()}" : "Economy",
            ["product_info"] = new JsonArray(
                new JsonObject { ["title"] = "Bags", ["value"] = "One cabin bag" },
                new JsonObject { ["title"] = "Operated by", ["value"] = flight.AirlineName }),
        })]),
        ["base_price"] = Fare.Amount(booking.BaseMinor),
        ["tax"] = Fare.Amount(booking.TaxesMinor),
        ["total_price"] = Fare.Amount(booking.TotalMinor),
        ["currency"] = Fare.Currency,
    });

    public static JsonObject CheckIn(Booking booking, Itinerary journey, string intro, string address) => Template(new JsonObject
    {
        ["template_type"] = "airline_checkin",
        ["intro_message"] = intro,
        ["locale"] = "en_US",
        ["theme_color"] = Profile.Color,
        ["pnr_number"] = booking.Pnr,
        ["checkin_url"] = $"{address}/check-in",
        ["checkin_payload"] = Payloads.CheckIn(booking.Key),
        ["flight_info"] = new JsonArray([.. journey.Flights.Select(flight => (JsonNode)new JsonObject
        {
            ["flight_number"] = flight.Designator,
            ["departure_airport"] = Airport(flight.From),
            ["arrival_airport"] = Airport(flight.To),
            ["flight_schedule"] = Schedule(flight.Departure, flight.Arrival, boarding: true),
        })]),
    });

    /// <summary>One pass per flight, all with the one barcode that carries every leg. A gate nobody has confirmed is not named.</summary>
    public static JsonObject BoardingPass(Booking booking, Itinerary journey, PassengerName name, string intro, string address, params IEnumerable<Reply> replies)
    {
        var code = BoardingCode.For(booking, journey, name);
        return Template(
            new JsonObject
            {
                ["template_type"] = "airline_boardingpass",
                ["intro_message"] = intro,
                ["locale"] = "en_US",
                ["theme_color"] = Profile.Color,
                ["boarding_pass"] = new JsonArray([.. journey.Flights.Select((flight, i) =>
                {
                    var seat = booking.Seats[i];
                    List<JsonNode> secondary = [Field("Boarding", Words.Time(Words.Boarding(flight)))];
                    if (seat.Length > 0) secondary.Add(Field("Seat", seat));
                    secondary.Add(Field("Group", Words.Group(flight, seat)));
                    secondary.Add(Field("Sequence", booking.Sequences[i].ToString("000", CultureInfo.InvariantCulture)));
                    var pass = new JsonObject
                    {
                        ["passenger_name"] = name.ForPass(),
                        ["pnr_number"] = booking.Pnr,
                        ["travel_class"] = "economy",
                        ["auxiliary_fields"] = new JsonArray(
                            Field("Departure", Words.PassDay(flight.Departure.LocalDateTime)), Field("Operated by", flight.AirlineName), Field("Class", "Economy")),
                        ["secondary_fields"] = new JsonArray([.. secondary]),
                        ["logo_image_url"] = $"{address}/halcyon.svg",
                        ["above_bar_code_image_url"] = $"{address}/economy.svg",
                        ["qr_code"] = code,
                        ["symbology"] = "aztec",
                        ["flight_info"] = new JsonObject
                        {
                            ["flight_number"] = flight.Designator,
                            ["departure_airport"] = Airport(flight.From),
                            ["arrival_airport"] = Airport(flight.To),
                            ["flight_schedule"] = Schedule(flight.Departure, flight.Arrival, boarding: true),
                        },
                    };
                    if (seat.Length > 0) pass["seat"] = seat;
                    return (JsonNode)pass;
                })]),
            },
            replies);
    }

    public static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1).TrimEnd(), "…");

    private static JsonObject Template(JsonObject payload, params IEnumerable<Reply> replies) =>
        Body(new JsonObject { ["attachment"] = new JsonObject { ["type"] = "template", ["payload"] = payload } }, replies);

    private static JsonObject Body(JsonObject message, IEnumerable<Reply> replies)
    {
        JsonNode[] quick = [.. replies.DistinctBy(reply => reply.Payload).Take(13).Select(reply =>
            new JsonObject { ["content_type"] = "text", ["title"] = Cut(reply.Title, TitleLength), ["payload"] = reply.Payload })];
        if (quick.Length > 0) message["quick_replies"] = new JsonArray(quick);
        return new JsonObject { ["message"] = message };
    }

    private static JsonObject Airport(Geography.Airport airport) => new() { ["airport_code"] = airport.Code, ["city"] = airport.City };

    private static JsonObject Schedule(ZonedDateTime departure, ZonedDateTime arrival, bool boarding = false)
    {
        var schedule = new JsonObject { ["departure_time"] = Minutes.Format(departure.LocalDateTime), ["arrival_time"] = Minutes.Format(arrival.LocalDateTime) };
        if (boarding) schedule["boarding_time"] = Minutes.Format(departure.Minus(Words.BoardingBefore).LocalDateTime);
        return schedule;
    }

    private static JsonObject Field(string label, string value) => new() { ["label"] = label, ["value"] = value };

    private static string Segment(int index) => "s" + (index + 1).ToString(CultureInfo.InvariantCulture);

    private static string Note(Itinerary journey) => journey.Stops == 0
        ? $"operated by {journey.First.AirlineName}"
        : $"change in {journey.First.To.City}, {Words.Span((int)(journey.Last.Departure.ToInstant() - journey.First.Arrival.ToInstant()).TotalMinutes)}";
}
