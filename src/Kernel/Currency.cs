using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stoa.Kernel;

/// <summary>An ISO 4217 currency with the number of digits of its minor unit.</summary>
[JsonConverter(typeof(CurrencyJsonConverter))]
public sealed record Currency
{
    private Currency(string code, int digits) => (Code, Digits) = (code, digits);

    /// <summary>Three capital letters.</summary>
    public string Code { get; }

    /// <summary>Digits after the decimal point in the major unit: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF.</summary>
    public int Digits { get; }

    public static Currency Eur { get; } = Of("EUR");

    public static Currency Usd { get; } = Of("USD");

    /// <exception cref="ArgumentException">The code is not in the table.</exception>
    public static Currency Of(string code) =>
        TryOf(code, out var currency) ? currency : throw new ArgumentException($"'{code}' is no ISO 4217 currency code.", nameof(code));

    /// <summary>Looks a code up; case matters, since ISO 4217 writes capitals.</summary>
    public static bool TryOf(string? code, [NotNullWhen(true)] out Currency? currency)
    {
        currency = null;
        return code is not null && Known.Table.TryGetValue(code, out currency);
    }

    public override string ToString() => Code;

    private static class Known
    {
        // ISO 4217 as of 2026: the active currencies of use, by digits of the minor unit. A formatter's digits are no source (localisation).
        private const string Zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        private const string Three = "BHD IQD JOD KWD LYD OMR TND";
        private const string Four = "CLF UYW";
        private const string Two =
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK " +
            "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD " +
            "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
            "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH " +
            "USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

        public static readonly FrozenDictionary<string, Currency> Table =
            Rows(Zero, 0).Concat(Rows(Two, 2)).Concat(Rows(Three, 3)).Concat(Rows(Four, 4))
                .ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

        private static IEnumerable<Currency> Rows(string codes, int digits) => codes.Split(' ').Select(code => new Currency(code, digits));
    }
}

/// <summary>A currency is its code on the wire.</summary>
public sealed class CurrencyJsonConverter : JsonConverter<Currency>
{
    public override Currency Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Currency.TryOf(reader.GetString(), out var currency)
            ? currency
            : throw new JsonException("A currency is an ISO 4217 code of three capital letters.");

    public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) => writer.WriteStringValue(value.Code);
}
