using System.Text;
using Stoa.Hosting.Problems;

namespace Stoa.Payments.Checkout;

/// <summary>Brings what a payer tells of themselves into one form, or says what is wrong with it. Pure.</summary>
internal static class CleanDetails
{
    private const int LineMax = 100;

    /// <exception cref="ProblemException">400 <c>details_invalid</c>, with the members in <c>errors</c>.</exception>
    public static PayerDetails Of(PayerDetails details)
    {
        var wrong = new Dictionary<string, string[]>();
        var clean = new PayerDetails(
            Line(details.Name, "name", wrong), Email(details.Email, wrong), Phone(details.Phone, wrong), details.Address is { } address ? Address(address, "address.", wrong) : null);
        return wrong.Count == 0 ? clean : throw Invalid(wrong);
    }

    /// <exception cref="ProblemException">400 <c>details_invalid</c>.</exception>
    public static PostalAddress Of(PostalAddress address)
    {
        var wrong = new Dictionary<string, string[]>();
        var clean = Address(address, "address.", wrong);
        return wrong.Count == 0 ? clean : throw Invalid(wrong);
    }

    /// <summary>Of what was asked for, what is not there.</summary>
    public static IReadOnlyList<string> Missing(PayerDetails details, IReadOnlyList<string> requested) =>
        [.. requested.Where(name => name switch
        {
            "contact_name" => details.Name is null,
            "contact_email" => details.Email is null,
            "contact_phone" => details.Phone is null,
            _ => details.Address is null,
        })];

    /// <summary>What was not asked for goes to nobody.</summary>
    public static PayerDetails Only(PayerDetails details, IReadOnlyList<string> requested) => new(
        requested.Contains("contact_name") ? details.Name : null, requested.Contains("contact_email") ? details.Email : null,
        requested.Contains("contact_phone") ? details.Phone : null, requested.Contains("shipping_address") ? details.Address : null);

    private static PostalAddress Address(PostalAddress address, string path, Dictionary<string, string[]> wrong) => new(
        Needed(address.Street1, path + "street1", wrong), Needed(address.City, path + "city", wrong), Needed(address.PostalCode, path + "postalCode", wrong, 16),
        Country(address.Country, path + "country", wrong), Line(address.Street2, path + "street2", wrong), Line(address.State, path + "state", wrong), Line(address.Name, path + "name", wrong));

    private static string Needed(string? text, string member, Dictionary<string, string[]> wrong, int max = LineMax)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            wrong[member] = ["is missing"];
            return "";
        }

        return Line(text, member, wrong, max) ?? "";
    }

    private static string? Line(string? text, string member, Dictionary<string, string[]> wrong, int max = LineMax)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            text = text.Trim().Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            wrong[member] = ["has half of a character (a lone surrogate)"];
            return null;
        }

        if (text.Length > max || text.Any(char.IsControl))
        {
            wrong[member] = [$"is one line of at most {max} characters"];
            return null;
        }

        return text;
    }

    private static string? Email(string? text, Dictionary<string, string[]> wrong)
    {
        var mail = Line(text, "email", wrong, 254);
        var at = mail?.IndexOf('@') ?? 0;
        if (mail is not null && (at < 1 || at != mail.LastIndexOf('@') || mail.IndexOf('.', at) < at + 2 || mail.EndsWith('.') || mail.Any(char.IsWhiteSpace)))
        {
            wrong["email"] = ["is an address as name@example.com"];
        }

        return mail;
    }

    /// <summary>Digits with the country's in front, as a person writes them; kept as <c>+15105551234</c>.</summary>
    private static string? Phone(string? text, Dictionary<string, string[]> wrong)
    {
        if (Line(text, "phone", wrong, 40) is not { } written)
        {
            return null;
        }

        var digits = new string([.. written.Where(char.IsAsciiDigit)]);
        if (digits.Length is < 5 or > 15 || written.Any(c => !char.IsAsciiDigit(c) && c is not ('+' or ' ' or '-' or '.' or '/' or '(' or ')')) || written.LastIndexOf('+') > 0)
        {
            wrong["phone"] = ["has 5 to 15 digits, as +48 22 555 01 23"];
        }

        return written[0] == '+' ? $"+{digits}" : digits;
    }

    private static string Country(string? text, string member, Dictionary<string, string[]> wrong)
    {
        if (text is not { Length: 2 } || !char.IsAsciiLetter(text[0]) || !char.IsAsciiLetter(text[1]))
        {
            wrong[member] = ["is a country's two letters, as PL (ISO 3166)"];
            return "";
        }

        return text.ToUpperInvariant();
    }

    private static ProblemException Invalid(Dictionary<string, string[]> wrong) =>
        new(Problem.Invalid("details_invalid", $"These cannot be used: {string.Join("; ", wrong.Select(w => $"{w.Key} {w.Value[0]}"))}.", "Correct what errors names.") with { Errors = wrong });
}
