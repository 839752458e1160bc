using System.Text.Json;
using Stoa.Bots.Pages;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Profiles;

/// <summary>A page's Messenger profile: greeting, get-started button, menu, payment settings (messenger-platform §4). Stored as sent.</summary>
internal sealed class MessengerProfile
{
    public const string Greeting = "greeting";
    public const string GetStarted = "get_started";
    public const string Menu = "persistent_menu";
    public const string PaymentSettings = "payment_settings";

    private readonly GraphValue stored;

    private MessengerProfile(JsonElement stored) => this.stored = new(stored, "");

    /// <summary>The properties that this server keeps; others are accepted and ignored.</summary>
    public static IReadOnlyList<string> Properties { get; } = [Greeting, GetStarted, Menu, PaymentSettings];

    public string? GetStartedPayload => stored[GetStarted]["payload"].TextOrNumber(Limits.Payload);

    /// <summary>The page's stated rule for a purchase that its bot did not answer for. Default: no charge.</summary>
    public bool AcceptsWithoutAnswer => stored[PaymentSettings]["on_no_answer"].OneOf("accept", "refuse") == "accept";

    public static MessengerProfile Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new(document.RootElement.Clone());
    }

    /// <summary>The stored value of a property, or null.</summary>
    public JsonElement? Find(string property) => stored[property] is { Exists: true } value ? value.Raw : null;

    /// <summary>Checks a property as it comes in.</summary>
    /// <exception cref="GraphException">What is wrong, by its path.</exception>
    public static void Check(string property, GraphValue value)
    {
        switch (property)
        {
            case Greeting:
                CheckLocales(value, item => _ = item["text"].Text(Limits.Greeting));
                break;
            case GetStarted:
                _ = value.Members()["payload"].TextOrNumber(Limits.Payload) is { Length: > 0 } payload ? payload : throw value["payload"].Wrong("The parameter get_started[payload] is required");
                break;
            case Menu:
                CheckLocales(value, CheckMenu);
                break;
            case PaymentSettings:
                _ = value.Members()["privacy_url"].UrlOrNull();
                _ = value["public_key"].TextOrNull(20_000);
                _ = value["on_no_answer"].OneOf("accept", "refuse");
                break;
            default:
                throw new InvalidOperationException($"{property} is no property of the profile.");
        }
    }

    /// <summary>The greeting in the reader's language, with their names in it.</summary>
    public string? GreetingFor(PersonProfile reader)
    {
        if (FindLocale(Greeting, reader.Locale) is not { } greeting)
        {
            return null;
        }

        var (first, last) = PersonNames.Split(reader.Name);
        return greeting["text"].TextOrNull(Limits.Greeting)?
            .Replace("{{user_first_name}}", first, StringComparison.Ordinal)
            .Replace("{{user_last_name}}", last, StringComparison.Ordinal)
            .Replace("{{user_full_name}}", reader.Name, StringComparison.Ordinal);
    }

    public MenuView? MenuFor(string locale) => FindLocale(Menu, locale) is { } menu
        ? new(menu["composer_input_disabled"].Flag(), [.. menu["call_to_actions"].ListOrNone(Limits.MenuItems).Select(View)])
        : null;

    /// <summary>Whether the get-started button or an item of a menu, in any language, carries this payload.</summary>
    public bool Offers(string payload) =>
        GetStartedPayload == payload || stored[Menu].ListOrNone(Limits.Locales).Any(menu => OffersIn(menu["call_to_actions"], payload));

    private static bool OffersIn(GraphValue items, string payload) => items.ListOrNone(Limits.MenuItems).Any(item => item["type"].OneOf("postback", "web_url", "nested") switch
    {
        "postback" => item["payload"].TextOrNumber(Limits.Payload) == payload,
        "nested" => OffersIn(item["call_to_actions"], payload),
        _ => false,
    });

    private static void CheckLocales(GraphValue list, Action<GraphValue> check)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in list.List(1, Limits.Locales))
        {
            if (!seen.Add(item.Members()["locale"].Text(20)))
            {
                throw item["locale"].Wrong("The locale stands twice.");
            }

            check(item);
        }

        if (!seen.Contains("default"))
        {
            throw list.Wrong($"Param {list.Path} must have an item with the locale default.");
        }
    }

    private static void CheckMenu(GraphValue menu)
    {
        var closed = menu["composer_input_disabled"].Flag();
        var items = menu["call_to_actions"];
        if (closed && !items.Exists)
        {
            throw items.Wrong("A menu without items must leave the composer open, or nobody could say anything.");
        }

        CheckItems(items, least: closed ? 1 : 0, Limits.MenuItems, levelsBelow: 2);
    }

    private static void CheckItems(GraphValue list, int least, int most, int levelsBelow)
    {
        foreach (var item in least == 0 ? list.ListOrNone(most) : list.List(least, most))
        {
            _ = item.Members()["title"].TextOrNumber(Limits.MenuTitle) is { Length: > 0 } title ? title : throw item["title"].Wrong($"The parameter {item["title"].Path} is required");
            switch (item["type"].Required().OneOf("postback", "web_url", "nested"))
            {
                case "postback":
                    _ = item["payload"].TextOrNumber(Limits.Payload) is { Length: > 0 } payload ? payload : throw item["payload"].Wrong("Payload cannot be empty for postback type button", 2018040);
                    break;
                case "web_url":
                    _ = item["url"].Exists ? item["url"].Url() : throw item["url"].Wrong("Web url cannot be empty for url type button", 2018041);
                    break;
                default:
                    if (levelsBelow == 0)
                    {
                        throw item.Wrong("A menu has at most two levels below the top.");
                    }

                    CheckItems(item["call_to_actions"], 1, Limits.NestedItems, levelsBelow - 1);
                    break;
            }
        }
    }

    private static MenuItemView View(GraphValue item)
    {
        var type = item["type"].OneOf("postback", "web_url", "nested") ?? "postback";
        return new(
            type, item["title"].TextOrNumber(Limits.MenuTitle) ?? "",
            type == "postback" ? item["payload"].TextOrNumber(Limits.Payload) : null,
            type == "web_url" ? item["url"].TextOrNull(4096) : null,
            type == "nested" ? [.. item["call_to_actions"].ListOrNone(Limits.MenuItems).Select(View)] : null);
    }

    /// <summary>The item for a language: the very locale, else one of the same language, else <c>default</c>.</summary>
    private GraphValue? FindLocale(string property, string wanted)
    {
        var items = stored[property].ListOrNone(Limits.Locales);
        var locale = wanted.Replace('-', '_');
        var language = locale.Split('_')[0];
        foreach (var matches in (ReadOnlySpan<Func<string, bool>>)
            [
                l => l.Equals(locale, StringComparison.OrdinalIgnoreCase),
                l => l.Split('_', '-')[0].Equals(language, StringComparison.OrdinalIgnoreCase),
                l => l.Equals("default", StringComparison.OrdinalIgnoreCase),
            ])
        {
            foreach (var item in items)
            {
                if (matches(item["locale"].TextOrNull(20) ?? "default"))
                {
                    return item;
                }
            }
        }

        return null;
    }

    private static class Limits
    {
        public const int Payload = 1000;
        public const int Greeting = 160;
        public const int MenuItems = 20;
        public const int NestedItems = 5;

        /// <summary>Shown cut at 30.</summary>
        public const int MenuTitle = 640;

        public const int Locales = 100;
    }
}
