using System.ComponentModel.DataAnnotations;

namespace Stoa.Threads;

/// <summary>Section <c>Threads</c>.</summary>
public sealed class ThreadsOptions
{
    public const string Section = "Threads";

    /// <summary>Messages one person may send in ten seconds, over all devices of this node. Default 30. Not applied with limits off.</summary>
    [Range(1, 1_000_000)]
    public int SendsPerTenSeconds { get; set; } = 30;

    /// <summary>Messages in one commit at most. Default 512; measured batches were never larger.</summary>
    [Range(1, 4_096)]
    public int BatchMax { get; set; } = 512;

    /// <summary>Messages that may wait for their commit; beyond it senders are told to come back (503). Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int QueueMax { get; set; } = 16_384;

    /// <summary>People in a group when it is made, the one who makes it included. Default 50; more are added afterwards, or join by a link.</summary>
    [Range(2, 256)]
    public int GroupMax { get; set; } = 50;

    /// <summary>People in a group at most. Default 5,000: a member list of each busy group is kept in memory, and each event goes to everybody.</summary>
    [Range(2, 100_000)]
    public int GroupMembersMax { get; set; } = 5_000;

    /// <summary>Members in the lists that a node remembers, all threads together, 16 bytes each. Default 2,000,000; beyond it lists are read again.</summary>
    [Range(1_000, 1_000_000_000)]
    public int MembersRememberedMax { get; set; } = 2_000_000;

    /// <summary>Whether this node may make the search index; one of those that may does. Default true. Without any, search reads what is missing from the log, which is soon too much.</summary>
    public bool Indexes { get; set; } = true;

    /// <summary>How long new messages wait for others before they are indexed together. Default half a second. They are found meanwhile; longer costs each search more, shorter writes the same block more often.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan IndexDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>While much is sent the indexer rests after each batch this many times as long as the batch took. Default 2: it takes a third of one core's time at most.</summary>
    [Range(0, 100)]
    public int IndexPauses { get; set; } = 2;

    /// <summary>Searches that run at once on this node; others wait within their time. Default 8.</summary>
    [Range(1, 100)]
    public int SearchesAtOnce { get; set; } = 8;

    /// <summary>A search that takes longer is given up (503). Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan SearchAnswersWithin { get; set; } = TimeSpan.FromSeconds(2);
    /// <summary>Whether a stranger's first thread is a request, which must be accepted before it is answered. Default: yes, except with limits off, so that load tools write both ways at once.</summary>
    public bool? Requests { get; set; }
}
