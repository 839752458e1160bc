using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.Payments.Tests.Remote;

/// <summary>PayPal as the connector needs it: tokens, orders, captures, refunds, a vault, disputes, verified webhooks. A client id is an account.</summary>
internal static class FakePayPal
{
    private static readonly ConcurrentDictionary<string, PayPalAccount> accounts = new();

    public static PayPalAccount Open(string clientId) => accounts.GetOrAdd(clientId, _ => new());

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/oauth2/token", TokenAsync);
        routes.Map("/v1/customer/disputes", (HttpContext context) => RunAsync(context, "disputes", null, null));
        routes.Map("/v1/notifications/verify-webhook-signature", (HttpContext context) => RunAsync(context, "verify", null, null));
        foreach (var kind in (string[])["/v2/checkout/orders", "/v2/payments/authorizations", "/v2/payments/captures", "/v2/payments/refunds", "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"])
        {
            routes.Map(kind + "/{id?}/{action?}", (HttpContext context, string? id, string? action) => RunAsync(context, kind.Split('/')[^1], id, action));
        }
    }

    private static Task TokenAsync(HttpContext context)
    {
        var basic = Encoding.UTF8.GetString(Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..]));
        var client = basic.Split(':')[0];
        return Faking.AnswerAsync(context, Mishap.None, () => accounts.ContainsKey(client) && basic.EndsWith(":secret", StringComparison.Ordinal)
            ? (200, $$"""{"access_token":"A21.{{client}}","token_type":"Bearer","expires_in":32400,"scope":"all"}""")
            : (401, """{"error":"invalid_client","error_description":"Client Authentication failed"}"""));
    }

    private static async Task RunAsync(HttpContext context, string kind, string? id, string? action)
    {
        var client = context.Request.Headers.Authorization.ToString().Replace("Bearer A21.", "", StringComparison.Ordinal);
        if (!accounts.TryGetValue(client, out var account))
        {
            await Faking.AnswerAsync(context, Mishap.None, () => PayPalAccount.Error(401, "AUTHENTICATION_FAILURE", "INVALID_TOKEN"));
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var query = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        var (method, key) = (context.Request.Method, context.Request.Headers["PayPal-Request-Id"].ToString());
        // Only what moves money is broken: making an order, whose loss costs nothing, is not.
        var mishap = method == "POST" && action is "capture" or "refund" ? account.TakeMishap() : Mishap.None;
        await Faking.AnswerAsync(context, mishap, () => account.Run(method, kind, id, action, text.Length == 0 ? [] : (JsonObject)JsonNode.Parse(text)!, key, query)); // JSON, as the documents demand.
    }
}

