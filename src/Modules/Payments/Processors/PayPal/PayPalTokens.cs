using System.Collections.Concurrent;

namespace Stoa.Payments.Processors.PayPal;

/// <summary>Access tokens of merchants' accounts, until a minute before they end. However many ask at once, one token is fetched.</summary>
internal sealed class PayPalTokens(TimeProvider time)
{
    private static readonly TimeSpan before = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Slot> slots = new(StringComparer.Ordinal);

    /// <param name="account">With what its token depends on: address, client and secret.</param>
    /// <param name="refused">The token that PayPal has just refused; another is fetched then.</param>
    /// <param name="fetch">The token and how many seconds it lasts; null: none came.</param>
    public async Task<string?> GetAsync(string account, string? refused, Func<Task<(string Token, long Seconds)?>> fetch, CancellationToken cancellationToken)
    {
        var slot = slots.GetOrAdd(account, _ => new());
        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            if ((slot.Token is null || slot.Token == refused || time.GetUtcNow() >= slot.Until) && await fetch() is var (token, seconds))
            {
                (slot.Token, slot.Until) = (token, time.GetUtcNow().AddSeconds(seconds) - before);
            }

            return slot.Token == refused || time.GetUtcNow() >= slot.Until ? null : slot.Token;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public string? Token { get; set; }

        public DateTimeOffset Until { get; set; }
    }
}
