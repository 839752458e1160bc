using System.ComponentModel.DataAnnotations;

namespace Stoa.Bots;

/// <summary>What the operator may tune of bots. Section <c>Bots</c>.</summary>
public sealed class BotsOptions
{
    public const string Section = "Bots";

    /// <summary>Who may write when (docs/protocol/extensions.md): <c>Open</c> asks for less paperwork, <c>Messenger</c> is the platform's window and tags. Default <c>Open</c>.</summary>
    public PolicyKind Policy { get; set; } = PolicyKind.Open;

    /// <summary>Sends per second and page; beyond it 613. Default 250, as the platform had. Off with <c>--limits off</c>.</summary>
    [Range(1, 100_000)]
    public int SendsPerSecondAndPage { get; set; } = 250;

    /// <summary>Changes of a page's Messenger profile in ten minutes; beyond it 613. Default 10, as the platform has.</summary>
    [Range(1, 100_000)]
    public int ProfileChangesPerTenMinutes { get; set; } = 10;

    /// <summary>Webhook calls under way at one endpoint from one node. More is faster for a bot that can take it. Default 16.</summary>
    [Range(1, 1_000)]
    public int CallsAtOnceAndEndpoint { get; set; } = 16;

    /// <summary>Webhook calls under way from one node in all: a bound of last resort, reached only when very many endpoints hang. Default 1000.</summary>
    [Range(1, 100_000)]
    public int CallsAtOnce { get; set; } = 1000;

    /// <summary>How long finished deliveries stay to be looked at, in days of domain time. Their bodies hold messages: short is better. Default 3.</summary>
    [Range(1, 90)]
    public int DeliveriesKeptForDays { get; set; } = 3;
}

/// <summary>Rules by which businesses may write.</summary>
public enum PolicyKind
{
    /// <summary>24 hours, one late answer, updates of a purchase, a human for 7 days.</summary>
    Open,

    /// <summary>24 hours, then only with a tag of the platform.</summary>
    Messenger,
}
