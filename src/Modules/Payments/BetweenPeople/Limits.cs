using Stoa.Kernel;

namespace Stoa.Payments.BetweenPeople;

/// <summary>How much somebody may send, by what is known of who they are. Without a server.</summary>
internal static class Limits
{
    /// <summary>The most in 24 hours, in minor units of a currency.</summary>
    /// <param name="euros">What the tier may, in whole euros.</param>
    public static long InMinor(long euros, Currency currency)
    {
        // How many units of a currency stand for a euro, so that a limit means about the same everywhere. No rate of exchange: nothing is converted by it.
        var units = currency.Code switch
        {
            "JPY" => 150,
            "KRW" => 1_500,
            "HUF" => 400,
            "CLP" or "XOF" or "XAF" => 650,
            "VND" => 25_000,
            "IDR" => 16_000,
            "INR" => 90,
            "TRY" or "UAH" or "THB" => 40,
            "CZK" => 25,
            "SEK" or "NOK" or "ZAR" or "MXN" => 11,
            "CNY" or "DKK" => 7,
            "PLN" or "ILS" or "SAR" or "AED" or "QAR" or "RON" => 4,
            _ => 1,
        };
        var minor = (Int128)euros * units;
        for (var i = 0; i < currency.Digits; i++)
        {
            minor *= 10;
        }

        return minor > long.MaxValue ? long.MaxValue : (long)minor;
    }
}
