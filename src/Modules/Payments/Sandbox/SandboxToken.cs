using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Stoa.Payments.Sandbox;

/// <summary>What the card page makes of a test card in the browser: <c>sbx1_</c> and base64url of JSON. Which card and when it expires; never its number or code.</summary>
/// <param name="Id">32 hexadecimal digits made by the page: the same token again is the same card.</param>
internal sealed partial record SandboxToken(string Id, string Brand, string Last4, int ExpMonth, int ExpYear)
{
    private const string Prefix = "sbx1_";
    private const int LengthMax = 400;

    /// <returns>Null for anything but a token that the page could have made.</returns>
    public static SandboxToken? Read(string text)
    {
        if (text.Length > LengthMax || !text.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(text.AsSpan(Prefix.Length)))
        {
            return null;
        }

        try
        {
            var token = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)), SandboxTokenJson.Default.SandboxToken);
            return token is { ExpMonth: >= 1 and <= 12, ExpYear: >= 2000 and <= 2199 } && HexId().IsMatch(token.Id) && SandboxCards.IsKnown(token.Brand, token.Last4) ? token : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>As the page writes it; for seeding and tests.</summary>
    public override string ToString() =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, SandboxTokenJson.Default.SandboxToken)));

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.NonBacktracking)]
    private static partial Regex HexId();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SandboxToken))]
internal sealed partial class SandboxTokenJson : JsonSerializerContext;
