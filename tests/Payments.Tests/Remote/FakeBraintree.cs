using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.Payments.Tests.Remote;

/// <summary>Braintree as the connector needs it: whole objects, of which the schema picks what was asked for. No keys: what comes twice is done twice.</summary>
internal static class FakeBraintree
{
    private static readonly ConcurrentDictionary<string, BraintreeAccount> accounts = new();

    public static BraintreeAccount Open(string publicKey) => accounts.GetOrAdd(publicKey, _ => new());

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/graphql", RunAsync);

    private static async Task RunAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = JsonNode.Parse(await reader.ReadToEndAsync())!;
        var basic = Encoding.UTF8.GetString(Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..]));
        if (!accounts.TryGetValue(basic.Split(':')[0], out var account) || !basic.EndsWith(":private", StringComparison.Ordinal))
        {
            await Faking.AnswerAsync(context, Mishap.None, () => BraintreeAccount.Error("AUTHENTICATION"));
            return;
        }

        var query = (string)request["query"]!;
        var variables = request["variables"] as JsonObject ?? [];
        var mishap = query.Contains("chargePaymentMethod", StringComparison.Ordinal) || query.Contains("refundTransaction", StringComparison.Ordinal) ? account.TakeMishap() : Mishap.None;
        await Faking.AnswerAsync(context, mishap, () => account.Run(query, variables));
    }
}

