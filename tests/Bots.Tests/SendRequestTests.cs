using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Protocol.Graph;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Every template as documented is taken; every wrong member is named by its path.</summary>
public sealed class SendRequestTests
{
    private const string Element = """{"title":"T","subtitle":"s"}""";
    private const string Airport = """{"airport_code":"WAW","city":"Warsaw"}""";
    private const string Schedule = """{"departure_time":"2026-06-12T07:40","arrival_time":"2026-06-12T11:20"}""";
    private const string Flight = $$"""{"flight_number":"HS412","departure_airport":{{Airport}},"arrival_airport":{{Airport}},"flight_schedule":{{Schedule}}}""";
    private const string Receipt = """{"template_type":"receipt","recipient_name":"A","order_number":"1","currency":"EUR","payment_method":"Visa","summary":{"total_cost":56.14}}""";
    private const string Offer = $$"""{"flight_number":"HS412","departure_airport":{{Airport}},"arrival_airport":{{Airport}},"flight_schedule":{{Schedule}},"duration_minutes":160,"stops":0,"price":{"amount":"189.00","currency":"EUR"},"note":"bag","tag":"lowest","seats_left":3,"held_until":"2026-06-01T10:02:00Z"}""";
    private const string Pay = """{"type":"payment","title":"buy","payload":"P","payment_summary":{"currency":"USD","payment_type":"FIXED_AMOUNT","is_test_payment":true,"merchant_name":"M","requested_user_info":["contact_name"],"price_list":[{"label":"Subtotal","amount":"29.99"},{"label":"Taxes","amount":".07"}]}}""";
    private const string Itinerary = $$"""{"template_type":"airline_itinerary","intro_message":"Here","locale":"en_US","pnr_number":"ABCDEF","passenger_info":[{"name":"F","passenger_id":"p1"}],"flight_info":[{"connection_id":"c1","segment_id":"s1","flight_number":"KL9","departure_airport":{{Airport}},"arrival_airport":{{Airport}},"flight_schedule":{{Schedule}},"travel_class":"business"}],"passenger_segment_info":[{"segment_id":"s1","passenger_id":"p1","seat":"12A","seat_type":"Business"}],"total_price":"14003","currency":"USD"}""";
    private const string Checkin = $$"""{"template_type":"airline_checkin","intro_message":"Now","locale":"en_US","checkin_url":"https://x.example/c","checkin_payload":"CHECKIN","flight_info":[{{Flight}}]}""";
    private const string Pass = $$"""{"template_type":"airline_boardingpass","intro_message":"You are checked in.","locale":"en_US","boarding_pass":[{"passenger_name":"SMITH/N","pnr_number":"CG4X7U","seat":"74J","symbology":"aztec","auxiliary_fields":[{"label":"Terminal","value":"T1"}],"logo_image_url":"https://x.example/l.png","above_bar_code_image_url":"https://x.example/p.png","qr_code":"M1SMITH/N","flight_info":{{Flight}}}]}""";

