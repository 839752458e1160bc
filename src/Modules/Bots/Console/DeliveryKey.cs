using System.Globalization;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>Names a delivery: <c>thread-subscription-number</c>.</summary>
internal readonly record struct DeliveryKey(long Thread, long Subscription, long Number)
{
    public static string Of(long thread, long subscription, long number) => string.Create(CultureInfo.InvariantCulture, $"{thread}-{subscription}-{number}");

    public static bool TryParse(string text, out DeliveryKey key)
    {
        key = default;
        if (text.Split('-') is not [var thread, var subscription, var number] || !WireIds.TryParse(thread, out var threadId) || !WireIds.TryParse(subscription, out var subscriptionId)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var counted))
        {
            return false;
        }

        key = new(threadId, subscriptionId, counted);
        return true;
    }
}
