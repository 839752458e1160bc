using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.People;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Own;

namespace Stoa.Threads.Messages;

/// <summary>A person's message as asked for, over HTTP or the socket.</summary>
internal readonly record struct MessageToSend(Guid ClientId, string? Text, string? Payload, long? ReplyTo)
{
    public IReadOnlyList<TextEntity>? Entities { get; init; }

    public IReadOnlyList<AttachmentToSend>? Attachments { get; init; }

    public PollToSend? Poll { get; init; }

    public string? Quote { get; init; }

    /// <summary>The version of the draft that this message was; null for none.</summary>
    public long? Draft { get; init; }

    /// <summary>A line, and nothing that has to be looked up.</summary>
    public bool IsPlain => Attachments is null or [] && Poll is null && Quote is null;
}

/// <summary>Checks a person's message and hands it to the log. The one way for both doors.</summary>
internal sealed class Sending(ThreadLog log, Offers offers, SendLimit limit, SentDrafts drafts, IMedia media, IPeople people, TimeProvider time)
{
    private const int PayloadMax = 1_000;
    private const int QuoteMax = 500;

    private static readonly JsonWriterOptions compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Begins to send. Without a payload the message has entered the log's lane when this returns: messages begun in order are appended in order.</summary>
    /// <exception cref="ProblemException">Refused; the problem says why.</exception>
    public ValueTask<Task<AppendResult>> BeginAsync(PersonId sender, ThreadId thread, MessageToSend message, CancellationToken cancellationToken) =>
        message.Draft is { } draft
            ? drafts.TakeAwayWithAsync(draft, sender, thread, () => BeginAloneAsync(sender, thread, message, cancellationToken))
            : BeginAloneAsync(sender, thread, message, cancellationToken);

    private ValueTask<Task<AppendResult>> BeginAloneAsync(PersonId sender, ThreadId thread, MessageToSend message, CancellationToken cancellationToken)
    {
        limit.Take(sender);
        var text = Check(message);
        if (message.Payload is { } payload)
        {
            return PressAsync(sender, thread, message, text, payload, cancellationToken);
        }

        var entities = text is null || message.Text is null ? null : Entities.Check(message.Entities, message.Text, text);
        return message.IsPlain && Entities.Mentioned(entities) is []
            ? new(Append(sender, thread, message, text, null, entities))
            : PostAsync(sender, thread, message, text, entities, cancellationToken);
    }

    /// <summary>What the log says, as a problem; null when the message is stored.</summary>
    public static Problem? Refusal(AppendResult result) => result.Verdict switch
    {
        AppendVerdict.Refused => ThreadProblems.NotFound,
        AppendVerdict.AnnouncementsOnly => new(StatusCodes.Status403Forbidden, "announcements_only", "Write in a group",
            "Only owners and admins write in this group.", "Read along, or ask one of them."),
        AppendVerdict.NotAccepted => new(StatusCodes.Status409Conflict, "request_not_accepted", "Write to a stranger",
            "This conversation is a request that you have not accepted.", "Accept it first: PUT /api/threads/{id}/accept."),
        AppendVerdict.NotPossible => result.Refusal,
        AppendVerdict.ReplyMissing => ReplyMissing,
        _ => null,
    };

    public static Problem ReplyMissing { get; } =
        Problem.Invalid("reply_not_found", "'replyTo' names an event that this thread does not have.", "Send the seq of an earlier event of the thread.");

    /// <summary>Of a message with more in it than a line. Enters the lane before it first waits, unless it names somebody as a contact.</summary>
    private async ValueTask<Task<AppendResult>> PostAsync(
        PersonId sender, ThreadId thread, MessageToSend message, string? text, IReadOnlyList<TextEntity>? entities, CancellationToken cancellationToken)
    {
        var attachments = Attachments.Check(message.Attachments ?? []);
        var post = new PostMessage(media)
        {
            Text = text,
            Entities = entities,
            Attachments = attachments,
            Poll = message.Poll is { } poll ? Poll.Of(poll, time.GetUtcNow()) : null,
            ReplyTo = message.ReplyTo,
            Quote = CheckQuote(message),
        };
        await Attachments.CheckPeopleAsync(attachments, people, cancellationToken);
        return log.ChangeAsync(thread, sender, message.ClientId, post, CancellationToken.None);
    }

    private static string? CheckQuote(MessageToSend message)
    {
        if (message.Quote is null)
        {
            return null;
        }

        if (message.ReplyTo is null)
        {
            throw Wrong("quote_not_found", "'quote' without 'replyTo' quotes nothing.", "Send the number of the message that is quoted.");
        }

        return MessageText.TryClean(message.Quote, out var clean) is null && clean.Length <= QuoteMax
            ? clean
            : throw Wrong("quote_not_found", $"'quote' is not 1 to {QuoteMax} characters of text.", "Quote a shorter part, letter by letter.");
    }