    public static TheoryData<string, string> Taken { get; } = new()
    {
        { "text", """{"text":"hello"}""" },
        { "2000 characters outside the first plane", $$"""{"text":"{{string.Concat(Enumerable.Repeat("😀", 2000))}}"}""" },
        { "quick replies", """{"text":"Pick","quick_replies":[{"content_type":"text","title":"Red","payload":"R","image_url":"https://x.example/r.png"},{"title":"Blue","payload":7}]}""" },
        { "image", """{"attachment":{"type":"image","payload":{"url":"https://x.example/a.png","is_reusable":"true"}}}""" },
        { "several images", """{"attachments":[{"type":"image","payload":{"url":"https://x.example/a.png"}},{"type":"image","payload":{"url":"https://x.example/b.png"}}]}""" },
        { "generic", Template($$"""{"template_type":"generic","elements":[{"title":"T","item_url":"https://x.example"},{"title":"U","default_action":{"type":"web_url","url":"https://x.example"} },{"title":"V","buttons":[{{Pay}},{"type":"phone_number","title":"Call","payload":"+15105551234"},{"type":"web_url","title":"W","url":"https://x.example","webview_height_ratio":"tall"} ] } ] }""") },
        { "flight offers", Template($$"""{"template_type":"generic","elements":[{"title":"HS 412","flight_offer":{{Offer}} }]}""") },
        { "titles over the shown limit", Template($$"""{"template_type":"generic","elements":[{"title":"{{new string('t', 200)}}","subtitle":"{{new string('s', 200)}}"}]}""") },
        { "unknown members everywhere", Template("""{"template_type":"generic","x":1,"elements":[{"title":"T","subtitle":"s","y":{},"buttons":[{"type":"postback","title":"P","payload":"p","z":[]}]}]}""") },
        { "button", Template("""{"template_type":"button","text":"What?","buttons":[{"type":"postback","title":"P","payload":"p"}]}""") },
        { "receipt", Template(Receipt) },
        { "airline_itinerary", Template(Itinerary) },
        { "airline_checkin", Template(Checkin) },
        { "airline_boardingpass", Template(Pass) },
        { "airline_update", Template($$"""{"template_type":"airline_update","update_type":"gate_change","locale":"en_US","pnr_number":"CF23G2","update_flight_info":{{Flight}} }""") },
        { "list", Template("""{"template_type":"list","top_element_style":"compact","elements":[{"title":"A","subtitle":"a","buttons":[{"type":"element_share"}]},{"title":"B"}],"buttons":[{"title":"More","type":"postback","payload":"M"}]}""") },
        { "media by id", Template("""{"template_type":"media","elements":[{"media_type":"IMAGE","attachment_id":12,"buttons":[{"type":"web_url","title":"W","url":"https://x.example"}]}]}""") },
        { "open graph", Template("""{"template_type":"open_graph","elements":[{"url":"https://x.example/song","buttons":[{"type":"web_url","title":"W","url":"https://x.example"}]}]}""") },
        { "product", Template("""{"template_type":"product","elements":[{"id":1},{"id":"2"}]}""") },
        { "coupon", Template("""{"template_type":"coupon","title":"10% off","coupon_code":"TEN","payload":"C","expire_time":"2025-10-25 16:00:00"}""") },
        { "feedback", Template("""{"template_type":"customer_feedback","title":"Rate us","feedback_screens":[{"questions":[{"id":"q_1","type":"csat","title":"How was it?","score_label":"neg_pos","score_option":"five_stars","follow_up":{"type":"free_form"}}]}],"business_privacy":{"url":"https://x.example"},"expires_in_days":3}""") },
        { "information", Template("""{"template_type":"customer_information","countries":["US"],"business_privacy":{"url":"https://x.example"}}""") },
        { "one-time notification", Template("""{"template_type":"one_time_notif_req","title":"When the shoes are back","payload":"P"}""") },
        { "notification messages", Template("""{"template_type":"notification_messages","payload":"P","notification_messages_frequency":"weekly","notification_messages_cta_text":"SIGN_UP"}""") },
        { "account buttons", Template("""{"template_type":"button","text":"x","buttons":[{"type":"account_link","url":"https://x.example/authorize"},{"type":"account_unlink"},{"type":"game_play","title":"Play","payload":"g","game_metadata":{"player_id":"1"}}]}""") },
        { "shared contents", Template("""{"template_type":"generic","elements":[{"title":"Quiz","buttons":[{"type":"element_share","share_contents":{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"I took it","subtitle":"Fez","buttons":[{"type":"web_url","title":"Take it","url":"https://x.example"}]}]}}}}]}]}""") },
        { "quick replies of all kinds", """{"text":"Pick","quick_replies":[{"content_type":"location"},{"content_type":"user_email"},{"content_type":"user_phone_number"}]}""" },
        { "audio by id", """{"attachment":{"type":"audio","payload":{"attachment_id":"1745504518999123"}}}""" },
        { "file", """{"attachment":{"type":"file","payload":{"url":"https://x.example/a.pdf"}}}""" },
    };