/// <summary>One account's objects. Everything happens one after the other.</summary>
internal sealed class PayPalAccount
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonObject> objects = [];
    private readonly Dictionary<string, (int Status, string Json)> answered = [];
    private readonly Dictionary<string, string> orderOf = [];
    private readonly HashSet<string> disputed = [];
    private Mishap next;

    public string WebhookId { get; } = $"WH{Guid.NewGuid():N}";

    public void Break(Mishap mishap) => next = mishap;

    public int Count(string reference) => objects.Values.Count(o => (string?)o["kind"] == "order" && (string?)Unit(o)["custom_id"] == reference && Unit(o)["payments"] is not null);

    /// <summary>What PayPal's script in the browser does: a card is typed for a setup token.</summary>
    public void Approve(string setupToken, string behaviour) => objects[setupToken]["behaviour"] = behaviour;

    public void PayerApproves(string order)
    {
        lock (gate)
        {
            objects[order]["status"] = "APPROVED";
        }
    }

    public void FailRefund(string refund) => objects[refund]["status"] = "FAILED";

    public void Dispute(string order) => disputed.Add((string)Payments(objects[order], "captures")[0]!["id"]!);

    public string Sign(string id, string time, string webhook, string body)
    {
        var text = $"{id}|{time}|{webhook}|{JsonNode.Parse(body)!.ToJsonString()}";
        // The documents want it to begin with a letter or digit.
        return "s" + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(WebhookId), Encoding.UTF8.GetBytes(text)));
    }

    public Mishap TakeMishap()
    {
        lock (gate)
        {
            var taken = next;
            next = Mishap.None;
            return taken;
        }
    }

    public (int Status, string Json) Run(string method, string kind, string? id, string? action, JsonObject body, string key, Dictionary<string, string> query)
    {
        lock (gate)
        {
            // The same id of a request is the same answer.
            var slot = $"{kind}/{id}/{action}/{key}";
            if (method == "POST" && key.Length > 0 && answered.TryGetValue(slot, out var before))
            {
                return before;
            }

            var answer = Act(method, kind, id, action, body, query);
            if (method == "POST" && key.Length > 0)
            {
                answered[slot] = answer;
            }

            return answer;
        }
    }

    // Word for word: the documents list what PayPal says with each issue.
    private static readonly Dictionary<string, string> descriptions = new()
    {
        ["INVALID_RESOURCE_ID"] = "Specified resource ID does not exist. Please check the resource ID and try again.",
        ["INSTRUMENT_DECLINED"] = "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
        ["ORDER_ALREADY_CAPTURED"] = "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
        ["TOKEN_ID_NOT_FOUND"] = "Specified token was not found. Verify the token and try the request again.",
        ["PAYER_ACTION_REQUIRED"] = "Transaction cannot complete successfully, instruct the buyer to return to PayPal.",
        ["AUTHORIZATION_ALREADY_CAPTURED"] = "Authorization has previously been captured.",
        ["CAPTURE_FULLY_REFUNDED"] = "The capture has already been fully refunded",
        ["REFUND_AMOUNT_EXCEEDED"] = "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
    };

    public static (int Status, string Json) Error(int status, string name, string issue) => (status, new JsonObject
    {
        ["name"] = name,
        ["message"] = status switch
        {
            401 => "Authentication failed due to missing authorization header, or invalid authentication credentials.",
            404 => "The specified resource does not exist.",
            _ => "The requested action could not be performed, semantically incorrect, or failed business validation.",
        },
        ["debug_id"] = "f0",
        ["details"] = new JsonArray(new JsonObject { ["issue"] = issue, ["description"] = descriptions.GetValueOrDefault(issue, issue) }),
    }.ToJsonString());

    private (int Status, string Json) Act(string method, string kind, string? id, string? action, JsonObject body, Dictionary<string, string> query) => (method, kind, action) switch
    {
        ("POST", "setup-tokens", null) => Shown(201, Make("setup", new() { ["id"] = NewId(), ["status"] = "PAYER_ACTION_REQUIRED", ["customer"] = body["customer"]?.DeepClone() })),
        ("POST", "payment-tokens", null) => Vault((string?)body["payment_source"]?["token"]?["id"] ?? ""),
        ("GET", "payment-tokens", null) => Find(id),
        ("DELETE", "payment-tokens", null) => objects.Remove(id ?? "") ? (204, "") : (204, ""),
        ("POST", "orders", null) => Order(body),
        ("GET", "orders", null) => objects.TryGetValue(id ?? "", out var order) ? (200, Whole(order)) : NotFound(),
        ("POST", "orders", "capture" or "authorize") => objects.TryGetValue(id ?? "", out var order) ? Pay(order, action, body) : NotFound(),
        ("POST", "authorizations", "capture") => Capture(id ?? "", body),
        ("POST", "authorizations", "void") => Void(id ?? ""),
        ("GET", "captures", null) => Find(id),
        ("POST", "captures", "refund") => Refund(id ?? "", body),
        ("GET", "refunds", null) => Find(id),
        ("GET", "disputes", _) => (200, disputed.Contains(query["disputed_transaction_id"])
            ? $$"""{"items":[{"dispute_id":"PP-D-{{query["disputed_transaction_id"]}}","status":"WAITING_FOR_SELLER_RESPONSE"}]}"""
            : "{}"),
        ("POST", "verify", _) => Verify(body),
        _ => NotFound(),
    };

    private (int Status, string Json) Vault(string setup) => !objects.TryGetValue(setup, out var begun) ? Error(422, "UNPROCESSABLE_ENTITY", "TOKEN_ID_NOT_FOUND")
        : Shown(201, Make("token", new()
        {
            ["id"] = NewId().ToLowerInvariant(),
            ["customer"] = begun["customer"]?.DeepClone(),
            ["behaviour"] = begun["behaviour"]?.DeepClone(),
            ["payment_source"] = new JsonObject { ["card"] = new JsonObject { ["brand"] = "VISA", ["last_digits"] = "1111", ["expiry"] = "2030-02" } },
        }));

    private (int Status, string Json) Order(JsonObject body) => Shown(201, Make("order", new()
    {
        ["id"] = NewId(),
        ["status"] = "CREATED",
        ["intent"] = body["intent"]?.DeepClone(),
        ["purchase_units"] = new JsonArray(WithReference((JsonObject)body["purchase_units"]![0]!.DeepClone())),
        ["links"] = new JsonArray(),
    }));

    private (int Status, string Json) Pay(JsonObject order, string? action, JsonObject body)
    {
        if (Unit(order)["payments"] is not null)
        {
            return Error(422, "UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED");
        }

        var vaulted = (string?)body["payment_source"]?["card"]?["vault_id"];
        if ((string?)order["status"] != "APPROVED" && (vaulted is null || !objects.TryGetValue(vaulted, out var token) || (string?)token["kind"] != "token"))
        {
            return Error(422, "UNPROCESSABLE_ENTITY", "TOKEN_ID_NOT_FOUND");
        }

        switch ((string?)(vaulted is null ? null : objects[vaulted]["behaviour"]))
        {
            case "declined":
                return Error(422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED");
            case "asks" when (string?)order["status"] != "APPROVED":
                order["status"] = "PAYER_ACTION_REQUIRED";
                order["links"] = new JsonArray(new JsonObject { ["rel"] = "payer-action", ["href"] = $"https://www.sandbox.paypal.com/checkoutnow?token={(string?)order["id"]}", ["method"] = "GET" });
                return Error(422, "UNPROCESSABLE_ENTITY", "PAYER_ACTION_REQUIRED");
        }

        order["status"] = "COMPLETED";
        var payment = NewPayment(order, action == "capture" ? "COMPLETED" : "CREATED", Unit(order)["amount"]!);
        Unit(order)["payments"] = new JsonObject { [action == "capture" ? "captures" : "authorizations"] = new JsonArray((string)payment["id"]!) };
        return (201, Whole(order));
    }

    private (int Status, string Json) Capture(string id, JsonObject body)
    {
        if (!objects.TryGetValue(id, out var authorisation) || (string?)authorisation["status"] != "CREATED")
        {
            return Error(422, "UNPROCESSABLE_ENTITY", "AUTHORIZATION_ALREADY_CAPTURED");
        }

        if (Minor(body["amount"]!) > Minor(authorisation["amount"]!))
        {
            return Error(422, "UNPROCESSABLE_ENTITY", "MAX_CAPTURE_AMOUNT_EXCEEDED");
        }

        authorisation["status"] = "CAPTURED";
        var order = objects[orderOf[id]];
        var capture = NewPayment(order, "COMPLETED", body["amount"]!);
        ((JsonObject)Unit(order)["payments"]!)["captures"] = new JsonArray((string)capture["id"]!);
        return Shown(201, capture);
    }

    private (int Status, string Json) Void(string id)
    {
        objects[id]["status"] = "VOIDED";
        return (204, "");
    }

    private (int Status, string Json) Refund(string id, JsonObject body)
    {
        if (!objects.TryGetValue(id, out var capture))
        {
            return NotFound();
        }

        var order = objects[orderOf[id]];
        var left = Minor(capture["amount"]!) - RefundedMinor(order);
        var amount = body["amount"] is { } asked ? Minor(asked) : left;
        if (left == 0 || amount > left)
        {
            return Error(422, "UNPROCESSABLE_ENTITY", left == 0 ? "CAPTURE_FULLY_REFUNDED" : "REFUND_AMOUNT_EXCEEDED");
        }

        var refund = Make("refund", new()
        {
            ["id"] = NewId(),
            ["status"] = "COMPLETED",
            ["amount"] = new JsonObject { ["currency_code"] = "EUR", ["value"] = (amount / 100m).ToString("0.00", CultureInfo.InvariantCulture) },
            ["custom_id"] = body["custom_id"]?.DeepClone(),
        });
        var payments = (JsonObject)Unit(order)["payments"]!;
        (payments["refunds"] ??= new JsonArray()).AsArray().Add((string)refund["id"]!);
        return Shown(201, refund);
    }

    private (int Status, string Json) Verify(JsonObject body)
    {
        var expected = Sign((string)body["transmission_id"]!, (string)body["transmission_time"]!, WebhookId, body["webhook_event"]!.ToJsonString());
        return (200, $$"""{"verification_status":"{{((string?)body["webhook_id"] == WebhookId && (string?)body["transmission_sig"] == expected ? "SUCCESS" : "FAILURE")}}"}""");
    }

    private JsonObject NewPayment(JsonObject order, string status, JsonNode amount)
    {
        var payment = Make("payment", new()
        {
            ["id"] = NewId(),
            ["status"] = status,
            ["amount"] = amount.DeepClone(),
            ["custom_id"] = Unit(order)["custom_id"]?.DeepClone(),
            ["supplementary_data"] = new JsonObject { ["related_ids"] = new JsonObject { ["order_id"] = order["id"]?.DeepClone() } },
        });
        orderOf[(string)payment["id"]!] = (string)order["id"]!;
        return payment;
    }

    // The order as it is told: its payments as objects, the captures with what has gone back of them.
    private string Whole(JsonObject order)
    {
        var told = (JsonObject)order.DeepClone();
        told.Remove("kind");
        if (Unit(told)["payments"] is JsonObject payments)
        {
            foreach (var (kind, ids) in payments.ToList())
            {
                payments[kind] = new JsonArray([.. ids!.AsArray().Select(i => Clean(objects[(string)i!]))]);
            }

            foreach (var capture in payments["captures"]?.AsArray() ?? [])
            {
                var back = RefundedMinor(order);
                capture!["status"] = back == 0 ? "COMPLETED" : back == Minor(capture["amount"]!) ? "REFUNDED" : "PARTIALLY_REFUNDED";
            }
        }

        return told.ToJsonString();
    }

    private long RefundedMinor(JsonObject order) => Payments(order, "refunds").Sum(r => (string?)r!["status"] == "FAILED" ? 0 : Minor(r["amount"]!));

    private List<JsonObject> Payments(JsonObject order, string kind) => [.. (Unit(order)["payments"]?[kind]?.AsArray() ?? []).Select(i => objects[(string)i!])];

    private (int Status, string Json) Find(string? id) => objects.TryGetValue(id ?? "", out var found) ? Shown(200, found) : NotFound();

    private static (int Status, string Json) Shown(int status, JsonObject thing) => (status, Clean(thing).ToJsonString());

    private static JsonObject Clean(JsonObject thing)
    {
        var told = (JsonObject)thing.DeepClone();
        told.Remove("kind");
        told.Remove("behaviour");
        return told;
    }

    private JsonObject Make(string kind, JsonObject made)
    {
        made["kind"] = kind;
        objects[(string)made["id"]!] = made;
        return made;
    }

    private static JsonObject WithReference(JsonObject unit)
    {
        unit["reference_id"] ??= "default";
        return unit;
    }

    private static JsonObject Unit(JsonObject order) => (JsonObject)order["purchase_units"]![0]!;

    private static long Minor(JsonNode amount) => (long)(decimal.Parse((string)amount["value"]!, CultureInfo.InvariantCulture) * 100);

    private static string NewId() => Guid.NewGuid().ToString("N").ToUpperInvariant()[..17];

    private static (int Status, string Json) NotFound() => Error(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
}
