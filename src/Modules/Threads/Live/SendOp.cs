using System.Text.Json;
using Stoa.Hosting.Live;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>send</c>.</summary>
internal sealed record SendFrame(
    string? Op = null, ThreadId Thread = default, Guid ClientId = default, string? Text = null, TextEntity[]? Entities = null, AttachmentToSend[]? Attachments = null,
    PollToSend? Poll = null, string? Payload = null, long? ReplyTo = null, string? Quote = null, long? Draft = null);

/// <summary>Sends from the socket. Frames enter the log in the order in which they came; each is answered after its commit.</summary>
internal sealed class SendOp(Sending sending, CommitAnswers answers) : ILiveOp
{
    public string Op => "send";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var send = Frames.Read(frame.Span, ThreadsJson.Default.SendFrame);
        var message = new MessageToSend(send.ClientId, send.Text, send.Payload, send.ReplyTo)
        {
            Entities = send.Entities,
            Attachments = send.Attachments,
            Poll = send.Poll,
            Quote = send.Quote,
            Draft = send.Draft,
        };
        return answers.AnswerLaterAsync(connection, send.Thread, send.ClientId, () => sending.BeginAsync(connection.Person, send.Thread, message, cancellationToken));
    }
}

internal static class Frames
{
    /// <exception cref="ProblemException"><c>invalid_request</c>.</exception>
    public static T Read<T>(ReadOnlySpan<byte> frame, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(frame, type) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"The frame is not what its op takes, at {exception.Path ?? "$"}.", "Compare with docs/protocol/live.md."));
        }
    }
}
