using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <summary>A person's message as asked for, over HTTP or the socket.</summary>
internal readonly record struct MessageToSend(Guid ClientId, string? Text, string? Payload, long? ReplyTo, bool HasAttachments);

/// <summary>Checks a person's message and hands it to the log. The one way for both doors.</summary>
internal sealed class Sending(ThreadLog log, Offers offers, SendLimit limit)
{
    private const int PayloadMax = 1_000;

    private static readonly JsonWriterOptions compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Begins to send. Without a payload the message has entered the log's lane when this returns: messages begun in order are appended in order.</summary>
    /// <exception cref="ProblemException">Refused; the problem says why.</exception>
    public ValueTask<Task<AppendResult>> BeginAsync(PersonId sender, ThreadId thread, MessageToSend message, CancellationToken cancellationToken)
    {
        if (limit.TryTake(sender) is { } wait)
        {
            throw new ProblemException(new(StatusCodes.Status429TooManyRequests, "too_many_requests", "Send a message",
                "You are sending faster than the server lets one person.", $"Wait {wait} seconds.")
            { RetryAfterSeconds = wait });
        }

        var text = Check(message);
        return message.Payload is null
            ? new(Append(sender, thread, message, text, null))
            : PressAsync(sender, thread, message, text, message.Payload, cancellationToken);
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
        AppendVerdict.ReplyMissing => Problem.Invalid("reply_not_found", "'replyTo' names an event that this thread does not have.", "Send the seq of an earlier event of the thread."),
        _ => null,
    };

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

    private Task<AppendResult> Append(PersonId sender, ThreadId thread, MessageToSend message, string? text, Offer? offer) =>
        log.AppendAsync(new(thread, sender, message.ClientId, "message", Compose(message, text, offer)), EventKind.Message, message.ReplyTo ?? 0, CancellationToken.None);

    /// <returns>The text as it will be stored; null when there is none, which only a press may have.</returns>
    private static string? Check(MessageToSend message)
    {
        if (message.ClientId == Guid.Empty)
        {
            throw Wrong("invalid_request", "'clientId' is missing or is no UUID.", "Make a UUID before the first try and send it with every repeat.");
        }

        if (message.HasAttachments)
        {
            throw Wrong("attachments_unsupported", "People's messages carry text only at present.", "Send the text alone.");
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
            return message.Payload is not null ? null : throw Wrong("text_missing", "A message has a text.", "Send 'text'.");
        }

        return MessageText.TryClean(message.Text, out var clean) is { } wrong
            ? throw Wrong("text_invalid", wrong, "Correct the text.")
            : clean;
    }

    private static byte[] Compose(MessageToSend message, string? text, Offer? offer)
    {
        var output = new ArrayBufferWriter<byte>(64 + ((text?.Length ?? 0) * 3));
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            // A pressed button says what stands on it, not what the client says stands on it.
            if ((offer?.Title ?? text) is { } shown)
            {
                json.WriteString("text"u8, shown);
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

    /// <returns>Null, or the seconds to wait.</returns>
    public int? TryTake(PersonId person)
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
