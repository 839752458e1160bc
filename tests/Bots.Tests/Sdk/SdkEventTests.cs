using System.Text;
using System.Text.Json;
using Stoa.BotSdk;
using Xunit;

namespace Stoa.Bots.Tests.Sdk;

/// <summary>What deliveries become in the hands of an author of bots, and what an author's messages become on the wire.</summary>
public sealed class SdkEventTests
{
    [Theory]
    [InlineData("""{"message":{"mid":"m1","text":"hi","quick_reply":{"payload":"P"}}}""", "MessageReceived", "m1")]
    [InlineData("""{"message":{"mid":"m1","is_deleted":true}}""", "MessageDeleted", "deleted:m1")]
    [InlineData("""{"message":{"mid":"m1","is_echo":true,"app_id":7}}""", "Echo", "echo:m1")]
    [InlineData("""{"postback":{"mid":"m2","title":"T","payload":"P"}}""", "Postback", "m2")]
    [InlineData("""{"postback":{"title":"T","payload":"P"}}""", "Postback", "d:0")]
    [InlineData("""{"referral":{"ref":"r","source":"SHORTLINK","type":"OPEN_THREAD"}}""", "Referred", "d:0")]
    [InlineData("""{"read":{"watermark":1458668856253}}""", "Read", "d:0")]
    [InlineData("""{"delivery":{"watermark":1458668856253,"mids":["m"]}}""", "Delivered", "d:0")]
    [InlineData("""{"reaction":{"mid":"m","action":"react","emoji":"😢"}}""", "Reacted", "d:0")]
    [InlineData("""{"message_edit":{"mid":"m","text":"t","num_edit":"2"}}""", "MessageEdited", "d:0")]
    [InlineData("""{"optin":{"type":"one_time_notif_req","payload":"p","one_time_notif_token":"t"}}""", "OptedIn", "d:0")]
    [InlineData("""{"payment":{"payload":"p","payment_credential":{"fb_payment_id":"9"},"amount":{"currency":"EUR","amount":"1.50"}}}""", "Payment", "payment:9")]
    [InlineData("""{"pre_checkout":{"payload":"p","amount":{"currency":"EUR","amount":".07"}}}""", "PreCheckout", "d:0")]
    [InlineData("""{"account_linking":{"status":"linked","authorization_code":"c"}}""", "AccountLinked", "d:0")]
    [InlineData("""{"messaging_feedback":{"feedback_screens":[{"screen_id":0,"questions":{"q":{"type":"csat","payload":"4","follow_up":{"type":"free_form","payload":"ok"}}}}]}}""", "FeedbackGiven", "d:0")]
    [InlineData("""{"messaging_customer_information":{"screens":[{"screen_id":"0","responses":[{"key":"email","value":"a@b.example"}]}]}}""", "InformationGiven", "d:0")]
    [InlineData("""{"pass_thread_control":{"new_owner_app_id":"4"}}""", "OtherEvent", "d:0")]
    public void An_event_has_its_type_and_an_id_that_stays(string members, string type, string id)
    {
        var body = $$"""{"object":"page","entry":[{"id":"42","time":1,"messaging":[{"sender":{"id":7},"recipient":{"id":"42"},"timestamp":1458692752478,{{members[1..]}}]}]}""";

        var happened = Assert.Single(ReadEvents.From(Encoding.UTF8.GetBytes(body), "d"));

        Assert.Equal((type, id, "42"), (happened.GetType().Name, happened.Id, happened.Header.Page));
        Assert.Equal(happened is Echo ? "42" : "7", happened.Person);
        Assert.Equal(1458692752478, happened.At.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"entry":{"messaging":"x"}}""")]
    [InlineData("""{"entry":[7,{"messaging":[7,null,{"sender":{"id":"1"}},{"message":7}]}]}""")]
    public void What_is_no_event_is_passed_over(string body) => Assert.Empty(ReadEvents.From(Encoding.UTF8.GetBytes(body), "d"));

    [Fact]
    public void A_message_is_written_as_the_platform_reads_it()
    {
        Message message = new GenericTemplate([new Element("A") { Subtitle = "b", Buttons = [new PostbackButton("Go", "GO"), new WebButton("See", "https://a.example/")] }]);
        Assert.Equal(
            """{"attachment":{"payload":{"template_type":"generic","elements":[{"title":"A","subtitle":"b","buttons":[{"type":"postback","title":"Go","payload":"GO"},{"type":"web_url","title":"See","url":"https://a.example/"}]}]},"type":"template"},"quick_replies":[{"content_type":"text","title":"Yes","payload":"Y"},{"content_type":"location"}]}""",
            message.With(new QuickReply("Yes", "Y"), QuickReply.Location).ToJson().ToJsonString());
        Assert.Equal("""{"text":"hi"}""", ((Message)"hi").ToJson().ToJsonString());
    }

    [Fact]
    public void Handled_events_are_known_again_after_a_restart_and_no_more_than_were_asked_for()
    {
        var path = $"/tmp/stoa-handled-{Guid.NewGuid():n}";
        try
        {
            using (var first = new HandledEventsFile(path, most: 3))
            {
                foreach (var id in (string[])["a", "b", "c", "d", "e", "f", "g", "h"])
                {
                    first.Add(id);
                }

                Assert.Equal([false, true, true, true], ((string[])["e", "f", "g", "h"]).Select(first.Contains));
            }

            using var again = new HandledEventsFile(path, most: 3);
            Assert.Equal([false, true, true, true], ((string[])["e", "f", "g", "h"]).Select(again.Contains));
            Assert.InRange(File.ReadAllLines(path).Length, 3, 6);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("sha256=", false)]
    [InlineData("sha256=zz", false)]
    [InlineData("right", true)]
    public void A_signature_is_of_these_bytes_or_wrong(string? header, bool right)
    {
        var body = "{}"u8;
        Assert.Equal(right, WebhookSignature.IsRight(header == "right" ? WebhookSignature.Of(body, "secret") : header, body, "secret"));
        Assert.False(WebhookSignature.IsRight(WebhookSignature.Of(body, ""), body, ""));
    }
}