    private async ValueTask<Task<AppendResult>> PressAsync(
        PersonId sender, ThreadId thread, MessageToSend message, string? text, string payload, CancellationToken cancellationToken)
    {
        var (isMember, offer) = await offers.FindAsync(sender, thread, payload, cancellationToken);
        if (!isMember)
        {
            throw new ProblemException(ThreadProblems.NotFound);
        }

        if (offer is null)
        {
            return await offers.FindSentAsync(sender, thread, message.ClientId, cancellationToken) is { } sent
                ? Task.FromResult(sent)
                : throw new ProblemException(Problem.Invalid("payload_not_offered",
                    "Nothing in this thread's newest 200 events, the menu or the welcome screen has this payload.", "Press what the business offers now."));
        }

        return Append(sender, thread, message, text, offer);
    }

    private Task<AppendResult> Append(PersonId sender, ThreadId thread, MessageToSend message, string? text, Offer? offer, IReadOnlyList<TextEntity>? entities = null) =>
        log.AppendAsync(new(thread, sender, message.ClientId, "message", Compose(message, text, offer, entities)), EventKind.Message, message.ReplyTo ?? 0, CancellationToken.None);

    /// <returns>The text as it will be stored; null when there is none, which only a press, attachments and a poll may have.</returns>
    private static string? Check(MessageToSend message)
    {
        if (message.ClientId == Guid.Empty)
        {
            throw Wrong("invalid_request", "'clientId' is missing or is no UUID.", "Make a UUID before the first try and send it with every repeat.");
        }

        if (message.Payload is not null && (!message.IsPlain || message.Entities is { Count: > 0 }))
        {
            throw Wrong("invalid_request", "A pressed button carries nothing but itself.", "Send the rest as a message of its own.");
        }

        if (message.ReplyTo is <= 0)
        {
            throw Wrong("reply_not_found", "'replyTo' is no number of an event.", "Send the seq of an earlier event of the thread.");
        }

        if (message.Payload is { Length: 0 or > PayloadMax })
        {
            throw Wrong("payload_not_offered", $"A payload has 1 to {PayloadMax} characters.", "Press what the business offers now.");
        }

        if (message.Text is null)
        {
            return message.Payload is not null || message is { Attachments.Count: > 0, Entities: null or [] } or { Poll: not null, Entities: null or [] }
                ? null
                : throw Wrong("text_missing", "A message has a text, attachments or a poll; entities mark a text.", "Send 'text'.");
        }

        return MessageText.TryClean(message.Text, out var clean) is { } wrong
            ? throw Wrong("text_invalid", wrong, "Correct the text.")
            : clean;
    }

    private static byte[] Compose(MessageToSend message, string? text, Offer? offer, IReadOnlyList<TextEntity>? entities)
    {
        var output = new ArrayBufferWriter<byte>(64 + ((text?.Length ?? 0) * 3));
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            // A pressed button says what stands on it, not what the client says stands on it.
            if ((offer?.Title ?? text) is { } shown)
            {
                json.WriteString("text"u8, shown);
                Entities.Write(json, entities);
            }

            if (message.ReplyTo is { } replyTo)
            {
                json.WriteNumber("replyTo"u8, replyTo);
            }

            if (offer is not null)
            {
                json.WriteStartObject("press"u8);
                json.WriteString("kind"u8, offer.Kind);
                json.WriteString("payload"u8, message.Payload);
                if (offer.Of is { } of)
                {
                    json.WriteNumber("of"u8, of);
                }

                if (offer.Shares is { } shares)
                {
                    json.WriteString("shares"u8, shares);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static ProblemException Wrong(string code, string detail, string fix) => new(Problem.Invalid(code, detail, fix));
}

/// <summary>Counts each person's messages on this node in windows of ten seconds.</summary>
internal sealed class SendLimit(IOptions<ThreadsOptions> options, IOptions<StoaOptions> stoa, TimeProvider time)
{
    private const int RememberedMax = 100_000;
    private static readonly TimeSpan window = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, Window> windows = new();

    /// <exception cref="ProblemException">429 <c>too_many_requests</c>.</exception>
    public void Take(PersonId person)
    {
        if (TryTake(person) is { } wait)
        {
            throw new ProblemException(new(StatusCodes.Status429TooManyRequests, "too_many_requests", "Send a message",
                "You are sending faster than the server lets one person.", $"Wait {wait} seconds.")
            { RetryAfterSeconds = wait });
        }
    }

    /// <returns>Null, or the seconds to wait.</returns>
    private int? TryTake(PersonId person)
    {
        if (!stoa.Value.Limits)
        {
            return null;
        }

        if (windows.Count > RememberedMax)
        {
            windows.Clear();
        }

        var mine = windows.GetOrAdd(person.Value, static _ => new());
        lock (mine)
        {
            var gone = time.GetElapsedTime(mine.Start);
            if (mine.Count == 0 || gone >= window)
            {
                (mine.Start, mine.Count, gone) = (time.GetTimestamp(), 0, TimeSpan.Zero);
            }

            return ++mine.Count > options.Value.SendsPerTenSeconds ? Math.Max(1, (int)Math.Ceiling((window - gone).TotalSeconds)) : null;
        }
    }

    private sealed class Window
    {
        public long Start { get; set; }

        public int Count { get; set; }
    }
}
