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

    /// <summary>Open bills one person may have at a time. Default 50: asking costs nothing, so it is bounded.</summary>
    [Range(1, 10_000)]
    public int OpenBillsMax { get; set; } = 50;
}
