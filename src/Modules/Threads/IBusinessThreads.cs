using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Kernel;

namespace Stoa.Threads;

/// <summary>What the modules above may do with the threads between a person and a page.</summary>
public interface IBusinessThreads
{
    /// <summary>The thread of this person with this page; only a person's act makes one.</summary>
    Task<ThreadId?> FindAsync(PageId page, PersonId person, CancellationToken cancellationToken);

    /// <summary>The person and the page of a business thread; null for any other thread.</summary>
    Task<(PageId Page, PersonId Person)?> FindMembersAsync(ThreadId thread, CancellationToken cancellationToken);

    /// <summary>A business thread; null for any other thread.</summary>
    Task<BusinessThread?> DescribeAsync(ThreadId thread, CancellationToken cancellationToken);

    /// <summary>The threads of a page, the one with the newest message first.</summary>
    /// <param name="after">The last one of the page before, with its time then; null for the first page.</param>
    /// <param name="limit">1 to 101.</param>
    Task<IReadOnlyList<BusinessThread>> ListAsync(PageId page, (DateTimeOffset UpdatedAt, ThreadId Id)? after, int limit, CancellationToken cancellationToken);

    /// <summary>The number of what this sender stored under this client id; null when there is nothing yet.</summary>
    Task<long?> FindSentAsync(ThreadId thread, MemberId sender, Guid clientId, CancellationToken cancellationToken);

    /// <summary>What a business may know of a person.</summary>
    Task<PersonProfile?> FindProfileAsync(PersonId person, CancellationToken cancellationToken);

    /// <summary>Moves a member's markers forward; a number not above the stored one changes nothing. Tells the other members live.</summary>
    Task MarkAsync(ThreadId thread, MemberId member, long? readSeq, long? deliveredSeq, CancellationToken cancellationToken);

    /// <summary>The number of the newest event: what is marked as seen now. 0 when there is none.</summary>
    Task<long> LastSeqAsync(ThreadId thread, CancellationToken cancellationToken);

    /// <summary>A member's reaction to a message; null takes it back. The same (thread, member, client id) again changes nothing.</summary>
    /// <returns>False: there is no such message, it takes no reaction, or this is no emoji.</returns>
    Task<bool> ReactAsync(ThreadId thread, MemberId member, long seq, string? emoji, Guid clientId, CancellationToken cancellationToken);

    /// <summary>Shows to the other members that somebody writes; ends by itself after 20 seconds.</summary>
    ValueTask ShowTypingAsync(ThreadId thread, MemberId member, bool on, CancellationToken cancellationToken);
}

/// <param name="UpdatedAt">Of the newest message.</param>
public sealed record BusinessThread(ThreadId Id, PageId Page, PersonId Person, long LastSeq, DateTimeOffset UpdatedAt);

/// <param name="Name">As the person writes it.</param>
/// <param name="Locale">BCP 47, as <c>en</c> or <c>pl-PL</c>.</param>
public sealed record PersonProfile(PersonId Id, string Name, string Locale);

/// <summary>Pages as threads show them. The Bots module implements it: Threads knows no business.</summary>
public interface IPageDirectory
{
    Task<PageId?> FindByUsernameAsync(string username, CancellationToken cancellationToken);

    /// <summary>Name and username of pages; unknown ids are left out. Answered from memory on the hot path.</summary>
    ValueTask<IReadOnlyDictionary<PageId, PageCard>> FindAsync(IReadOnlyCollection<PageId> pages, CancellationToken cancellationToken);

    /// <summary>The page as a person sees it (docs/protocol/http.md, <c>Page</c>), as JSON in the person's language; null when there is none.</summary>
    Task<byte[]?> DescribeAsync(PageId page, PersonProfile reader, CancellationToken cancellationToken);

    /// <summary>Whether this payload was offered to people by the page itself (get started, menu): <c>postback</c>, or null.</summary>
    Task<string?> FindOfferAsync(PageId page, string payload, CancellationToken cancellationToken);
}

public sealed record PageCard(PageId Id, string Username, string Name);

/// <summary>The news of topic <c>threads.event</c>: written with each event and marker of a thread that has a page in it. Key: the thread.</summary>
/// <param name="Type"><c>event</c>, <c>read</c> (a person read up to Seq), <c>delivered</c> (a person's device has up to Seq).</param>
/// <param name="Sender">Who wrote, read or received.</param>
public sealed record ThreadNews(string Type, ThreadId Thread, PageId Page, long Seq, MemberId Sender, DateTimeOffset At)
{
    public const string Topic = "threads.event";

    /// <summary>Reads <see cref="Hosting.Outbox.OutboxRow.Body"/> of this topic.</summary>
    public static ThreadNews Read(string body) =>
        JsonSerializer.Deserialize(body, ThreadNewsJson.Default.ThreadNews) ?? throw new JsonException("News of a thread is an object.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ThreadNews))]
internal sealed partial class ThreadNewsJson : JsonSerializerContext;
