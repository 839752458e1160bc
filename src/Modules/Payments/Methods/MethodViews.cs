using System.Text.Json.Serialization;
using Stoa.Kernel;
using Stoa.Wallet;

namespace Stoa.Payments.Methods;

/// <summary>Ways to pay on the wire (docs/protocol/http.md, <c>Method</c>).</summary>
internal static class MethodViews
{
    private const string BalancePrefix = "balance:";

    public sealed record MethodList(IReadOnlyList<Method> Methods);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(CardMethod), "card")]
    [JsonDerivedType(typeof(BalanceMethod), "balance")]
    public abstract record Method([property: JsonPropertyOrder(-1)] string Id);

    public sealed record CardMethod(string Id, string Brand, string Last4, int ExpMonth, int ExpYear, bool IsDefault) : Method(Id);

    /// <param name="AmountMinor">What can be spent: posted less held.</param>
    public sealed record BalanceMethod(string Id, long AmountMinor, Currency Currency) : Method(Id);

    public static Method Of(Card card) => new CardMethod(card.Id.ToString(), card.Brand, card.Last4, card.ExpMonth, card.ExpYear, card.IsDefault);

    public static Method Of(Balance balance) =>
        new BalanceMethod(BalancePrefix + balance.Available.Currency, balance.Available.AmountMinor, balance.Available.Currency);

    /// <summary>The currency of <c>balance:EUR</c>; null for any other method.</summary>
    public static Currency? CurrencyOfBalance(string method) =>
        method.StartsWith(BalancePrefix, StringComparison.Ordinal) && Currency.TryOf(method[BalancePrefix.Length..], out var currency) ? currency : null;
}

/// <param name="CardUrl">The page on the pay origin that turns a card into a token.</param>
/// <param name="Origin">The pay origin: listen to messages from it alone.</param>
internal sealed record PayConfig(string Processor, string CardUrl, string Origin);
