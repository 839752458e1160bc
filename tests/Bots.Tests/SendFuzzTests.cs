using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Requests bent at random, from a seed: whatever comes, the answer is the dialect's, and never that the server has broken.</summary>
public sealed class SendFuzzTests(SharedWorld shared)
{
    private const int Seed = 20261;
    private const int Rounds = 250;

    private static readonly string[] seeds =
    [
        """{"text":"hello","quick_replies":[{"content_type":"text","title":"Red","payload":"R"},{"content_type":"user_email"}],"metadata":"m"}""",
        """{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"T","subtitle":"s","image_url":"https://x.example/a.png","default_action":{"type":"web_url","url":"https://x.example"},"buttons":[{"type":"postback","title":"P","payload":"p"},{"type":"element_share"}]}]}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"receipt","recipient_name":"A","order_number":"1","currency":"EUR","payment_method":"Visa","summary":{"total_cost":56.14},"elements":[{"title":"T","price":1}],"address":{"street_1":"a","city":"b","postal_code":"c","state":"d","country":"PL"}}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[{"type":"payment","title":"buy","payload":"P","payment_summary":{"currency":"USD","payment_type":"FIXED_AMOUNT","merchant_name":"M","requested_user_info":["contact_name"],"price_list":[{"label":"S","amount":"29.99"}]}}]}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"customer_feedback","title":"Rate","feedback_screens":[{"questions":[{"id":"q","type":"nps","follow_up":{"type":"free_form"}}]}],"business_privacy":{"url":"https://x.example"},"expires_in_days":3}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"coupon","title":"10%","coupon_code":"TEN","payload":"C"}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"notification_messages","payload":"P","notification_messages_frequency":"WEEKLY"}}}""",
        """{"attachment":{"type":"template","payload":{"template_type":"list","top_element_style":"compact","elements":[{"title":"A"},{"title":"B"}]}}}""",
        """{"attachment":{"type":"image","payload":{"attachment_id":"7000000000000001"}}}""",
    ];

    private static readonly string[] values =
    [
        "null", "true", "-1", "1e400", "0.1", "99999999999999999999", "\"\"", "\"javascript:alert(1)\"", "\"data:text/html,x\"", "\"https://\"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\u202e\"", "[]", "{}",
        "[[]]", "\"http://user:pw@x.example/\"", "\"{}\"", "\"[1\"", "\"7000000000000001\"",
    ];

    [Fact]
    public async Task Bent_requests_get_an_answer_of_the_dialect()
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);
        var before = world.Server.Log.Errors.Count;
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Bend($$$"""{"recipient":{"id":"{{{psid}}}"},"messaging_type":"RESPONSE","message":{{{seeds[random.Next(seeds.Length)]}}}}""", random);
            using var content = Wrap(sent, random);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v23.0/me/messages") { Content = content };
            request.Headers.Authorization = new("Bearer", bot.AccessToken);
            var response = await world.Server.Client.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"seed {Seed}, round {round}: {(int)response.StatusCode} {answer} to {sent}");
            var body = JsonDocument.Parse(answer).RootElement;
            Assert.True(body.TryGetProperty("message_id", out _) || body.TryGetProperty("error", out _), $"seed {Seed}, round {round}: {answer}");
        }

        Assert.Equal(before, world.Server.Log.Errors.Count);
    }

    /// <summary>What a careless or hostile bot sends by name rather than by chance.</summary>
    public static TheoryData<string, bool> Known { get; } = new()
    {
        { new string('x', 2001), false },
        { new string('x', 2000), true },
        { string.Concat(Enumerable.Repeat("👩‍🚀", 667)), false }, // Three characters each: 2,001.
        { string.Concat(Enumerable.Repeat("👩‍🚀", 666)), true },
        { string.Concat(Enumerable.Repeat("e\u0301", 1001)), false }, // Counted as sent, not as shown.
        { "\u202Eevil\u0007", true },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public async Task Characters_are_counted_as_the_original_counts_them(string text, bool taken)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        var (_, _, psid) = await world.MeetAsync(bot, receiver);

        var (status, _) = await world.GraphAsync(HttpMethod.Post, "/me/messages", JsonSerializer.Serialize(new { recipient = new { id = psid }, message = new { text } }), bot.AccessToken);

        Assert.Equal(taken, status == HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(20_000)]
    public async Task Deep_nesting_is_refused_and_breaks_nothing(int depth)
    {
        var world = shared.World;
        await using var receiver = await BotReceiver.StartAsync();
        var bot = await world.CreateBotAsync(receiver.Url);
        foreach (var json in new[] { string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth)), string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth) })
        {
            var (status, body) = await world.GraphAsync(HttpMethod.Post, "/me/messages", $$$"""{"recipient":{{{json}}},"message":{"text":"x"}}""", bot.AccessToken);
            Assert.Equal((HttpStatusCode.BadRequest, 100), (status, body.GetProperty("error").GetProperty("code").GetInt32()));
            var (form, _) = await world.GraphAsync(HttpMethod.Post, $"/me/messages?message={Uri.EscapeDataString(json.Length > 2000 ? json[..2000] : json)}", "{}", bot.AccessToken);
            Assert.Equal(HttpStatusCode.BadRequest, form);
        }
    }

    /// <summary>One to three changes: a member gone, doubled, replaced, moved, a list grown, or the text itself cut.</summary>
    private static string Bend(string json, Random random)
    {
        var text = json;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            switch (random.Next(6))
            {
                case 0 when text.Length > 2:
                    text = text.Remove(random.Next(text.Length - 1), 1);
                    break;
                case 1:
                    text = text.Insert(random.Next(text.Length), "\"\\'{}[],:\n\ufffd"[random.Next(11)].ToString());
                    break;
                default:
                    text = Replaced(text, random);
                    break;
            }
        }

        return text;
    }

    private static string Replaced(string text, Random random)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }

        var places = new List<JsonNode>();
        Collect(root, places);
        var place = places.Count == 0 ? null : places[random.Next(places.Count)];
        try
        {
            switch (place?.Parent)
            {
                case JsonObject parent when random.Next(4) == 0:
                    parent.Remove(place.GetPropertyName());
                    break;
                case JsonObject parent:
                    parent[place.GetPropertyName()] = JsonNode.Parse(values[random.Next(values.Length)]);
                    break;
                case JsonArray parent when random.Next(2) == 0:
                    for (var i = 0; i < 11; i++)
                    {
                        parent.Add(place.DeepClone());
                    }

                    break;
                case JsonArray parent:
                    parent[place.GetElementIndex()] = JsonNode.Parse(values[random.Next(values.Length)]);
                    break;
            }

            return root?.ToJsonString() ?? "null";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return text;
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is null)
        {
            return;
        }

        places.Add(node);
        foreach (var child in node switch { JsonObject o => o.Select(m => m.Value), JsonArray a => a, _ => Enumerable.Empty<JsonNode?>() })
        {
            Collect(child, places);
        }
    }

    /// <summary>As JSON, as a form, or as what it is not.</summary>
    private static HttpContent Wrap(string sent, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                try
                {
                    return new FormUrlEncodedContent(JsonNode.Parse(sent)!.AsObject().Select(m => KeyValuePair.Create(m.Key, m.Value?.ToJsonString() ?? "")));
                }
                catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
                {
                    return new StringContent(sent, Encoding.UTF8, "application/x-www-form-urlencoded");
                }

            case 1:
                return new StringContent(sent, Encoding.UTF8, "text/plain");
            default:
                return new StringContent(sent, Encoding.UTF8, "application/json");
        }
    }
}
