using System.ComponentModel.DataAnnotations;

namespace Stoa.Payments.BetweenPeople;

/// <summary>What the operator chooses about money between people. Section <c>Payments:BetweenPeople</c>.</summary>
internal sealed class BetweenPeopleOptions
{
    public const string Section = "Payments:BetweenPeople";

    /// <summary>How long a request may be paid. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RequestLasts { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long an asker waits between two reminders of one bill. Default a day: reminders are no means of pressure.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan RemindEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Reminders of one bill at most. Default 3.</summary>
    [Range(0, 100)]
    public int RemindersMax { get; set; } = 3;

    /// <summary>How long members may take of a gift; then the rest returns. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan GiftLasts { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The most that somebody of tier 0 (nothing known of them) may send in 24 hours, in euros or what stands for one. Default 0.</summary>
    [Range(0, 10_000_000)]
    public long Tier0DayMax { get; set; }

    /// <summary>The same of tier 1, which everybody has until the operator says otherwise. Default 1,000.</summary>
    [Range(0, 10_000_000)]
    public long Tier1DayMax { get; set; } = 1_000;

    /// <summary>The same of tier 2, whose identity is proven. Default 10,000.</summary>
    [Range(0, 10_000_000)]
    public long Tier2DayMax { get; set; } = 10_000;

    /// <summary>From how much on a payment needs the sender's PIN, in euros or what stands for one. Default 100; lower is safer and more of a nuisance.</summary>
    [Range(0, 10_000_000)]
    public long PinFromEuros { get; set; } = 100;

    /// <summary>Wrong PINs before it is locked. Default 5.</summary>
    [Range(1, 100)]
    public short PinTries { get; set; } = 5;

    /// <summary>How long a locked PIN stays so. Default an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan PinLockLasts { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest that a sender may put off a payment. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DelayMax { get; set; } = TimeSpan.FromDays(30);

    public long DayMaxInEuros(short tier) => tier switch
    {
        0 => Tier0DayMax,
        1 => Tier1DayMax,
        _ => Tier2DayMax,
    };

    /// <summary>How long money waits for somebody who has not joined yet; then it returns. Default 14 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan LinkLasts { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Open bills one person may have at a time. Default 50: asking costs nothing, so it is bounded.</summary>
    [Range(1, 10_000)]
    public int OpenBillsMax { get; set; } = 50;
}
