using System.ComponentModel.DataAnnotations;

namespace Stoa.People;

/// <summary>Section <c>People</c>. The defaults are the security rules; tests alone lower the cost of a password.</summary>
public sealed class PeopleOptions
{
    public const string Section = "People";

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 for a password. Default 210,000: about a tenth of a second of one core per check. Raising it re-hashes at each person's next sign-in.</summary>
    [Range(1, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Days without a call after which a session ends. Default 30.</summary>
    [Range(1, 365)]
    public int SessionIdleDays { get; set; } = 30;

    /// <summary>Days after which a session ends in any case. Default 180.</summary>
    [Range(1, 365)]
    public int SessionDays { get; set; } = 180;

    /// <summary>Sign-ins tried per account and minute. Default 5.</summary>
    [Range(1, 1_000_000)]
    public int SignInsPerAccountAndMinute { get; set; } = 5;

    /// <summary>Sign-ins tried per network and minute. Default 30.</summary>
    [Range(1, 1_000_000)]
    public int SignInsPerNetworkAndMinute { get; set; } = 30;

    /// <summary>Sign-ups per network and hour. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int SignUpsPerNetworkAndHour { get; set; } = 100;

    /// <summary>Searches per person and minute. Default 30.</summary>
    [Range(1, 1_000_000)]
    public int SearchesPerMinute { get; set; } = 30;
}
