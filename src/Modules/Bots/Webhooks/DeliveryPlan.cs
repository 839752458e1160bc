using Stoa.Hosting.Outbound;

namespace Stoa.Bots.Webhooks;

/// <summary>What one delivery has been through.</summary>
/// <param name="Attempts">Tries so far, the one just made included.</param>
/// <param name="Refusals">Of them, those that the endpoint answered with other than 2xx.</param>
internal readonly record struct DeliveryHistory(int Attempts, int Refusals, DateTimeOffset FirstTriedAt);

/// <summary>What to do after a try.</summary>
internal abstract record NextStep
{
    private NextStep()
    {
    }

    public sealed record Acknowledged : NextStep;

    public sealed record TryAgain(DateTimeOffset At) : NextStep;

    /// <summary>Given up on, kept, and somebody is told.</summary>
    public sealed record Park(string Why) : NextStep;
}

/// <summary>When to try again, and when to stop. Pure.</summary>
internal static class DeliveryPlan
{
    private const int RefusalsMax = 10;
    private static readonly TimeSpan giveUpAfter = TimeSpan.FromDays(3);

    /// <param name="acceptedOthersAt">When the endpoint last acknowledged anything.</param>
    /// <param name="jitter">0 to 1.</param>
    public static NextStep Decide(OutboundOutcome outcome, DeliveryHistory history, DateTimeOffset now, DateTimeOffset? acceptedOthersAt, double jitter)
    {
        if (outcome is OutboundOutcome.Answered { Success: true })
        {
            return new NextStep.Acknowledged();
        }

        if (history.Refusals >= RefusalsMax && acceptedOthersAt > history.FirstTriedAt)
        {
            return new NextStep.Park($"refused {history.Refusals} times while the endpoint accepted others");
        }

        return now - history.FirstTriedAt >= giveUpAfter
            ? new NextStep.Park($"not acknowledged in {history.Attempts} tries over {giveUpAfter.TotalDays:0} days")
            : new NextStep.TryAgain(now + Wait(history.Attempts, jitter));
    }

    /// <summary>1, 2, 4 … seconds up to one minute for the first half hour, then five, then fifteen minutes; each a quarter more or less.</summary>
    private static TimeSpan Wait(int attempts, double jitter)
    {
        var seconds = attempts switch
        {
            <= 6 => 1 << (attempts - 1),
            <= 36 => 60,
            <= 60 => 300,
            _ => 900,
        };
        return TimeSpan.FromSeconds(seconds * (0.75 + (0.5 * jitter)));
    }
}
