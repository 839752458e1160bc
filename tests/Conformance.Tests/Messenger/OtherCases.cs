using System.Text.Json;

namespace Stoa.Conformance.Tests.Messenger;

/// <summary>Of webhooks, settings and the other calls (messenger-platform §3 to §5).</summary>
internal static class OtherCases
{
    public static IReadOnlyList<MessengerCase> All { get; } =
    [
        new("Webhooks", "`messages`: text", Verdict.Same, null,
            async bot =>
        {
            await bot.Person.SendAsync(bot.Thread, "a webhook text");
            return await bot.HearAsync("a webhook text");
        },
            """^\{"sender":\{"id":"{psid}"\},"recipient":\{"id":"{page}"\},"timestamp":\d{13},"message":\{"mid":"m_[\w-]+","seq":\d+,"text":"a webhook text"\}\}$"""),
        new("Webhooks", "`messages`: location", Verdict.Same, null,
            async bot =>
        {
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/messages", new { clientId = Guid.NewGuid(), attachments = new[] { new { type = "location", latitude = 52.5, longitude = 4.25 } } }, 201);
            return await bot.HearAsync("coordinates");
        },
            """^.*"type":"location","payload":\{"coordinates":\{"lat":52\.5,"long":4\.25\}\}.*$"""),
        new("Webhooks", "`messages`: a contact", Verdict.Differs, "the dialect has no form for one: a `fallback`, and lines of text",
            async bot =>
        {
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/messages", new { clientId = Guid.NewGuid(), attachments = new[] { new { type = "contact", name = "Eleni" } } }, 201);
            return await bot.HearAsync("Eleni");
        },
            """^.*"text":"Eleni".*"type":"fallback".*$"""),
        new("Webhooks", "`messaging_postbacks`", Verdict.Same, null,
            async bot =>
        {
            await bot.SayAsync("""{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[{"type":"postback","title":"Pressed","payload":"PRESSED"}]}}}""");
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/messages", new { clientId = Guid.NewGuid(), text = "Pressed", payload = "PRESSED" }, 201);
            return await bot.HearAsync("postback\":{");
        },
            """^.*"postback":\{"title":"Pressed","payload":"PRESSED","mid":"m_[\w-]+"\}\}$"""),
        new("Webhooks", "`messaging_referrals`: a short link into a conversation", Verdict.Same, null,
            async bot =>
        {
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/pages/{bot.Page}/referrals", new { clientId = Guid.NewGuid(), source = "SHORTLINK", @ref = "spring-1" }, 204);
            return await bot.HearAsync("spring-1");
        },
            """^\{"sender":\{"id":"{psid}"\},"recipient":\{"id":"{page}"\},"timestamp":\d{13},"referral":\{"ref":"spring-1","source":"SHORTLINK","type":"OPEN_THREAD"\}\}$"""),
        new("Webhooks", "`messaging_referrals`: an ad", Verdict.Same, null,
            async bot =>
        {
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/pages/{bot.Page}/referrals", new { clientId = Guid.NewGuid(), source = "ADS", @ref = "ad-1", adId = "6045246247433" }, 204);
            return await bot.HearAsync("ad-1");
        },
            """^.*"referral":\{"ref":"ad-1","source":"ADS","type":"OPEN_THREAD","ad_id":"6045246247433"\}\}$"""),
        new("Webhooks", "`messaging_feedback`", Verdict.Same, null,
            async bot =>
        {
            var seq = await bot.AskAsync("""{"template_type":"customer_feedback","title":"Rate us","feedback_screens":[{"questions":[{"id":"q1","type":"csat","follow_up":{"type":"free_form","placeholder":"More"}}]}],"business_privacy":{"url":"https://x.example/"}}""");
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/forms/{seq}", new { clientId = Guid.NewGuid(), score = 4, followUp = "fine" }, 204);
            return await bot.HearAsync("messaging_feedback");
        },
            """^.*"messaging_feedback":\{"feedback_screens":\[\{"screen_id":0,"questions":\{"q1":\{"type":"csat","payload":"4","follow_up":\{"type":"free_form","payload":"fine"\}\}\}\}\]\}\}$"""),
        new("Webhooks", "`messaging_customer_information`", Verdict.Same, null,
            async bot =>
        {
            var seq = await bot.AskAsync("""{"template_type":"customer_information","countries":["US"],"business_privacy":{"url":"https://x.example/"}}""");
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/forms/{seq}", new { clientId = Guid.NewGuid(), values = new { email = "ann@x.example" } }, 204);
            return await bot.HearAsync("messaging_customer_information");
        },
            """^.*"messaging_customer_information":\{"screens":\[\{"screen_id":"0","responses":\[\{"key":"email","value":"ann@x.example"\}\]\}\]\}\}$"""),
        new("Webhooks", "`message_echoes`", Verdict.Same, null,
            async bot =>
        {
            await bot.SayAsync("""{"text":"an echo","metadata":"M"}""");
            return await bot.HearAsync("an echo");
        },
            """^\{"sender":\{"id":"{page}"\},"recipient":\{"id":"{psid}"\},.*"is_echo":true,"app_id":{app},"metadata":"M","text":"an echo"\}\}$"""),
        new("Webhooks", "`messaging_optins`: one-time notification", Verdict.Same, null,
            async bot =>
        {
            await bot.SayAsync("""{"attachment":{"type":"template","payload":{"template_type":"one_time_notif_req","title":"T","payload":"OPTED"}}}""");
            await bot.Person.CallAsync(HttpMethod.Post, $"/api/threads/{bot.Thread}/messages", new { clientId = Guid.NewGuid(), text = "Notify me", payload = "OPTED" }, 201);
            return await bot.HearAsync("optin\":{");
        },
            """^.*"optin":\{"type":"one_time_notif_req","payload":"OPTED","one_time_notif_token":"[\w-]+","user_token_status":"REFRESHED"\}\}$"""),
        new("Webhooks", "`message_reactions`", Verdict.Same, null,
            async bot =>
        {
            await bot.SayAsync("""{"text":"to be liked"}""");
            var seq = (await bot.Person.EventsAsync(bot.Thread)).Last(e => e.TryGetProperty("text", out var text) && text.GetString() == "to be liked").GetProperty("seq").GetInt64();
            await bot.Person.CallAsync(HttpMethod.Put, $"/api/threads/{bot.Thread}/messages/{seq}/reaction", new { clientId = Guid.NewGuid(), emoji = "👍" }, 200);
            return await bot.HearAsync("\"reaction\":{");
        },
            """^.*"reaction":\{"mid":"m_[\w-]+","action":"react","reaction":"like","emoji":".*"\}\}$"""),
        new("Messenger profile and thread settings", "set, several at once", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/messenger_profile""", """{"greeting":[{"locale":"default","text":"Hi"}],"get_started":{"payload":"GO"},"ice_breakers":[{"question":"Q","payload":"P"}]}"""),
            """^\{"result":"success"\}$"""),
        new("Messenger profile and thread settings", "read by name", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/messenger_profile?fields=get_started""", null),
            """^\{"data":\[\{"get_started":\{"payload":"GO"\}\}\]\}$"""),
        new("Messenger profile and thread settings", "a menu beside the get-started button", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/messenger_profile""", """{"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"T","payload":"P"}]}]}"""),
            """^\{"result":"success"\}$"""),
        new("Messenger profile and thread settings", "the button does not go while a menu stands", Verdict.Same, null,
            bot => bot.CallAsync("DELETE", """/me/messenger_profile""", """{"fields":["get_started"]}"""),
            """^\{"error":\{"message":".*","type":"\w+","code":100[,}].*$"""),
        new("Messenger profile and thread settings", "domains: https and a name", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/messenger_profile""", """{"whitelisted_domains":["http://x.example"]}"""),
            """^\{"error":\{"message":".*","type":"\w+","code":100[,}].*$"""),
        new("Messenger profile and thread settings", "a menu for one person", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/custom_user_settings""", """{"psid":"{psid}","persistent_menu":[{"locale":"default"}]}"""),
            """^\{"result":"success"\}$"""),
        new("Messenger profile and thread settings", "`thread_settings` of 2016", Verdict.Differs, "still works",
            bot => bot.CallAsync("POST", """/v2.6/me/thread_settings""", """{"setting_type":"greeting","greeting":{"text":"Hi"}}"""),
            """^\{"result":"Successfully updated greeting"\}$"""),
        new("Other calls", "user profile", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/{psid}?fields=first_name,locale""", null),
            """^\{"first_name":"Ann","locale":"\w\w_\w\w","id":"{psid}"\}$"""),
        new("Other calls", "user profile: picture, time zone, gender", Verdict.Absent, "people here have none; members that are not known are left out",
            bot => bot.CallAsync("GET", """/{psid}?fields=profile_pic,timezone,gender""", null),
            """^\{"id":"{psid}"\}$"""),
        new("Other calls", "personas", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/personas""", """{"name":"Mira","profile_picture_url":"https://x.example/a.png"}"""),
            """^\{"id":"\d+"\}$"""),
        new("Other calls", "subscribed apps", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/subscribed_apps""", null),
            """^\{"data":\[\{"category":.*"id":"{app}","subscribed_fields":\[.*\]\}\]\}$"""),
        new("Other calls", "labels", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/custom_labels""", """{"page_label_name":"regular"}"""),
            """^\{"id":"\d+"\}$"""),
        new("Other calls", "conversations", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/conversations?user_id={psid}""", null),
            """^\{"data":\[\{"link":"/t_\d+","updated_time":"[^"]+","id":"t_{thread}"\}\],"paging":.*\}$"""),
        new("Other calls", "conversations: newest first", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/conversations?limit=1""", null),
            """^\{"data":\[\{.*"id":"t_{thread}"\}\].*\}$"""),
        new("Other calls", "a conversation: `can_reply`", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/t_{thread}?fields=can_reply,can_reply_reason"""),
            """^\{"can_reply":true,"can_reply_reason":"within_24_hours","id":"t_{thread}"\}$"""),
        new("Other calls", "a conversation's messages", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/t_{thread}/messages""", null),
            """^\{"data":\[\{"id":"m_[\w-]+","created_time":"[^"]+"\}.*\]\}$"""),
        new("Other calls", "one message", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/{mid}?fields=from""", null),
            """^\{"id":"m_[\w-]+","from":\{"name":"Ann","id":"{psid}"\}\}$|^.*"code":9000001.*$"""),
        new("Other calls", "id matching needs the proof", Verdict.Same, null,
            bot => bot.CallAsync("GET", $"/{{psid}}/ids_for_pages?appsecret_proof={bot.Proof()}"),
            """^\{"data":\[\{"id":"{psid}","page":\{.*\}\}\].*\}$"""),
        new("Other calls", "account linking: unknown token", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me?fields=recipient&account_linking_token=x""", null),
            """^\{"error":\{"message":".*","type":"\w+","code":10303[,}].*$"""),
        new("Other calls", "`unlink_accounts`", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/unlink_accounts""", """{"psid":"{psid}"}"""),
            """^\{"result":"unlink account success"\}$"""),
        new("Other calls", "`debug_token`", Verdict.Same, null,
            bot => bot.CallAsync("GET", "/debug_token?input_token={token}", null, bot.AppToken),
            """^\{"data":\{"app_id":"{app}","type":"PAGE",.*"is_valid":true,.*\}\}$"""),
        new("Other calls", "thread owner", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/thread_owner?recipient={psid}""", null),
            """^\{"data":\[\{"thread_owner":\{"app_id":"{app}"\}\}\]\}$"""),
        new("Other calls", "message tags", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/page_message_tags""", null),
            """^\{"data":\[\{"tag":"ACCOUNT_UPDATE","description":".*"\}.*\]\}$"""),
        new("Other calls", "broadcast", Verdict.Same, null,
            async bot =>
        {
            var creative = JsonElement.Parse(await bot.CallAsync("POST", "/me/message_creatives", """{"messages":[{"dynamic_text":{"text":"Hi, {{first_name}}, broadcast!","fallback_text":"Hello, broadcast!"}}]}"""));
            var id = JsonElement.Parse(await bot.CallAsync("POST", "/me/broadcast_messages", $$"""{"message_creative_id":{{creative.GetProperty("message_creative_id")}},"messaging_type":"MESSAGE_TAG","tag":"NON_PROMOTIONAL_SUBSCRIPTION"}""")).GetProperty("broadcast_id");
            await bot.HearAsync("Hi, Ann, broadcast!"); // Its echo: it has arrived.
            return await bot.CallAsync("GET", $"/{id}?fields=status,scheduled_time");
        },
            """^\{"status":"(IN_PROGRESS|FINISHED)","scheduled_time":"[^"]+","id":"\d+"\}$"""),
        new("Other calls", "broadcast: `cancel`", Verdict.Same, null,
            async bot =>
        {
            var creative = JsonElement.Parse(await bot.CallAsync("POST", "/me/message_creatives", """{"messages":[{"text":"never"}]}"""));
            var id = JsonElement.Parse(await bot.CallAsync("POST", "/me/broadcast_messages", $$"""{"message_creative_id":{{creative.GetProperty("message_creative_id")}},"schedule_time":"2100-01-01T00:00:00+00:00"}""")).GetProperty("broadcast_id");
            return await bot.CallAsync("POST", $"/{id}", """{"operation":"cancel"}""") + await bot.CallAsync("GET", $"/{id}?fields=status");
        },
            """^\{"success":true\}\{"status":"CANCELED","id":"\d+"\}$"""),
        new("Other calls", "broadcast: reach", Verdict.Same, null,
            async bot => await bot.CallAsync("GET", "/" + JsonElement.Parse(await bot.CallAsync("POST", "/me/broadcast_reach_estimations", "{}")).GetProperty("reach_estimation_id").GetString()),
            """^\{"reach_estimation":"\d+","id":"\d+"\}$"""),
        new("Other calls", "message creatives", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/message_creatives""", """{"messages":[{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"A","subtitle":"b"}]}}}]}"""),
            """^\{"message_creative_id":\d+\}$"""),
        new("Other calls", "message creatives: no receipts", Verdict.Same, null,
            bot => bot.CallAsync("POST", """/me/message_creatives""", """{"messages":[{"attachment":{"type":"template","payload":{"template_type":"open_graph","elements":[{"url":"https://x.example/"}]}}}]}"""),
            """^\{"error":\{"message":".*","type":"\w+","code":100[,}].*$"""),
        new("Other calls", "Messenger codes", Verdict.Differs, "a QR code; its scan opens the page's link with the `ref`",
            bot => bot.CallAsync("POST", """/me/messenger_codes""", """{"type":"standard","data":{"ref":"billboard-ad"},"image_size":1000}"""),
            """^\{"uri":"http.*code\.png\?size=1000&ref=billboard-ad"\}$|^\{"uri":"http.*code\.png\?size=1000\\u0026ref=billboard-ad"\}$"""),
        new("Other calls", "feature review", Verdict.Differs, "nothing is reviewed: every feature is approved",
            bot => bot.CallAsync("GET", """/me/messaging_feature_review"""),
            """^\{"data":\[\{"feature":"subscription_messaging","status":"approved"\}\]\}$"""),
        new("Other calls", "built-in NLP", Verdict.Absent, "\"unsupported post request\"",
            bot => bot.CallAsync("POST", """/me/nlp_configs""", """{}"""),
            """^\{"error":\{"message":".*","type":"\w+","code":100,"error_subcode":33[,}].*$"""),
        new("Other calls", "insights", Verdict.Differs, "five metrics of messaging, of a page of any size; any other is refused",
            bot => bot.CallAsync("GET", """/me/insights?metric=page_messages_active_threads_unique,page_messages_new_conversations_unique"""),
            """^\{"data":\[\{"name":"page_messages_active_threads_unique","period":"day","values":\[.*\{"value":\d+,"end_time":"[\d-]+T0[78]:00:00(\+|\\u002B)0000"\}\],"title":"Daily unique active threads count",.*\}\]\}$"""),
        new("Other calls", "insights: unknown metric", Verdict.Same, null,
            bot => bot.CallAsync("GET", """/me/insights/page_likes"""),
            """^\{"error":\{"message":".*","type":"\w+","code":100[,}].*$"""),
    ];
}
