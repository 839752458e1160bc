using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Profiles;

/// <summary><c>/me/thread_settings</c>: the interface of 2016 to what is now the Messenger profile (messenger-platform §4.4). The texts are compared by clients.</summary>
internal static class ThreadSettings
{
    private const int MenuMost = 5;

    public static async Task SetAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var value = call.Parameters;
        var (changes, said) = value["setting_type"].Required().OneOf("greeting", "call_to_actions", "domain_whitelisting", "account_linking", "payment") switch
        {
            "greeting" => (new JsonObject { [MessengerProfile.Greeting] = new JsonArray(new JsonObject { ["locale"] = "default", ["text"] = value["greeting"].Members()["text"].Text(160) }) }, "Successfully updated greeting"),
            "call_to_actions" when IsNewThread(value) => (new JsonObject { [MessengerProfile.GetStarted] = Node(value["call_to_actions"].List(1, 1)[0].Members()) }, "Successfully added new_thread's CTAs"),
            "call_to_actions" => (Menu(value["call_to_actions"]), "Successfully added structured menu CTAs"),
            "domain_whitelisting" => (await DomainsAsync(call, cancellationToken), "Successfully updated whitelisted domains"),
            "account_linking" => (new JsonObject { [MessengerProfile.LinkingUrl] = Node(value["account_linking_url"].Required()) }, "Successfully updated account_linking_url"),
            _ => (await PaymentAsync(call, cancellationToken), "Successfully updated payment settings"),
        };
        var checkedChanges = new Dictionary<string, JsonElement?>();
        foreach (var (property, node) in changes)
        {
            var element = JsonElement.Parse(node?.ToJsonString() ?? "null");
            MessengerProfile.Check(property, new(element, property));
            checkedChanges[property] = element;
        }

        await ChangeProfile.StoreAsync(call, checkedChanges, new JsonObject { ["result"] = said }, menuNeedsGetStarted: false, cancellationToken);
    }

    public static Task RemoveAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var value = call.Parameters;
        var (property, said) = value["setting_type"].Required().OneOf("greeting", "call_to_actions", "account_linking") switch
        {
            "greeting" => (MessengerProfile.Greeting, "Successfully deleted greeting"),
            "account_linking" => (MessengerProfile.LinkingUrl, "Successfully deleted account_linking_url"),
            _ when IsNewThread(value) => (MessengerProfile.GetStarted, "Successfully deleted all new_thread's CTAs"),
            _ => (MessengerProfile.Menu, "Successfully deleted structured menu CTAs"),
        };
        return ChangeProfile.StoreAsync(call, new Dictionary<string, JsonElement?> { [property] = null }, new JsonObject { ["result"] = said }, menuNeedsGetStarted: false, cancellationToken);
    }

    private static bool IsNewThread(GraphValue value) => value["thread_state"].Required().OneOf("new_thread", "existing_thread") == "new_thread";

    private static JsonObject Menu(GraphValue items)
    {
        var list = items.List(1, MenuMost);
        return new JsonObject { [MessengerProfile.Menu] = new JsonArray(new JsonObject { ["locale"] = "default", ["call_to_actions"] = new JsonArray([.. list.Select(Node)]) }) };
    }

    private static async Task<JsonObject> DomainsAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var given = call.Parameters["whitelisted_domains"].List(1, 10).Select(domain => domain.Text(4096)).ToList();
        var removes = call.Parameters["domain_action_type"].Required().OneOf("add", "remove") == "remove";
        var known = await StoredAsync(call, MessengerProfile.Domains, cancellationToken) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(d => d.GetString() ?? "") : [];
        var next = removes ? known.Except(given, StringComparer.OrdinalIgnoreCase) : known.Union(given, StringComparer.OrdinalIgnoreCase);
        return new JsonObject { [MessengerProfile.Domains] = new JsonArray([.. next.Select(domain => (JsonNode)domain)]) };
    }

    private static async Task<JsonObject> PaymentAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var value = call.Parameters;
        var settings = await StoredAsync(call, MessengerProfile.PaymentSettings, cancellationToken) is { } stored ? JsonNode.Parse(stored.GetRawText())?.AsObject() ?? [] : [];
        if (value["payment_privacy_url"].Exists)
        {
            settings["privacy_url"] = value["payment_privacy_url"].Url();
        }

        if (value["payment_public_key"].Exists)
        {
            settings["public_key"] = value["payment_public_key"].Text(20_000);
        }

        if (value["payment_testers"].Exists)
        {
            var given = value["payment_testers"].List(0, 1000).Select(t => t.TextOrNumber(40) ?? "").ToList();
            var known = (settings["testers"] as JsonArray)?.Select(t => t?.ToString() ?? "").ToList() ?? [];
            var next = value["payment_dev_mode_action"].Required().OneOf("ADD", "REMOVE") == "REMOVE" ? known.Except(given) : known.Union(given);
            settings["testers"] = new JsonArray([.. next.Select(tester => (JsonNode)tester)]);
        }

        return new JsonObject { [MessengerProfile.PaymentSettings] = settings };
    }

    private static async Task<JsonElement?> StoredAsync(GraphCall call, string property, CancellationToken cancellationToken) =>
        (await call.Http.RequestServices.GetRequiredService<PageDirectory>().FindRowAsync(call.Page(), cancellationToken) ?? throw call.Unsupported()).Profile.Find(property);

    private static JsonNode Node(GraphValue value) => JsonNode.Parse(value.Raw.GetRawText()) ?? throw value.Wrong($"The parameter {value.Path} is required");
}