    // In order of precedence within each group: what is sent, the message, the subcode, the path.
    public static TheoryData<string, string, int?, string> Refused { get; } = new()
    {
        { """{"text":7}""", "Param message[text] must be a string.", null, "message[text]" },
        { $$"""{"text":"{{new string('x', 2001)}}"}""", "Length of param message[text] must be less than or equal to 2000", null, "message[text]" },
        { """{}""", "Message cannot be empty, must provide valid attachment or text", 2018034, "message" },
        { """{"text":""}""", "Message cannot be empty, must provide valid attachment or text", 2018034, "message" },
        { """{"text":"x","metadata":"X"}""".Replace("X", new string('m', 1001), StringComparison.Ordinal), "Length of param message[metadata] must be less than or equal to 1000", null, "message[metadata]" },
        { """{"text":"x","quick_replies":{}}""", "Param message[quick_replies] must be an array.", null, "message[quick_replies]" },
        { $$"""{"text":"x","quick_replies":[{{string.Join(',', Enumerable.Repeat("""{"title":"a","payload":"b"}""", 14))}}]}""", "Param message[quick_replies] must have 0 to 13 items.", null, "message[quick_replies]" },
        { """{"text":"x","quick_replies":[{"payload":"b"}]}""", "The parameter message[quick_replies][0][title] is required", null, "message[quick_replies][0][title]" },
        { """{"attachment":{"payload":{}}}""", "The parameter message[attachment][type] is required", null, "message[attachment][type]" },
        { """{"attachment":{"type":"image"}}""", "The parameter message[attachment][payload] is required", null, "message[attachment][payload]" },
        { """{"attachment":{"type":"image","payload":{"url":"javascript:alert(1)"}}}""", "message[attachment][payload][url] should represent a valid URL", null, "message[attachment][payload][url]" },
        { Template("{}"), "The parameter name_placeholder[template_type] is required", null, "message[attachment][payload][template_type]" },
        { Template("""{"template_type":"generic"}"""), "The parameter name_placeholder[elements] is required", null, "message[attachment][payload][elements]" },
        { Template("""{"template_type":"generic","elements":[]}"""), "param name_placeholder[elements] must be non-empty.", null, "message[attachment][payload][elements]" },
        { Template($$"""{"template_type":"generic","elements":[{{string.Join(',', Enumerable.Repeat(Element, 11))}}]}"""), "Param name_placeholder[elements] must have 1 to 10 items.", null, "message[attachment][payload][elements]" },
        { Template("""{"template_type":"generic","elements":[{"title":"T"}]}"""), "Element must have at least one property besides title.", null, "message[attachment][payload][elements][0]" },
        { Template($$"""{"template_type":"generic","elements":[{{Element}},{"title":7}]}"""), "Param name_placeholder[elements][1][title] must be a string.", null, "message[attachment][payload][elements][1][title]" },
        { Template("""{"template_type":"button","text":"x","buttons":[]}"""), "param name_placeholder[buttons] must be non-empty.", null, "message[attachment][payload][buttons]" },
        { Template("""{"template_type":"button","buttons":[{"type":"postback","title":"P","payload":"p"}]}"""), "The parameter name_placeholder[text] is required", null, "message[attachment][payload][text]" },
        { Buttons("""{"type":"postback","title":"P","payload":""}"""), "Payload cannot be empty for postback type button", 2018040, "message[attachment][payload][buttons][0][payload]" },
        { Buttons("""{"type":"web_url","title":"P"}"""), "Web url cannot be empty for url type button", 2018041, "message[attachment][payload][buttons][0][url]" },
        { Buttons("""{"type":"web_url","title":"P","url":"nonsense"}"""), "name_placeholder[buttons][0][url] should represent a valid URL", null, "message[attachment][payload][buttons][0][url]" },
        { Buttons("""{"type":"postback","payload":"p"}"""), "Element button title cannot be empty.", 2018053, "message[attachment][payload][buttons][0][title]" },
        { Buttons("""{"type":"explode","title":"P"}"""), "Param name_placeholder[buttons][0][type] must be one of {postback, web_url, payment, phone_number, account_link, account_unlink, element_share, game_play} - got \"explode\".", null, "message[attachment][payload][buttons][0][type]" },
        { Buttons("""{"type":"phone_number","title":"P","payload":"call me"}"""), "A phone number is + and digits, as +15105551234.", null, "message[attachment][payload][buttons][0][payload]" },
        { Buttons($$"""{"type":"postback","title":"P","payload":"p"},{{Pay}}"""), "A payment button must be the first button, and the only one of its kind.", null, "message[attachment][payload][buttons][1]" },
        { Buttons(Pay.Replace("29.99", "29.999", StringComparison.Ordinal)), "Param message[attachment][payload][buttons][0][payment_summary][price_list][0][amount] must be a decimal amount with at most 2 digits after the point.", null, "message[attachment][payload][buttons][0][payment_summary][price_list][0][amount]" },
        { Buttons("""{"type":"element_share"}"""), "element_share stands only in generic, list, media and open graph templates.", null, "message[attachment][payload][buttons][0][type]" },
        { Buttons("""{"type":"web_url","title":"P","url":"http://x.example","messenger_extensions":true}"""), "message[attachment][payload][buttons][0][url] must be https when messenger_extensions is true.", null, "message[attachment][payload][buttons][0][url]" },
        { """{"attachment":{"type":"video","payload":{"url":"https://x.example","attachment_id":"7"}}}""", "Use either url or attachment_id, not both.", null, "message[attachment][payload][url]" },
        { """{"attachments":[{"type":"video","payload":{"url":"https://x.example"}}]}""", "Param message[attachments][0][type] must be one of {image} - got \"video\".", null, "message[attachments][0][type]" },
        { Template("""{"template_type":"list","elements":[{"title":"A"},{"title":"B"}]}"""), "The first element of a list is its cover and needs an image_url; top_element_style compact needs none.", null, "message[attachment][payload][elements][0][image_url]" },
        { Template("""{"template_type":"list","top_element_style":"compact","elements":[{"title":"A"}]}"""), "Param name_placeholder[elements] must have 2 to 4 items.", null, "message[attachment][payload][elements]" },
        { Template("""{"template_type":"media","elements":[{"media_type":"audio","attachment_id":"7"}]}"""), "Param media_type must be image or video.", 2018182, "message[attachment][payload][elements][0][media_type]" },
        { Template("""{"template_type":"media","elements":[{"media_type":"image"}]}"""), "Exactly one of url and attachment_id is required.", 2018187, "message[attachment][payload][elements][0]" },
        { Template("""{"template_type":"coupon","title":"10% off"}"""), "A coupon needs a coupon_code or a coupon_url.", null, "message[attachment][payload][coupon_code]" },
        { Template("""{"template_type":"customer_feedback","title":"Rate us","feedback_screens":[{"questions":[{"id":"q-1","type":"csat"}]}],"business_privacy":{"url":"https://x.example"}}"""), "Param message[attachment][payload][feedback_screens][0][questions][0][id] takes letters, digits and _.", null, "message[attachment][payload][feedback_screens][0][questions][0][id]" },
        { Template("""{"template_type":"customer_information","countries":["US"],"business_privacy":{"url":"https://x.example"},"expires_in_days":8}"""), "Param expires_in_days must be a whole number from 1 to 7.", null, "message[attachment][payload][expires_in_days]" },
        { Template("""{"template_type":"one_time_notif_req","title":"T"}"""), "Payload cannot be empty for postback type button", 2018040, "message[attachment][payload][payload]" },
        { Template(Receipt.Replace("56.14", "\"much\"", StringComparison.Ordinal)), "Param name_placeholder[summary][total_cost] must be a number.", null, "message[attachment][payload][summary][total_cost]" },
        { Template(Without(Receipt, "order_number")), "The parameter name_placeholder[order_number] is required", null, "message[attachment][payload][order_number]" },
        { Template(Itinerary.Replace("\"segment_id\":\"s1\",\"passenger_id\"", "\"segment_id\":\"s9\",\"passenger_id\"", StringComparison.Ordinal)), "There is no flight_info with this segment_id.", null, "message[attachment][payload][passenger_segment_info][0][segment_id]" },
        { Template(Itinerary.Replace("2026-06-12T07:40", "12 June", StringComparison.Ordinal)), "Param name_placeholder[flight_info][0][flight_schedule][departure_time] must be a local time as 2016-01-02T19:45.", null, "message[attachment][payload][flight_info][0][flight_schedule][departure_time]" },
        { Template(Without(Checkin, "checkin_url")), "The parameter name_placeholder[checkin_url] is required", null, "message[attachment][payload][checkin_url]" },
        { Template(Pass.Replace("\"qr_code\":\"M1SMITH/N\",", "", StringComparison.Ordinal)), "A boarding pass needs exactly one of qr_code and barcode_image_url.", null, "message[attachment][payload][boarding_pass][0][qr_code]" },
        { Template($$"""{"template_type":"generic","elements":[{"title":"T","flight_offer":{{Offer.Replace("160", "\"long\"", StringComparison.Ordinal)}} }]}"""), "Param name_placeholder[elements][0][flight_offer][duration_minutes] must be a number.", null, "message[attachment][payload][elements][0][flight_offer][duration_minutes]" },
    };

