using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Stoa.Server.Tests.Matrix;

/// <summary>Every route, call of the Messenger dialect and frame of the gateway, with the outcome for each kind of caller. A route without a row fails.</summary>
public sealed class MatrixTests
{
    private const string Node = "{node:regex(^(me|[0-9]+|t_[0-9]+|m_[A-Za-z0-9_-]+)$)}";
    private const string NoOne = "401 not_signed_in";
    private const string NoPage = "401 not_a_page";
    private const string Hidden = "404 not_found";
    private const string BadToken = "400 #190";
    private const string NoThread = "404 thread_not_found";
    private const string NoMessage = "404 message_not_found";

    private const string NoBot = "404 bot_not_found";
    private const string NoMoney = "404 money_not_found";
    private const string NoMedia = "404 media_not_found";

    // One set for all calls of tus: each reads what it needs.
    private static readonly Dictionary<string, string> tus = new()
    {
        ["Tus-Resumable"] = "1.0.0",
        ["Upload-Length"] = "3",
        ["Upload-Offset"] = "0",
        ["Content-Type"] = "application/offset+octet-stream",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly MatrixRow[] rows =
    [
        // Everybody
        Anyone("GET /health/live", "200"),
        Anyone("GET /health/ready", "200"),
        Anyone("GET /openapi/{documentName}.json", "200", "/openapi/v1.json"),
        Anyone("PUT /dev/clock", "200", body: """{"advanceSeconds":1}"""),
        Anyone("GET /index.html", "200"),
        Anyone("GET,HEAD /{**path:file}", "404", "/nothing.png"),
        Anyone("GET /live", "400 websocket_expected"),
        Anyone("POST /api/people", "201", body: """{"handle":"{fresh}","name":"Fresh","password":"columns and a lintel {fresh}"}"""),
        Anyone("POST /api/sessions", "401 sign_in_failed", body: """{"handle":"nobody.here","password":"columns and a lintel"}"""),
        Anyone("GET /api/demo", "200"),
        Anyone("POST /api/demo/sessions", "201", body: """{"handle":"amelie"}"""),
        // Only on the pay origin, which is another host.
        Anyone("GET /sandbox/card", "404 page_not_found"),
        Anyone("GET /sandbox/challenge/{id}", "404 page_not_found", "/sandbox/challenge/x"),
        Anyone("POST /sandbox/challenge/{id}", "404 challenge_not_found", "/sandbox/challenge/x", "{}"),

        // People
        Person("GET /api/me", "200", "200"),
        Person("PATCH /api/me", "200", "200", body: """{"locale":"en"}"""),
        Person("DELETE /api/sessions/current", "204", "204"),
        Person("GET /api/people", "200", "200", "/api/people?q=leila"),
        Person("GET /api/pages", "200", "200", "/api/pages?q=pal"),
        Person("POST /api/pages/{id}/account-link", "404 account_link_not_offered", "404 account_link_not_offered", "/api/pages/{page}/account-link?url=https%3A%2F%2Fx.example"),
        Person("DELETE /api/pages/{id}/account-link", "404 page_not_found", "204", "/api/pages/{page}/account-link"),
        Anyone("GET /messenger_platform/account_linking", "302", "/messenger_platform/account_linking?account_linking_token=x&authorization_code=y") with { Operator = "404" }, // The operator's client follows to the first page, which is not built here.
        Person("GET /api/pages/{id}/pictures", "404 picture_not_found", "302", "/api/pages/{page}/pictures?url={pagePicture}"),
        Person("GET /api/pages/{username}", "200", "200", "/api/pages/pallas"),

        // Developers: Zofia makes Pallas and a spare bot. To everybody else they are not there.
        Person("GET /api/bots", "200", "200"),
        Person("POST /api/bots", "201", "201", body: """{"name":"A bot","username":"{fresh}"}"""),
        Person("GET /api/bots/{app}", NoBot, "200", "/api/bots/{ownApp}"),
        Person("PATCH /api/bots/{app}", NoBot, "200", "/api/bots/{spareApp}", """{"listed":true}"""),
        Person("PUT /api/bots/{app}/webhook", NoBot, "200", "/api/bots/{spareApp}/webhook", """{"url":"{webhook}","verifyToken":"matrix"}"""),
        Person("DELETE /api/bots/{app}/webhook", NoBot, "200", "/api/bots/{spareApp}/webhook"),
        Person("POST /api/bots/{app}/tokens", NoBot, "201", "/api/bots/{spareApp}/tokens", "{}"),
        Person("DELETE /api/bots/{app}/tokens/{token}", NoBot, "404 token_not_found", "/api/bots/{spareApp}/tokens/7000000000000001"),
        Person("GET /api/bots/{app}/activity", NoBot, "200", "/api/bots/{ownApp}/activity"),
        Person("GET /api/bots/{app}/deliveries", NoBot, "200", "/api/bots/{ownApp}/deliveries"),
        Person("GET /api/bots/{app}/deliveries/{delivery}", NoBot, "200", "/api/bots/{ownApp}/deliveries/{delivery}"),
        Person("POST /api/bots/{app}/deliveries/{delivery}/resend", NoBot, "200", "/api/bots/{ownApp}/deliveries/{delivery}/resend"),
        Person("POST /api/bots/{app}/deliveries/resend", NoBot, "200", "/api/bots/{ownApp}/deliveries/resend", "{}"),
        Person("POST /api/pages/{id}/referrals", "204", "204", "/api/pages/{page}/referrals", """{"clientId":"{uuid}","source":"SHORTLINK","ref":"x"}"""), // Whoever clicks a link may say so.
        Person("GET /api/threads/{id}/forms/{seq:long}", "404 form_not_found", "404 form_not_found", "/api/threads/{business}/forms/1"),
        Person("POST /api/threads/{id}/forms/{seq:long}", "404 form_not_found", "404 form_not_found", "/api/threads/{business}/forms/1", """{"clientId":"{uuid}","score":1}"""),
        Person("GET /api/threads", "200", "200"),
        Person("POST /api/threads", "201", "200", body: """{"with":["@leila"]}"""),
        Person("GET /api/threads/{id}", NoThread, "200", "/api/threads/{direct}", blocked: "200"),
        Person("GET /api/threads/{id}/events", NoThread, "200", "/api/threads/{direct}/events", blocked: "200"),
        Person("POST /api/threads/{id}/messages", NoThread, "201", "/api/threads/{direct}/messages", """{"clientId":"{uuid}","text":"hello"}"""),
        // Messages: the first of the thread is Zofia's, the second her poll. A blocked member is told of neither writing nor what was never sent to them.
        Message("PUT", "", "200", """{"clientId":"{uuid}","text":"hello again"}"""),
        Message("GET", "/versions", "200", blocked: NoMessage),
        Message("PUT", "/reaction", "200", """{"clientId":"{uuid}","emoji":"👍"}"""),
        Message("GET", "/reactions", "200", blocked: NoMessage),
        Message("DELETE", "/reaction", "200"),
        Message("PUT", "/pin", "200", "{}"),
        Message("DELETE", "/pin", "200"),
        Message("PUT", "/vote", "200", """{"clientId":"{uuid}","options":[1]}""", seq: 2),
        Message("GET", "/trace", "200", blocked: NoMessage),
        Person("POST /api/threads/{id}/forwards", NoThread, "201", "/api/threads/{direct}/forwards", """{"clientId":"{uuid}","from":{"thread":"{direct}","seq":1}}"""),
        Person("PUT /api/threads/{id}/retention", NoThread, "200", "/api/threads/{direct}/retention", """{"clientId":"{uuid}","seconds":86400}"""),
        Message("DELETE", "", "200", query: "?for=all"),
        Person("PUT /api/threads/{id}/read", NoThread, "204", "/api/threads/{direct}/read", """{"seq":1}""", blocked: "204"),
        Person("PUT /api/threads/{id}/block", NoThread, "204", "/api/threads/{spare}/block"),
        Person("DELETE /api/threads/{id}/block", NoThread, "204", "/api/threads/{spare}/block"),
        Person("GET /api/search", NoThread, "200", "/api/search?q=hello&thread={direct}", blocked: "200"),
        Person("PUT /api/threads/{id}/settings", NoThread, "204", "/api/threads/{direct}/settings", """{"markedUnread":false}""", blocked: "204"),
        Person("PUT /api/threads/{id}/draft", NoThread, "200", "/api/threads/{direct}/draft", """{"version":1,"text":"hello"}""", blocked: "200"),
        // Piotr opened his thread himself: it is no request to him.
        Person("PUT /api/threads/{id}/accept", NoThread, "204", "/api/threads/{direct}/accept", blocked: "204"),
        Person("DELETE /api/threads/{id}/accept", NoThread, "409 already_accepted", "/api/threads/{direct}/accept", blocked: "409 already_accepted"),
        Person("PUT /api/threads/read", "204", "204"),
        Person("GET /api/threads/totals", "200", "200"),
        Person("GET /api/me/privacy", "200", "200"),
        Person("PUT /api/me/privacy", "200", "200", body: """{"showRead":true}"""),
        Person("GET /api/presence", "200", "200", "/api/presence?people=7000000000000001"),
        Person("GET /api/threads/{id}/members", NoThread, "200", "/api/threads/{group}/members"),
        Person("POST /api/threads/{id}/members", NoThread, "200", "/api/threads/{group}/members", """{"clientId":"{uuid}","people":["@leila"]}"""),
        Person("PUT /api/threads/{id}/members/{person}/role", NoThread, "200", "/api/threads/{group}/members/{leila}/role", """{"clientId":"{uuid}","role":"admin"}"""),
        Person("PATCH /api/threads/{id}", NoThread, "200", "/api/threads/{group}", """{"clientId":"{uuid}","about":"Whoever is in the matrix"}"""),
        Person("POST /api/threads/{id}/invites", NoThread, "201", "/api/threads/{group}/invites", "{}"),
        Person("GET /api/threads/{id}/invites", NoThread, "200", "/api/threads/{group}/invites"),
        // Whoever has the link may look and come in.
        Person("GET /api/invites/{token}", "200", "200", "/api/invites/{inviteToken}"),
        Person("POST /api/invites/{token}", "201", "200", "/api/invites/{inviteToken}", """{"clientId":"{uuid}"}"""),
        Person("DELETE /api/threads/{id}/invites/{invite}", NoThread, "204", "/api/threads/{group}/invites/{invite}"),
        // While the member is still in the group.
        Person("POST /api/money/gifts", NoThread, "201", body: """{"key":"{uuid}","thread":"{group}","amount":{"amountMinor":100,"currency":"EUR"},"portions":2}"""),
        Person("POST /api/money/gifts/{id:guid}/claim", NoMoney, "200", "/api/money/gifts/{gift}/claim"),
        Person("DELETE /api/threads/{id}/members/{person}", NoThread, "200", "/api/threads/{group}/members/{leila}"),
        Person("DELETE /api/threads/{id}/members/me", NoThread, "200", "/api/threads/{group}/members/me"),
        Person("GET /api/wallet", "200", "200"),
        Person("GET /api/wallet/entries", "200", "200"),
        Person("GET /api/pay/config", "200", "200"),
        Person("GET /api/payment-methods", "200", "200"),
        Person("POST /api/payment-methods", "201", "201", body: """{"token":"{newCard}"}"""),
        Person("POST /api/payment-methods/begin", "200", "200", body: """{"page":"{page}"}"""),
        Person("PUT /api/payment-methods/{id:guid}/default", "404 payment_method_not_found", "204", "/api/payment-methods/{card}/default"),
        Person("DELETE /api/payment-methods/{id:guid}", "404 payment_method_not_found", "204", "/api/payment-methods/{card}"),
        // The member's button is paid already: the answer is that purchase.
        Person("POST /api/purchases", NoThread, "200", body: """{"key":"{uuid}","thread":"{business}","seq":2,"element":0,"button":0,"method":"balance:EUR"}"""),
        Person("POST /api/purchases/quotes", NoThread, "422 price_is_fixed", body: """{"key":"{uuid}","thread":"{business}","seq":2,"element":0,"button":0,"address":{"street1":"Długa 1","city":"Gdańsk","postalCode":"80-001","country":"PL"}}"""),
        Person("GET /api/purchases/{id:guid}/desk", "404 purchase_not_found", "200", "/api/purchases/{purchase}/desk"),
        Person("POST /api/purchases/{id:guid}/complaints", "404 purchase_not_found", "201", "/api/purchases/{purchase}/complaints", """{"key":"{uuid}","wants":"help","note":"It never came"}"""),
        Person("POST /api/purchases/{id:guid}/complaints/{complaint:guid}/withdraw", "404 purchase_not_found", "404 complaint_not_found", "/api/purchases/{purchase}/complaints/{uuid}/withdraw"),
        Person("GET /api/payment-details", "200", "200"),
        Person("PUT /api/payment-details", "204", "204", body: """{"name":"Zofia Nowak"}"""),
        Person("DELETE /api/payment-details", "204", "204"),
        Person("GET /api/purchases/{id:guid}", "404 purchase_not_found", "200", "/api/purchases/{purchase}"),
        Person("GET /api/purchases/{id:guid}/receipt", "404 purchase_not_found", "200", "/api/purchases/{purchase}/receipt"),
        Person("GET /api/purchases/{id:guid}/receipt/qr", "404 purchase_not_found", "200", "/api/purchases/{purchase}/receipt/qr"),
        Anyone("GET /api/receipts/verify", "200"),
        Person("POST /api/purchases/{id:guid}/cancel", "404 purchase_not_found", "409 not_cancellable", "/api/purchases/{purchase}/cancel"),
        Person("GET /api/money/receivers/{person}", NoThread, "200", "/api/money/receivers/{leila}?thread={direct}"),
        Person("POST /api/money/transfers", NoThread, "201",
            body: """{"key":"{uuid}","thread":"{direct}","amount":{"amountMinor":100,"currency":"EUR"},"to":"{leila}","toName":"{leilaName}","firstPaymentConfirmed":true}"""),
        Person("POST /api/money/requests", NoThread, "201", body: """{"key":"{uuid}","thread":"{direct}","amount":{"amountMinor":100,"currency":"EUR"}}"""),
        // The first was asked of Zofia, the second by her.
        Person("POST /api/money/requests/{id:guid}/decline", NoMoney, "200", "/api/money/requests/{asked}/decline"),
        Person("POST /api/money/requests/{id:guid}/remind", NoMoney, "409 reminded_enough", "/api/money/requests/{asks}/remind"),
        Person("POST /api/money/requests/{id:guid}/cancel", NoMoney, "200", "/api/money/requests/{asks}/cancel"),
        Person("POST /api/money/links", "422 insufficient_funds", "201", body: """{"key":"{uuid}","secret":"{uuid}","amount":{"amountMinor":100,"currency":"PLN"}}"""),
        Person("GET /api/money/links", "200", "200"),
        // Whoever has the link may look; Zofia made it.
        Person("POST /api/money/links/look", "200", "200", body: """{"secret":"{linkSecret}"}"""),
        Person("POST /api/money/links/claim", "200", "422 to_oneself", body: """{"secret":"{linkSecret}"}""", blocked: "409 claimed_already"),
        // Nothing of it waits: the member's is with Leila.
        Person("POST /api/money/transfers/{id:guid}/cancel", NoMoney, "409 not_cancellable", "/api/money/transfers/{sent}/cancel"),
        Person("GET /api/money/standing", "200", "200"),
        Person("PUT /api/money/pin", "204", "204", body: """{"pin":"4821"}"""),
        Person("POST /api/money/appeal", "409 not_frozen", "409 not_frozen", body: """{"text":"Why?"}"""),
        Person("GET /api/wallet/statement", "200", "200", "/api/wallet/statement?since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"),
        Person("GET /api/wallet/statement.csv", "200", "200", "/api/wallet/statement.csv?since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"),
        Person("GET /api/money", "200", "200", "/api/money?ids={asks}"),
        // The signature admits, of an account that is there.
        Anyone("POST /processors/{processor}/{account:long}", "404 account_not_found", "/processors/stripe/7000000000000001", "{}"),
        Anyone("GET /processors/braintree/{account:long}", "404 account_not_found", "/processors/braintree/7000000000000001?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"),
        // Programs of a business, by the token of its page.
        // Each links and unlinks its own.
        Business("PUT /api/business/processor", "200", "200", body: """{"processor":"paypal","mode":"test","key":"secret","clientId":"client","webhookId":"WH1"}"""),
        Business("GET /api/business/processor", "200", "200"),
        Business("DELETE /api/business/processor", "204", "204"),
        Business("POST /api/business/processor/test", "404 processor_not_linked", "404 processor_not_linked", body: "{}"),
        Business("GET /api/business/purchases", "200", "200"),
        Business("GET /api/business/purchases/{id}", "404 purchase_not_found", "200", "/api/business/purchases/{purchase}"),
        Business("GET /api/business/complaints", "200", "200"),
        Business("POST /api/business/purchases/{id}/complaints/{complaint:guid}/answer", "404 purchase_not_found", "404 complaint_not_found",
            "/api/business/purchases/{purchase}/complaints/{uuid}/answer", """{"answer":"decline","text":"No"}"""),
        Business("POST /api/business/purchases/{id}/dispute/accept", "404 purchase_not_found", "409 not_disputed", "/api/business/purchases/{purchase}/dispute/accept"),
        Business("POST /api/business/purchases/{id}/dispute/evidence", "404 purchase_not_found", "409 not_disputed",
            "/api/business/purchases/{purchase}/dispute/evidence", """{"key":"{uuid}","text":"It was delivered"}"""),
        Business("POST /api/business/purchases/{id}/refunds", "404 purchase_not_found", "201", "/api/business/purchases/{purchase}/refunds", """{"key":"{uuid}","amountMinor":1}"""),


        // Media
        Anyone("OPTIONS /api/media", "204"),
        Person("POST /api/media", "201", "201") with { Headers = tus },
        // An answer to HEAD has no body, and so no code.
        new("HEAD /api/media/{id}", "{upload}", null, "401", "404", "200", "404", "401", "401", "401") { Headers = tus },
        Person("PATCH /api/media/{id}", NoMedia, "204", "{upload}", "abc") with { Headers = tus },
        Person("GET /api/media/{id}", NoMedia, "302", "{picture}"),
        Person("GET /api/media/{id}/info", NoMedia, "200", "{picture}/info"),
        Person("GET /api/media/{id}/thumbnail", NoMedia, "302", "{picture}/thumbnail"),
        Person("PUT /api/media/{id}/thumbnail", NoMedia, "409 thumbnail_exists", "{picture}/thumbnail", "another"),
        Person("DELETE /api/media/{id}", NoMedia, "204", "{picture}") with { Headers = tus },
        // Only on the media origin, and by a link that we have signed.
        Anyone("GET,HEAD /m/{version:int}/{id}/{part}/{dies:long}/{signature}", "404", "/m/1/7000000000000001/c/1/AAAA"),

        // The operator
        new("POST /admin/ledger/verify", "/admin/ledger/verify", "{}", Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, "200"),
        new("POST /admin/ledger/anchor", "/admin/ledger/anchor", "{}", Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, "200"),
        new("POST /admin/bots", "/admin/bots", """{"name":"Fresh","username":"{fresh}","webhook":"{webhook}","verifyToken":"matrix"}""", Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, "201"),

        new("PUT /admin/money/people/{handle}", "/admin/money/people/tomek", """{"tier":2}""", Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, "204"),
        new("GET /admin/money/frozen", "/admin/money/frozen", null, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, "200"),

        // Bots, with and without a version in front
        .. Bot($"GET /{Node}", "/{page}", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/messages", "/{page}/messages", """{"recipient":{"id":"{psid}"},"message":{"text":"hello"}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100", blocked: "400 #551"),
        .. Bot("POST /", "/", """{"batch":[{"relative_url":"me"}]}""", member: "200", otherPage: "200", wrongApp: "200"), // What each part may do, it is asked.
        .. Bot($"DELETE /{Node}", "/{page}", null, member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/message_attachments", "/{page}/message_attachments", """{"message":{"attachment":{"type":"file","payload":{"url":"{webhook}?hub.challenge=1"}}}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/updates", "/{page}/updates", null, member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"), // The matrix's bots are called.
        .. Bot($"GET /{Node}/personas", "/{page}/personas", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/personas", "/{page}/personas", """{"name":"Ann","profile_picture_url":"https://x.example/a.png"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/thread_settings", "/{page}/thread_settings?fields=whitelisted_domains", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/thread_settings", "/{page}/thread_settings", """{"setting_type":"greeting","greeting":{"text":"Hello"}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/thread_settings", "/{page}/thread_settings", """{"setting_type":"greeting"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/custom_user_settings", "/{page}/custom_user_settings?psid={psid}", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/custom_user_settings", "/{page}/custom_user_settings", """{"psid":"{psid}","persistent_menu":[{"locale":"default"}]}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/custom_user_settings", "/{page}/custom_user_settings?psid={psid}&params=persistent_menu", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/custom_labels", "/{page}/custom_labels", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/custom_labels", "/{page}/custom_labels", """{"name":"regular"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/label", "/7000000000000001/label", """{"user":"{psid}"}""", member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/label", "/7000000000000001/label?user={psid}", null, member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/pass_thread_control", "/{page}/pass_thread_control", """{"recipient":{"id":"{psid}"},"target_app_id":"{app}"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/take_thread_control", "/{page}/take_thread_control", """{"recipient":{"id":"{psid}"}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/request_thread_control", "/{page}/request_thread_control", """{"recipient":{"id":"{psid}"}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/release_thread_control", "/{page}/release_thread_control", """{"recipient":{"id":"{psid}"}}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/extend_thread_control", "/{page}/extend_thread_control", """{"recipient":{"id":"{psid}"},"duration":60}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/thread_owner", "/{page}/thread_owner?recipient={psid}", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/secondary_receivers", "/{page}/secondary_receivers", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/conversations", "/{page}/conversations", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/threads", "/{page}/threads?user_id={psid}", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/messages", "/t_{business}/messages", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/ids_for_pages", "/{psid}/ids_for_pages", null, member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/ids_for_apps", "/{psid}/ids_for_apps", null, member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/unlink_accounts", "/{page}/unlink_accounts", """{"psid":"{psid}"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}", "/7000000000000001", """{"operation":"cancel"}""", member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/message_creatives", "/{page}/message_creatives", """{"messages":[{"text":"hello"}]}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/broadcast_messages", "/{page}/broadcast_messages", """{"message_creative_id":"7000000000000001"}""", member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/broadcast_reach_estimations", "/{page}/broadcast_reach_estimations", "{}", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/recording", "/{page}/recording?user_id={psid}", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/insights", "/{page}/insights?metric=page_messages_sent", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/insights/{{metric}}", "/{page}/insights/page_messages_sent", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/messenger_codes", "/{page}/messenger_codes", """{"type":"standard"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/messaging_feature_review", "/{page}/messaging_feature_review", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/business_messaging_feature_status", "/{page}/business_messaging_feature_status", "{}", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        Anyone("GET /m/{username}/code.png", "200", "/m/pallas/code.png?size=100"),
        .. Bot("GET /debug_token", "/debug_token?input_token=stoa_page_nothing", null, member: "400 #100", otherPage: "400 #100", wrongApp: "200"),
        Anyone("GET /oauth/access_token", "400 #101", "/oauth/access_token?client_id=7000000000000001&client_secret=x&grant_type=client_credentials"),
        Anyone("GET /v{major:int}.{minor:int}/oauth/access_token", "400 #100", "/v3.0/oauth/access_token"),
        .. Bot("GET /page_message_tags", "/page_message_tags", null, member: "200", otherPage: "200", wrongApp: "200"), // The same for everybody.
        .. Bot($"GET /{Node}/page_message_tags", "/me/page_message_tags", null, member: "200", otherPage: "200", wrongApp: "200"),
        .. Bot($"GET /{Node}/messenger_profile", "/{page}/messenger_profile?fields=greeting", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/messenger_profile", "/{page}/messenger_profile", """{"greeting":[{"locale":"default","text":"Hello"}]}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/messenger_profile", "/{page}/messenger_profile", """{"fields":["greeting"]}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/subscribed_apps", "/{page}/subscribed_apps", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/subscribed_apps", "/{page}/subscribed_apps", """{"subscribed_fields":["messages"]}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/subscribed_apps", "/{page}/subscribed_apps", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"GET /{Node}/subscriptions", "/{app}/subscriptions", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"POST /{Node}/subscriptions", "/{app}/subscriptions", """{"object":"page","callback_url":"{webhook}","verify_token":"matrix","fields":"messages"}""", member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"DELETE /{Node}/subscriptions", "/{app}/subscriptions?object=page", null, member: "200", otherPage: "400 #100", wrongApp: "400 #100"),
        .. Bot($"ANY /{Node}/{{**edge}}", "/{page}/nonsense", "{}", member: "400 #100", otherPage: "400 #100", wrongApp: "400 #100"),
        // Last: nothing may be sent to the member after it.
        Person("PUT /api/pages/{id}/stop", "404 page_not_found", "204", "/api/pages/{page}/stop"),
        new("ANY /v{major:int}.{minor:int}/{**edge}", "/v2.6/nonsense", "{}", BadToken, BadToken, "400 #100", "400 #100", "400 #100", "400 #100", BadToken),
    ];

    [Fact]
    public async Task Every_caller_gets_the_answer_that_the_matrix_says()
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            // The member last: what they delete, strangers have been refused before.
            foreach (var caller in (Caller[])[Caller.Anonymous, Caller.Stranger, Caller.Blocked, Caller.OtherPage, Caller.WrongApp, Caller.Operator, Caller.Member])
            {
                var answer = await world.CallAsync(row, caller, Cancel);
                if (answer != row.ExpectedFor(caller))
                {
                    wrong.Add($"{row.Route} by {caller}: {answer}, expected {row.ExpectedFor(caller)}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_route_of_the_running_server_has_a_row_and_every_row_a_route()
    {
        await using var world = await MatrixWorld.OpenAsync(Cancel);

        Assert.Empty(Compare(ListRoutes(world), rows.Select(row => row.Route)));
    }

    [Fact]
    public void A_route_without_a_row_is_found() =>
        Assert.Equal(["POST /api/backdoor has no row"], Compare(["GET /api/me", "POST /api/backdoor"], ["GET /api/me"]));

    [Fact]
    public void A_row_without_a_route_is_found() => Assert.Equal(["GET /api/gone is no route"], Compare(["GET /api/me"], ["GET /api/me", "GET /api/gone"]));

    private static List<string> ListRoutes(MatrixWorld world) =>
        [.. world.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            // A built file of the web client is nobody's in particular.
            .Where(route => route.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(route => $"{string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.DefaultIfEmpty("ANY") ?? ["ANY"])} /{route.RoutePattern.RawText?.TrimStart('/')}")
            .Distinct()];

    private static List<string> Compare(IEnumerable<string> routes, IEnumerable<string> rowed)
    {
        var (have, want) = (routes.ToHashSet(), rowed.ToHashSet());
        return [.. have.Except(want).Select(route => $"{route} has no row"), .. want.Except(have).Select(route => $"{route} is no route")];
    }

    private static MatrixRow Anyone(string route, string answer, string? path = null, string? body = null) =>
        new(route, path ?? route.Split(' ')[1], body, answer, answer, answer, answer, answer, answer, answer);

    private static MatrixRow Person(string route, string stranger, string member, string? path = null, string? body = null, string? blocked = null) =>
        new(route, path ?? route.Split(' ')[1], body, NoOne, stranger, member, blocked ?? stranger, NoOne, NoOne, NoOne);

    private static MatrixRow Business(string route, string otherPage, string member, string? path = null, string? body = null) =>
        new(route, path ?? route.Split(' ')[1], body, NoPage, NoPage, member, NoPage, otherPage, NoPage, NoPage);

    private static MatrixRow Message(string method, string what, string member, string? body = null, int seq = 1, string query = "", string? blocked = null) =>
        Person($"{method} /api/threads/{{id}}/messages/{{seq:long}}{what}", NoThread, member, $"/api/threads/{{direct}}/messages/{seq}{what}{query}", body, blocked);

    private static MatrixRow[] Bot(string route, string path, string? body, string member, string otherPage, string wrongApp, string? blocked = null) =>
    [
        new(route, path, body, BadToken, BadToken, member, blocked ?? member, otherPage, wrongApp, BadToken),
        new(route.Replace(" /", " /v{major:int}.{minor:int}/", StringComparison.Ordinal), "/v2.6" + path, body, BadToken, BadToken, member, blocked ?? member, otherPage, wrongApp, BadToken),
    ];
}
