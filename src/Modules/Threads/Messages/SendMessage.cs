using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Messages;

/// <summary><c>POST /api/threads/{id}/messages</c>: the hot path (docs/journeys/send-a-message.md). Answers after the commit.</summary>
internal static class SendMessage
{
    public sealed record SendMessageRequest(
        Guid ClientId = default, string? Text = null, TextEntity[]? Entities = null, AttachmentToSend[]? Attachments = null, PollToSend? Poll = null,
        long? ReplyTo = null, string? Quote = null, string? Payload = null, long? Draft = null);

    public sealed record SentMessage(long Seq, string Id, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset At);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/threads/{id}/messages", HandleAsync).For(Audience.Person)
            .WithName("sendMessage").WithTags("Threads").WithSummary("Send a message, or press what the business offered").Accepts<SendMessageRequest>("application/json")
            .Produces<SentMessage>(StatusCodes.Status201Created).Produces<SentMessage>(StatusCodes.Status200OK)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task HandleAsync(string id, HttpContext context, Sending sending)
    {
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            throw new ProblemException(ThreadProblems.NotFound);
        }

        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.SendMessageRequest);
        var message = new MessageToSend(request.ClientId, request.Text, request.Payload, request.ReplyTo)
        {
            Entities = request.Entities,
            Attachments = request.Attachments,
            Poll = request.Poll,
            Quote = request.Quote,
            Draft = request.Draft,
        };
        // Not cancelled by the caller going away: the lane commits it in any case, and the repeat is answered from the log.
        var result = await await sending.BeginAsync(context.Person(), thread, message, message.Payload is null ? CancellationToken.None : context.RequestAborted);
        if (Sending.Refusal(result) is { } refusal)
        {
            throw new ProblemException(refusal);
        }

        await AnswerAsync(context.Response, thread, result);
    }

    private static async Task AnswerAsync(HttpResponse response, ThreadId thread, AppendResult result)
    {
        response.StatusCode = result.Verdict == AppendVerdict.Appended ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        response.ContentType = "application/json";
        var length = Write(response.BodyWriter.GetSpan(160), thread, result);
        response.ContentLength = length;
        response.BodyWriter.Advance(length);
        await response.BodyWriter.FlushAsync();
    }

    private static int Write(Span<byte> destination, ThreadId thread, AppendResult result)
    {
        Utf8.TryWrite(destination, CultureInfo.InvariantCulture, $"{{\"seq\":{result.Seq},\"id\":\"{new MessageId(thread, result.Seq).ToString()}\",\"at\":\"", out var length);
        length += Instant.Write(destination[length..], result.At);
        "\"}"u8.CopyTo(destination[length..]);
        return length + 2;
    }
}
