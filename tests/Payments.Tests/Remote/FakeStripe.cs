using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.Payments.Tests.Remote;

/// <summary>Stripe as the connector needs it: objects with their states, idempotency keys, declines inside 402. A secret key is an account.</summary>
internal static class FakeStripe
{
    private static readonly ConcurrentDictionary<string, StripeAccount> accounts = new();

    public static StripeAccount Open(string key) => accounts.GetOrAdd(key, _ => new());

    public static void Map(IEndpointRouteBuilder routes) => routes.Map("/v1/{resource}/{id?}/{action?}", RunAsync);

    private static async Task RunAsync(HttpContext context, string resource, string? id, string? action)
    {
        var key = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        if (!accounts.TryGetValue(key, out var account))
        {
            await Faking.AnswerAsync(context, Mishap.None, () => StripeAccount.Error(401, "invalid_request_error", null, "Invalid API Key provided"));
            return;
        }

        var form = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString()) : [];
        var query = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        var post = context.Request.Method == "POST";
        await Faking.AnswerAsync(context, account.TakeMishap(), () => post
            ? account.Once(context.Request.Headers["Idempotency-Key"].ToString(), context.Request.Path, form, () => account.Post(resource, id, action, form))
            : account.Get(resource, id, query));
    }
}

/// <summary>One account's objects. Everything happens one after the other.</summary>
internal sealed class StripeAccount
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonObject> objects = [];
    private readonly Dictionary<string, (string Request, int Status, string Json)> answered = [];
    private readonly List<string> order = [];
    private Mishap next;

    /// <summary>Breaks the next call that changes something.</summary>
    public void Break(Mishap mishap) => next = mishap;

    public int Count(string reference) => order.Count(id => id.StartsWith("pi_", StringComparison.Ordinal) && (string?)objects[id]["metadata"]?["purchase"] == reference);

    /// <summary>What Stripe's script in the browser does: a card is typed and the intent confirmed.</summary>
    public void Confirm(string setupIntent, string behaviour)
    {
        lock (gate)
        {
            var method = Make("pm", "payment_method", new()
            {
                ["type"] = "card",
                ["billing_details"] = new JsonObject { ["address"] = null, ["email"] = null, ["name"] = null, ["phone"] = null },
                ["customer"] = objects[setupIntent]["customer"]?.DeepClone(),
                ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242", ["exp_month"] = 8, ["exp_year"] = 2030, ["country"] = "US", ["funding"] = "credit", ["fingerprint"] = "f", ["checks"] = null, ["generated_from"] = null, ["networks"] = null, ["three_d_secure_usage"] = null, ["wallet"] = null },
                ["metadata"] = new JsonObject { ["behaviour"] = behaviour },
            });
            objects[setupIntent]["payment_method"] = method["id"]?.DeepClone();
            objects[setupIntent]["status"] = "succeeded";
        }
    }

    public void FailRefund(string refund)
    {
        lock (gate)
        {
            objects[refund]["status"] = "failed";
            var intent = objects[(string)objects[refund]["payment_intent"]!]; // Every refund has one.
            var charge = (JsonObject)intent["latest_charge"]!;
            charge["amount_refunded"] = (long)charge["amount_refunded"]! - (long)objects[refund]["amount"]!;
            charge["refunded"] = false;
        }
    }

    public void Dispute(string intent)
    {
        lock (gate)
        {
            var charge = (JsonObject)objects[intent]["latest_charge"]!;
            charge["disputed"] = true;
            Make("dp", "dispute", new()
            {
                ["amount"] = objects[intent]["amount"]?.DeepClone(),
                ["currency"] = "eur",
                ["charge"] = charge["id"]?.DeepClone(),
                ["payment_intent"] = intent,
                ["balance_transactions"] = new JsonArray(),
                ["evidence"] = new JsonObject(),
                ["evidence_details"] = new JsonObject { ["has_evidence"] = false, ["past_due"] = false, ["submission_count"] = 0, ["due_by"] = 1_800_000_000 },
                ["is_charge_refundable"] = true,
                ["reason"] = "general",
                ["status"] = "needs_response",
                ["metadata"] = new JsonObject(),
            });
        }
    }

    private static (int Status, string Json) End(JsonObject dispute, string status)
    {
        if ((string)dispute["status"]! is not "needs_response")
        {
            return Error(400, "invalid_request_error", null, "This dispute is already closed.");
        }

        dispute["status"] = status;
        return (200, dispute.ToJsonString());
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

    /// <summary>The first answer to a key is kept, whatever it was, and given again; other parameters are refused.</summary>
    public (int Status, string Json) Once(string key, string path, Dictionary<string, string> form, Func<(int Status, string Json)> act)
    {
        lock (gate)
        {
            var request = path + "?" + string.Join('&', form.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));
            if (answered.TryGetValue(key, out var before))
            {
                return before.Request == request ? (before.Status, before.Json) : Error(400, "idempotency_error", null, "Keys for idempotent requests can only be used with the same parameters.");
            }

            var (status, json) = act();
            answered[key] = (request, status, json);
            return (status, json);
        }
    }

    public (int Status, string Json) Post(string resource, string? id, string? action, Dictionary<string, string> form) => (resource, action) switch
    {
        ("customers", null) => Made("cus", "customer", new() { ["metadata"] = Metadata(form) }),
        ("setup_intents", null) => Made("seti", "setup_intent", new()
        {
            ["client_secret"] = $"seti_secret_{order.Count}",
            ["customer"] = form["customer"],
            ["payment_method_types"] = new JsonArray("card"),
            ["status"] = "requires_payment_method",
            ["usage"] = form["usage"],
            ["payment_method"] = null,
        }),
        ("payment_methods", "detach") => objects.Remove(id ?? "", out var gone) ? (200, gone.ToJsonString()) : Missing("payment_method"),
        ("payment_intents", null) => Charge(form),
        ("payment_intents", "capture") => objects.TryGetValue(id ?? "", out var intent) ? Capture(intent, form) : Missing("intent"),
        ("payment_intents", "cancel") => objects.TryGetValue(id ?? "", out var intent) ? Cancel(intent) : Missing("intent"),
        ("refunds", null) => Refund(form),
        ("disputes", "close") => objects.TryGetValue(id ?? "", out var dispute) ? End(dispute, "lost") : Missing("dispute"),
        ("disputes", null) => objects.TryGetValue(id ?? "", out var dispute) ? End(dispute, form["evidence[uncategorized_text]"] == "winning_evidence" ? "won" : "under_review") : Missing("dispute"),
        _ => Missing(resource),
    };

    public (int Status, string Json) Get(string resource, string? id, Dictionary<string, string> query)
    {
        lock (gate)
        {
            if (resource == "balance")
            {
                return (200, """{"object":"balance","available":[{"amount":0,"currency":"eur"}],"pending":[],"livemode":false}""");
            }

            if (id is not null)
            {
                return objects.TryGetValue(id, out var found) ? (200, found.ToJsonString()) : Missing(resource[..^1]);
            }

            var kind = resource switch { "payment_intents" => "pi_", "refunds" => "re_", _ => "dp_" };
            var all = order.Where(o => o.StartsWith(kind, StringComparison.Ordinal)).Select(o => objects[o])
                .Where(o => Matches(o, query, "customer") && Matches(o, query, "payment_intent")).Reverse().ToList();
            var list = new JsonObject { ["object"] = "list", ["url"] = $"/v1/{resource}", ["has_more"] = false, ["data"] = new JsonArray([.. all.Select(o => o.DeepClone())]) };
            return (200, list.ToJsonString());
        }
    }

    public static (int Status, string Json) Error(int status, string type, string? code, string message, string? param = null, JsonObject? intent = null, string? decline = null)
    {
        var error = new JsonObject { ["type"] = type, ["message"] = message };
        foreach (var (name, value) in new (string, JsonNode?)[] { ("code", code), ("param", param), ("decline_code", decline), ("payment_intent", intent?.DeepClone()) })
        {
            if (value is not null)
            {
                error[name] = value;
            }
        }

        return (status, new JsonObject { ["error"] = error }.ToJsonString());
    }

    private (int Status, string Json) Charge(Dictionary<string, string> form)
    {
        var customer = form.GetValueOrDefault("customer");
        JsonObject? method = null;
        if (form["payment_method"] != "pm_card_visa" && (!objects.TryGetValue(form["payment_method"], out method) || (string?)method["customer"] != customer))
        {
            return Missing("payment_method");
        }

        var amount = long.Parse(form["amount"], System.Globalization.CultureInfo.InvariantCulture);
        var manual = form["capture_method"] == "manual";
        var behaviour = (string?)method?["metadata"]?["behaviour"];
        var intent = Make("pi", "payment_intent", new()
        {
            ["amount"] = amount,
            ["amount_capturable"] = manual ? amount : 0,
            ["amount_received"] = 0L,
            ["capture_method"] = form["capture_method"],
            ["confirmation_method"] = "automatic",
            ["currency"] = form["currency"],
            ["customer"] = customer,
            ["payment_method"] = form["payment_method"],
            ["payment_method_types"] = new JsonArray("card"),
            ["metadata"] = Metadata(form),
            ["status"] = "requires_capture",
            ["last_payment_error"] = null,
            ["next_action"] = null,
            ["latest_charge"] = null,
        });
        switch (behaviour)
        {
            case "declined":
                intent["status"] = "requires_payment_method";
                intent["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["code"] = "card_declined", ["decline_code"] = "insufficient_funds", ["message"] = "Your card has insufficient funds." };
                return Error(402, "card_error", "card_declined", "Your card has insufficient funds.", intent: intent, decline: "insufficient_funds");
            case "asks":
                intent["status"] = "requires_action";
                intent["next_action"] = new JsonObject { ["type"] = "redirect_to_url", ["redirect_to_url"] = new JsonObject { ["url"] = "https://hooks.stripe.com/3d_secure_2/1", ["return_url"] = form["return_url"] } };
                return (200, intent.ToJsonString());
            default:
                intent["latest_charge"] = new JsonObject
                {
                    ["id"] = $"ch_{order.Count}",
                    ["object"] = "charge",
                    ["amount"] = amount,
                    ["amount_captured"] = 0L,
                    ["amount_refunded"] = 0L,
                    ["captured"] = false,
                    ["disputed"] = false,
                    ["refunded"] = false,
                    ["paid"] = true,
                    ["status"] = "succeeded",
                    ["created"] = 1_790_000_000,
                    ["currency"] = form["currency"],
                    ["livemode"] = false,
                    ["metadata"] = new JsonObject(),
                    ["billing_details"] = new JsonObject { ["address"] = null, ["email"] = null, ["name"] = null, ["phone"] = null },
                };
                return manual ? (200, intent.ToJsonString()) : Capture(intent, []);
        }
    }

    private static (int Status, string Json) Capture(JsonObject intent, Dictionary<string, string> form)
    {
        if ((string?)intent["status"] != "requires_capture")
        {
            return Error(400, "invalid_request_error", "payment_intent_unexpected_state", "This PaymentIntent could not be captured.", intent: intent);
        }

        var amount = form.TryGetValue("amount_to_capture", out var asked) ? long.Parse(asked, System.Globalization.CultureInfo.InvariantCulture) : (long)intent["amount"]!;
        if (amount > (long)intent["amount"]!)
        {
            return Error(400, "invalid_request_error", "amount_too_large", "More than authorised.", "amount_to_capture");
        }

        var charge = (JsonObject)intent["latest_charge"]!;
        (intent["status"], intent["amount_received"], intent["amount_capturable"]) = ("succeeded", amount, 0);
        (charge["captured"], charge["amount_captured"]) = (true, amount);
        return (200, intent.ToJsonString());
    }

    private static (int Status, string Json) Cancel(JsonObject intent)
    {
        if ((string?)intent["status"] is "succeeded" or "canceled")
        {
            return Error(400, "invalid_request_error", "payment_intent_unexpected_state", "You cannot cancel this PaymentIntent.", intent: intent);
        }

        (intent["status"], intent["next_action"]) = ("canceled", null);
        return (200, intent.ToJsonString());
    }

    private (int Status, string Json) Refund(Dictionary<string, string> form)
    {
        if (!objects.TryGetValue(form["payment_intent"], out var intent))
        {
            return Missing("payment_intent");
        }

        var charge = (JsonObject)intent["latest_charge"]!;
        var left = (long)charge["amount_captured"]! - (long)charge["amount_refunded"]!;
        var amount = form.TryGetValue("amount", out var asked) ? long.Parse(asked, System.Globalization.CultureInfo.InvariantCulture) : left;
        if (left == 0)
        {
            return Error(400, "invalid_request_error", "charge_already_refunded", "Charge has already been refunded.");
        }

        if (amount > left)
        {
            return Error(400, "invalid_request_error", null, "Refund amount is greater than unrefunded amount on charge.", "amount");
        }

        charge["amount_refunded"] = (long)charge["amount_refunded"]! + amount;
        charge["refunded"] = amount == left;
        return Made("re", "refund", new()
        {
            ["amount"] = amount,
            ["currency"] = intent["currency"]?.DeepClone(),
            ["payment_intent"] = form["payment_intent"],
            ["charge"] = charge["id"]?.DeepClone(),
            ["metadata"] = Metadata(form),
            ["status"] = "succeeded",
            ["reason"] = form.GetValueOrDefault("reason"),
        });
    }

    private (int Status, string Json) Made(string prefix, string kind, JsonObject made) => (200, Make(prefix, kind, made).ToJsonString());

    private JsonObject Make(string prefix, string kind, JsonObject made)
    {
        var id = $"{prefix}_{Guid.NewGuid():N}";
        (made["id"], made["object"], made["created"], made["livemode"]) = (id, kind, 1_790_000_000, false);
        objects[id] = made;
        order.Add(id);
        return made;
    }

    private static bool Matches(JsonObject thing, Dictionary<string, string> query, string name) =>
        !query.TryGetValue(name, out var wanted) || (string?)thing[name] == wanted;

    private static JsonObject Metadata(Dictionary<string, string> form) => new(form
        .Where(f => f.Key.StartsWith("metadata[", StringComparison.Ordinal)).Select(f => KeyValuePair.Create(f.Key["metadata[".Length..^1], (JsonNode?)f.Value)));

    private static (int Status, string Json) Missing(string param) => Error(param == "payment_method" ? 400 : 404, "invalid_request_error", "resource_missing", $"No such {param}", param);
}