/// <summary>One account's objects. Everything happens one after the other.</summary>
internal sealed class BraintreeAccount
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonObject> objects = [];
    private readonly HashSet<string> used = [];
    private Mishap next;

    public void Break(Mishap mishap) => next = mishap;

    public int Count(string reference)
    {
        lock (gate)
        {
            return objects.Values.Count(o => (string?)o["__typename"] == "Transaction" && (string?)o["orderId"] == reference);
        }
    }

    public void FailRefund(string refund) => Set(refund, "status", "SETTLEMENT_DECLINED");

    public void Settle(string transaction) => Set(transaction, "status", "SETTLED");

    public void Dispute(string transaction) => Set(transaction, "disputes", new JsonArray(new JsonObject { ["id"] = NewId(), ["legacyId"] = "1", ["status"] = "OPEN" }));

    public Mishap TakeMishap()
    {
        lock (gate)
        {
            var taken = next;
            next = Mishap.None;
            return taken;
        }
    }

    public (int Status, string Json) Run(string query, JsonObject variables)
    {
        lock (gate)
        {
            var input = variables["input"] as JsonObject ?? [];
            return Operation(query) switch
            {
                "ping" => Data("ping", "pong"),
                "createCustomer" => Data("createCustomer", new JsonObject { ["customer"] = Make("Customer", []) }),
                "createClientToken" => Data("createClientToken", new JsonObject { ["clientToken"] = $"ct_{NewId()}" }),
                "vaultPaymentMethod" => Vault(input),
                "deletePaymentMethodFromVault" => objects.Remove((string)input["paymentMethodId"]!) ? Data("deletePaymentMethodFromVault", new JsonObject()) : Error("NOT_FOUND", "input", "paymentMethodId"),
                "chargePaymentMethod" => Charge("chargePaymentMethod", input, "SETTLED"),
                "authorizePaymentMethod" => Charge("authorizePaymentMethod", input, "AUTHORIZED"),
                "captureTransaction" => Capture(input),
                "reverseTransaction" => Reverse(input),
                "refundTransaction" => Refund(input),
                "node" => objects.TryGetValue((string)variables["id"]!, out var node) ? Data("node", Whole(node)) : Error("NOT_FOUND", "id"),
                "transactions" => Search("transactions", "Transaction", input),
                _ => Search("refunds", "Refund", input),
            };
        }
    }

    public static (int Status, string Json) Error(string errorClass, params string[] path) => (200, new JsonObject
    {
        ["data"] = null,
        ["errors"] = new JsonArray(new JsonObject
        {
            ["message"] = errorClass,
            ["extensions"] = new JsonObject { ["errorClass"] = errorClass, ["errorType"] = "user_error", ["inputPath"] = new JsonArray([.. path.Select(p => (JsonNode)p)]) },
        }),
    }.ToJsonString());

    private static string Operation(string query)
    {
        string[] known =
        [
            "createCustomer", "createClientToken", "vaultPaymentMethod", "deletePaymentMethodFromVault", "chargePaymentMethod", "authorizePaymentMethod", "captureTransaction",
            "reverseTransaction", "refundTransaction", "transactions", "refunds(", "node(", "ping",
        ];
        return known.First(o => query.Contains(o, StringComparison.Ordinal)).TrimEnd('(');
    }

    private (int Status, string Json) Vault(JsonObject input)
    {
        var nonce = (string)input["paymentMethodId"]!;
        // A nonce says what its card does, and is good once.
        if (!nonce.StartsWith("nonce-", StringComparison.Ordinal) || !used.Add(nonce))
        {
            return Error("VALIDATION", "input", "paymentMethodId");
        }

        var method = Make("PaymentMethod", new()
        {
            ["usage"] = "MULTI_USE",
            ["behaviour"] = nonce.Split('-')[1],
            ["customer"] = objects[(string)input["customerId"]!].DeepClone(),
            ["details"] = new JsonObject { ["__typename"] = "CreditCardDetails", ["brandCode"] = "VISA", ["last4"] = "1111", ["expirationMonth"] = "02", ["expirationYear"] = "2030" },
        });
        return Data("vaultPaymentMethod", new JsonObject { ["paymentMethod"] = Whole(method), ["verification"] = new JsonObject { ["id"] = NewId(), ["legacyId"] = "1", ["status"] = "VERIFIED" } });
    }

    private (int Status, string Json) Charge(string operation, JsonObject input, string status)
    {
        var method = (string)input["paymentMethodId"]! == "fake-valid-nonce" ? new() { ["__typename"] = "PaymentMethod" } : objects.GetValueOrDefault((string)input["paymentMethodId"]!);
        if ((string?)method?["__typename"] != "PaymentMethod")
        {
            return Error("NOT_FOUND", "input", "paymentMethodId");
        }

        var asked = input["transaction"]!;
        var behaviour = (string?)method!["behaviour"]; // Seen just now.
        status = behaviour switch { "declined" => "PROCESSOR_DECLINED", "asks" => "GATEWAY_REJECTED", "unsettled" => "SUBMITTED_FOR_SETTLEMENT", _ => status };
        var amount = new JsonObject { ["value"] = (string)asked["amount"]!, ["currencyCode"] = "EUR" };
        var told = new JsonObject
        {
            ["__typename"] = behaviour switch { "declined" => "ProcessorDeclinedEvent", "asks" => "GatewayRejectedEvent", _ => "AuthorizedEvent" },
            ["status"] = behaviour is "declined" or "asks" ? status : "AUTHORIZED",
            ["amount"] = amount.DeepClone(),
            ["processorResponse"] = new JsonObject { ["legacyCode"] = behaviour == "declined" ? "2001" : "1000" },
            ["gatewayRejectionReason"] = behaviour == "asks" ? "THREE_D_SECURE" : null,
        };
        return Data(operation, new JsonObject
        {
            ["transaction"] = Whole(Make("Transaction", new()
            {
                ["orderId"] = asked["orderId"]?.DeepClone(),
                ["merchantAccountId"] = asked["merchantAccountId"]?.DeepClone(),
                ["amount"] = amount,
                ["status"] = status,
                ["statusHistory"] = new JsonArray(told),
                ["disputes"] = new JsonArray(),
            })),
        });
    }

    private (int Status, string Json) Capture(JsonObject input)
    {
        var transaction = objects[(string)input["transactionId"]!];
        if ((string?)transaction["status"] != "AUTHORIZED")
        {
            return Error("VALIDATION", "input", "transactionId");
        }

        transaction["status"] = "SUBMITTED_FOR_SETTLEMENT";
        ((JsonObject)transaction["amount"]!)["value"] = (string)input["transaction"]!["amount"]!;
        return Data("captureTransaction", new JsonObject { ["transaction"] = Whole(transaction) });
    }

    private (int Status, string Json) Reverse(JsonObject input)
    {
        var transaction = objects[(string)input["transactionId"]!];
        transaction["status"] = "VOIDED";
        return Data("reverseTransaction", new JsonObject { ["reversal"] = Whole(transaction) });
    }

    private (int Status, string Json) Refund(JsonObject input)
    {
        var id = (string)input["transactionId"]!;
        var transaction = objects[id];
        if ((string?)transaction["status"] is not ("SETTLING" or "SETTLED"))
        {
            return Error("VALIDATION", "input", "transactionId");
        }

        var left = Minor(transaction) - RefundsOf(id).Where(r => (string?)r["status"] != "SETTLEMENT_DECLINED").Sum(Minor);
        var refund = new JsonObject
        {
            ["refundedId"] = id,
            ["orderId"] = input["refund"]?["orderId"]?.DeepClone(),
            ["amount"] = new JsonObject { ["value"] = (string?)input["refund"]?["amount"], ["currencyCode"] = "EUR" },
            ["status"] = "SUBMITTED_FOR_SETTLEMENT",
        };
        return Minor(refund) > left ? Error("VALIDATION", "input", "refund", "amount") : Data("refundTransaction", new JsonObject { ["refund"] = Whole(Make("Refund", refund)) });
    }

    private (int Status, string Json) Search(string kind, string type, JsonObject input)
    {
        var found = objects.Values.Where(o => (string?)o["__typename"] == type && (string?)o["orderId"] == (string?)input["orderId"]?["is"]);
        return Data("search", new JsonObject { [kind] = new JsonObject { ["edges"] = new JsonArray([.. found.Select(o => new JsonObject { ["node"] = Whole(o) })]) } });
    }

    private IEnumerable<JsonObject> RefundsOf(string transaction) => objects.Values.Where(o => (string?)o["refundedId"] == transaction);

    private JsonObject Whole(JsonObject thing)
    {
        var told = (JsonObject)thing.DeepClone();
        if ((string?)thing["__typename"] == "Transaction")
        {
            told["refunds"] = new JsonArray([.. RefundsOf((string)thing["id"]!).Select(r => r.DeepClone())]);
        }

        return told;
    }

    private JsonObject Make(string type, JsonObject made)
    {
        var id = NewId();
        (made["__typename"], made["id"], made["legacyId"]) = (type, id, id[..8]);
        objects[id] = made;
        return made;
    }

    private void Set(string id, string member, JsonNode value)
    {
        lock (gate)
        {
            objects[id][member] = value;
        }
    }

    private static (int Status, string Json) Data(string operation, JsonNode said) => (200, new JsonObject { ["data"] = new JsonObject { [operation] = said.Parent is null ? said : said.DeepClone() } }.ToJsonString());

    private static long Minor(JsonObject payment) => (long)(decimal.Parse((string)payment["amount"]!["value"]!, CultureInfo.InvariantCulture) * 100);

    private static string NewId() => Convert.ToBase64String(Guid.NewGuid().ToByteArray());
}