    public static TheoryData<string, string, int?> RefusedRequests { get; } = new()
    {
        { """{"message":{"text":"x"}}""", "(#100) The parameter recipient is required", null },
        { """{"recipient":"7","message":{"text":"x"}}""", "(#100) Param recipient must be an object.", null },
        { """{"recipient":{},"message":{"text":"x"}}""", "(#100) The parameter recipient[id] is required", null },
        { """{"recipient":{"phone_number":"+1"},"message":{"text":"x"}}""", "(#100) Param recipient[phone_number] must be a phone number as +1(212)555-2368.", null },
        { """{"recipient":{"id":"7","user_ref":"r"},"message":{"text":"x"}}""", "(#100) Param recipient must name its recipient once - got id and user_ref.", null },
        { """{"recipient":{"id":"7"},"sender_action":"react","payload":{"message_id":"m_1","reaction":"dance"}}""", "(#100) Param payload[reaction] must be one of {like, dislike, love, sad, wow, smile, angry} or an emoji.", null },
        { """{"recipient":{"id":"ann"},"message":{"text":"x"}}""", "(#100) Param recipient[id] must be a valid ID string (e.g., \"123\")", null },
        { """{"recipient":{"id":"7"}}""", "(#100) Must send either message or state", 2018015 },
        { """{"recipient":{"id":"7"},"message":{"text":"x"},"sender_action":"typing_on"}""", "(#100) Must send either message or state, not both", 2018014 },
        { """{"recipient":{"id":"7"},"sender_action":"dance"}""", "(#100) Param sender_action must be one of {typing_on, typing_off, mark_seen, react, unreact} - got \"dance\".", null },
        { """{"recipient":{"id":"7"},"message":{"text":"x"},"tag":"BEST_OFFER_EVER"}""", "(#100) Invalid tag.", null },
        { """{"recipient":{"id":"7"},"message":{"text":"x"},"messaging_type":"MESSAGE_TAG"}""", "(#100) The parameter tag is required", null },
        { """{"recipient":{"id":"7"},"message":{"text":"x"},"notification_type":"LOUD"}""", "(#100) Param notification_type must be one of {REGULAR, SILENT_PUSH, NO_PUSH} - got \"LOUD\".", null },
    };

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_message_as_documented_is_taken(string what, string message)
    {
        var request = SendRequest.Read(new(Parse($$"""{"recipient":{"id":"7"},"message":{{message}}}"""), ""));

        Assert.True(request.Message is not null, what);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_wrong_message_is_refused_with_its_path(string message, string text, int? subcode, string path)
    {
        var error = Assert.Throws<GraphException>(() => SendRequest.Read(new(Parse($$"""{"recipient":{"id":"7"},"message":{{message}}}"""), ""))).Error;

        Assert.Equal(($"(#100) {text}", subcode, path), (error.Message, error.ErrorSubcode, error.ErrorData));
    }

    [Theory]
    [MemberData(nameof(RefusedRequests))]
    public void A_wrong_request_is_refused(string request, string text, int? subcode)
    {
        var error = Assert.Throws<GraphException>(() => SendRequest.Read(new(Parse(request), ""))).Error;

        Assert.Equal((text, subcode), (error.Message, error.ErrorSubcode));
    }

    [Theory]
    [InlineData("TYPING_ON", SenderAction.TypingOn)]
    [InlineData("typing_off", SenderAction.TypingOff)]
    [InlineData("Mark_Seen", SenderAction.MarkSeen)]
    public void Sender_actions_are_read_in_any_case(string word, SenderAction action) =>
        Assert.Equal(action, SendRequest.Read(new(Parse($$"""{"recipient":{"id":7},"sender_action":"{{word}}","messaging_type":"RESPONSE"}"""), "")).Action);

    private static string Template(string payload) => $$$"""{"attachment":{"type":"template","payload":{{{payload}}}}}""";

    private static string Buttons(string buttons) => Template($$"""{"template_type":"button","text":"x","buttons":[{{buttons}}]}""");

    private static string Without(string json, string member)
    {
        var members = JsonNode.Parse(json)!.AsObject();
        members.Remove(member);
        return members.ToJsonString();
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
