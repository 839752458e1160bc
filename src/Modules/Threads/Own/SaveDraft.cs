using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary><c>PUT /api/threads/{id}/draft</c>: the higher version wins, whatever comes when; the answer is the draft that stands.</summary>
internal static class SaveDraft
{
    private const int TextBytesMax = 16 * 1024;
    private const int EntitiesMax = 100;
    private static readonly JsonWriterOptions compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="Text">Empty takes the draft away.</param>
    /// <param name="Entities">Kept as they are: they are checked when the message is sent.</param>
    public sealed record DraftRequest(long Version = 0, string? Text = null, JsonElement[]? Entities = null, long? ReplyTo = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/draft", HandleAsync).For(Audience.Person)
            .WithName("saveDraft").WithTags("Threads").WithSummary("Keep the beginning of a message, on all devices").Accepts<DraftRequest>("application/json")
            .Produces<DraftView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(string id, HttpContext context, Drafts drafts, Fanout fanout, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.DraftRequest);
        Check(request);
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var me = context.Person();
        var (verdict, draft) = await drafts.SaveAsync(me, thread, request.Version, Compose(request), Instant.Now(time), cancellationToken);
        switch (verdict)
        {
            case DraftVerdict.NoThread:
                return ThreadProblems.NotFound.AsResult();
            case DraftVerdict.TooMany:
                return new Problem(StatusCodes.Status409Conflict, "too_many_drafts", "Keep a draft",
                    $"You have {Drafts.Most} drafts in other conversations.", "Send or empty one of them first.").AsResult();
            case DraftVerdict.Saved:
                await fanout.TellAsync(new PersonalNews(thread, [me], OwnFrames.Draft(thread, draft)), CancellationToken.None);
                break;
        }

        return TypedResults.Bytes(draft.Utf8, "application/json");
    }

    private static void Check(DraftRequest request)
    {
        if (request.Version < 1)
        {
            throw Wrong("'version' is missing or below 1.", "Count up from the version of the draft that this one replaces.");
        }

        if (request.Text is not { } text || Encoding.UTF8.GetByteCount(text) > TextBytesMax || text.Contains('\0', StringComparison.Ordinal) || !IsWhole(text))
        {
            throw Wrong($"'text' is missing, has more than {TextBytesMax} bytes in UTF-8, or characters that no text has.", "Send the text as it will be, or \"\" to take the draft away.");
        }

        if (request.Entities is { Length: > EntitiesMax } || Array.Exists(request.Entities ?? [], entity => entity.ValueKind != JsonValueKind.Object))
        {
            throw Wrong($"'entities' are at most {EntitiesMax} objects.", "Send them as with the message.");
        }

        if (request.ReplyTo is < 1)
        {
            throw Wrong("'replyTo' is no number of an event.", "Send the seq of an earlier event of the thread.");
        }
    }

    /// <returns>Null for an empty text.</returns>
    private static byte[]? Compose(DraftRequest request)
    {
        if (string.IsNullOrEmpty(request.Text))
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(128 + request.Text.Length);
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            json.WriteString("text"u8, request.Text);
            if (request.Entities is { Length: > 0 } entities)
            {
                json.WriteStartArray("entities"u8);
                foreach (var entity in entities)
                {
                    entity.WriteTo(json);
                }

                json.WriteEndArray();
            }

            if (request.ReplyTo is { } replyTo)
            {
                json.WriteNumber("replyTo"u8, replyTo);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    // Half of a surrogate pair is no text, and the database would refuse it.
    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static ProblemException Wrong(string detail, string fix) => new(Problem.Invalid("invalid_request", detail, fix));

    /// <summary>The shape of the answer, for its description.</summary>
    public sealed record DraftView(long Version, string Text, JsonElement[]? Entities, long? ReplyTo, DateTimeOffset At);
}
