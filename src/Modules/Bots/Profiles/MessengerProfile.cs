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
    public const string Domains = "whitelisted_domains";
    public const string LinkingUrl = "account_linking_url";
    public const string Audience = "target_audience";
    public const string HomeUrl = "home_url";
    public const string IceBreakers = "ice_breakers";
    public const string Commands = "commands";
    public const string Description = "description";
    public const string Title = "title";

    private readonly GraphValue stored;

    private MessengerProfile(JsonElement stored) => this.stored = new(stored, "");

    /// <summary>The properties that this server keeps; others are accepted and ignored.</summary>
    public static IReadOnlyList<string> Properties { get; } =
        [Greeting, GetStarted, Menu, PaymentSettings, Domains, LinkingUrl, Audience, HomeUrl, IceBreakers, Commands, Description, Title];

    public string? GetStartedPayload => stored[GetStarted]["payload"].TextOrNumber(Limits.Payload);

    /// <summary>The page's stated rule for a purchase that its bot did not answer for. Default: no charge.</summary>
    public bool AcceptsWithoutAnswer => stored[PaymentSettings]["on_no_answer"].OneOf("accept", "refuse") == "accept";

    public string? AccountLinkingUrl => stored[LinkingUrl].TextOrNull(4096);

    /// <summary>Whether a page of the web may use the extensions: its host is on the list.</summary>
    public bool Allows(Uri url) => stored[Domains].ListOrNone(Limits.Domains)
        .Any(domain => Uri.TryCreate(domain.TextOrNull(4096), UriKind.Absolute, out var listed) && listed.Host.Equals(url.Host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Questions to begin with, in the reader's language.</summary>
    public IReadOnlyList<IceBreakerView> IceBreakersFor(string locale)
    {
        var plain = stored[IceBreakers].ListOrNone(Limits.Locales);
        var items = plain.Any(item => item["question"].Exists) ? plain : FindLocale(IceBreakers, locale) is { } mine ? mine["call_to_actions"].ListOrNone(Limits.IceBreakers) : [];
        return [.. items.Select(item => new IceBreakerView(item["question"].TextOrNumber(Limits.MenuTitle) ?? "", item["payload"].TextOrNumber(Limits.Payload) ?? ""))];
    }

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
                foreach (var tester in value["testers"].ListOrNone(Limits.Testers).Concat(value["test_users"].ListOrNone(Limits.Testers)))
                {
                    _ = tester.TextOrNumber(40);
                }

                break;
            case Domains:
                foreach (var domain in value.List(0, Limits.Domains))
                {
                    CheckDomain(domain);
                }

                break;
            case LinkingUrl:
                _ = value.Url().StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? value : throw value.Wrong("Param account_linking_url must be https.");
                break;
            case Audience:
                _ = value.Members()["audience_type"].Required().OneOf("all", "none", "custom");
                foreach (var country in value["countries"]["whitelist"].ListOrNone(250).Concat(value["countries"]["blacklist"].ListOrNone(250)))
                {
                    _ = country.Text(2);
                }

                break;
            case HomeUrl:
                _ = value.Members()["url"].Url();
                _ = value["webview_height_ratio"].Required().OneOf("tall");
                _ = value["webview_share_button"].OneOf("show", "hide");
                _ = value["in_test"].Flag();
                break;
            case IceBreakers:
                CheckIceBreakers(value);
                break;
            case Commands:
                CheckLocales(value, item =>
                {
                    foreach (var command in item["commands"].List(1, Limits.Commands))
                    {
                        _ = command.Members()["name"].Text(32);
                        _ = command["description"].Text(64);
                    }
                });
                break;
            case Description or Title:
                CheckLocales(value, item => _ = item["text"].Text(Limits.MenuTitle));
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

    /// <param name="own">The reader's own menu, in place of the page's.</param>
    public MenuView? MenuFor(string locale, MessengerProfile? own = null) => own is not null ? own.MenuFor(locale) : FindLocale(Menu, locale) is { } menu
        ? new(menu["composer_input_disabled"].Flag(), [.. menu["call_to_actions"].ListOrNone(Limits.MenuItems).Select(View)])
        : null;

    /// <summary>Whether the get-started button or an item of a menu, in any language, carries this payload.</summary>
    public bool Offers(string payload) =>
        GetStartedPayload == payload || OffersToBegin(stored[IceBreakers], payload) || stored[Menu].ListOrNone(Limits.Locales).Any(menu => OffersIn(menu["call_to_actions"], payload));

    private static bool OffersToBegin(GraphValue items, string payload) => items.ListOrNone(Limits.Locales)
        .Any(item => item["payload"].TextOrNumber(Limits.Payload) == payload || OffersToBegin(item["call_to_actions"], payload));

    /// <summary>Whether an item of this menu carries the payload.</summary>
    public static bool OffersInMenu(GraphValue menu, string payload) => menu.ListOrNone(Limits.Locales).Any(one => OffersIn(one["call_to_actions"], payload));

    private static bool OffersIn(GraphValue items, string payload) => items.ListOrNone(Limits.MenuItems).Any(item => item["type"].OneOf("postback", "web_url", "nested") switch
    {
        "postback" => item["payload"].TextOrNumber(Limits.Payload) == payload,
        "nested" => OffersIn(item["call_to_actions"], payload),
        _ => false,
    });

    /// <summary>Of a menu for one person.</summary>
    public static void CheckMenus(GraphValue list) => CheckLocales(list, CheckMenu);

    private static void CheckIceBreakers(GraphValue list)
    {
        var items = list.List(1, Limits.Locales);
        if (items.Any(item => item.Members()["call_to_actions"].Exists))
        {
            CheckLocales(list, item => CheckQuestions(item["call_to_actions"].List(1, Limits.IceBreakers)));
        }
        else
        {
            CheckQuestions(list.List(1, Limits.IceBreakers));
        }
    }

    private static void CheckQuestions(IReadOnlyList<GraphValue> questions)
    {
        foreach (var question in questions)
        {
            _ = question.Members()["question"].Text(Limits.MenuTitle);
            _ = Button(question);
        }
    }

    private static string Button(GraphValue item) =>
        item["payload"].TextOrNumber(Limits.Payload) is { Length: > 0 } payload ? payload : throw item["payload"].Wrong("Payload cannot be empty for postback type button", 2018040);

    private static void CheckDomain(GraphValue domain)
    {
        var text = domain.Text(4096);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != "https" || url.HostNameType != UriHostNameType.Dns || url.IsLoopback || !url.Host.Contains('.', StringComparison.Ordinal))
        {
            throw domain.Wrong($"{domain.Path} must be an https address with a name: no IP address, no localhost.");
        }
    }

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
        public const int Domains = 50;
        public const int Testers = 1000;
        public const int IceBreakers = 4;
        public const int Commands = 100;
        public const int NestedItems = 5;

        /// <summary>Shown cut at 30.</summary>
        public const int MenuTitle = 640;

        public const int Locales = 100;
    }
}
