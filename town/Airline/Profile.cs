using System.Text.Json.Nodes;

namespace Stoa.Town.Airline;

/// <summary>Who the airline is, and what its page shows before the first word.</summary>
internal static class Profile
{
    public const string Name = "Halcyon Air";
    public const string Username = "halcyon";
    public const string Category = "Airline";
    public const string Color = "#123C66";

    /// <summary>Of the demo people, who sees the airline in the developer console.</summary>
    public const string Developer = "zofia";

    /// <summary>The one idea of the demo airline, and the notice that the routes' licence asks for.</summary>
    public const string About =
        "Seats on the world's airlines, sold, paid and checked in within one conversation. A demo: airports, airlines and routes are real, "
        + "times, fares and seats are made up. Contains information from OpenFlights, made available under the Open Database License.";

    /// <summary>Which events the airline wants.</summary>
    public const string Fields = "messages,messaging_postbacks,messaging_payments,messaging_pre_checkouts";

    /// <summary>Greeting in five languages, Get started, and the menu.</summary>
    public static JsonObject Settings() => new()
    {
        ["greeting"] = new JsonArray(
            Greeting("default", "Hello {{user_first_name}}! Find, pay and board a flight right here. Say where you want to go."),
            Greeting("en_US", "Hello {{user_first_name}}! Find, pay and board a flight right here. Say where you want to go."),
            Greeting("fr_FR", "Bonjour {{user_first_name}} ! Trouvez, payez et prenez votre vol ici même. Dites où vous allez (l’équipe répond en anglais)."),
            Greeting("pl_PL", "Cześć {{user_first_name}}! Znajdź lot, zapłać i odbierz kartę pokładową tutaj. Napisz, dokąd lecisz (odpowiadamy po angielsku)."),
            Greeting("he_IL", "שלום {{user_first_name}}! למצוא טיסה, לשלם ולעלות למטוס, הכול כאן. כתבו לאן לטוס (התשובות באנגלית)."),
            Greeting("ar_AR", "مرحبًا {{user_first_name}}! ابحث عن رحلتك وادفع واحصل على بطاقة الصعود هنا. اكتب إلى أين تسافر (الردود بالإنجليزية).")),
        ["get_started"] = new JsonObject { ["payload"] = Payloads.Start },
        ["persistent_menu"] = new JsonArray(
            Menu("default", "Book a flight", "My trips", "Help"),
            Menu("fr_FR", "Réserver un vol", "Mes voyages", "Aide"),
            Menu("pl_PL", "Zarezerwuj lot", "Moje podróże", "Pomoc"),
            Menu("he_IL", "הזמנת טיסה", "הנסיעות שלי", "עזרה"),
            Menu("ar_AR", "احجز رحلة", "رحلاتي", "مساعدة")),
    };

    private static JsonObject Greeting(string locale, string text) => new() { ["locale"] = locale, ["text"] = text };

    private static JsonObject Menu(string locale, string book, string trips, string help) => new()
    {
        ["locale"] = locale,
        ["composer_input_disabled"] = false,
        ["call_to_actions"] = new JsonArray(
            Messages.Postback(book, Payloads.Book), Messages.Postback(trips, Payloads.Trips), Messages.Postback(help, Payloads.Help)),
    };
}
