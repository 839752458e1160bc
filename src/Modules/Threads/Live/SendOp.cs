using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stoa.Hosting.Live;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>send</c>.</summary>
internal sealed record SendFrame(
    string? Op = null, ThreadId Thread = default, Guid ClientId = default, string? Text = null, TextEntity[]? Entities = null, AttachmentToSend[]? Attachments = null,
    PollToSend? Poll = null, string? Payload = null, long? ReplyTo = null, string? Quote = null);

/// <summary>Sends from the socket. Frames enter the log in the order in which they came; each is answered after its commit.</summary>
internal sealed partial class SendOp(Sending sending, ILogger<SendOp> log) : ILiveOp
{
    public string Op => "send";

    public async ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var send = Frames.Read(frame.Span, ThreadsJson.Default.SendFrame);
        try
        {
            var message = new MessageToSend(send.ClientId, send.Text, send.Payload, send.ReplyTo)
            {
                Entities = send.Entities,
                Attachments = send.Attachments,
                Poll = send.Poll,
                Quote = send.Quote,
            };
            var appended = await sending.BeginAsync(connection.Person, send.Thread, message, cancellationToken);
            // The next frame need not wait for this one's commit: many of one device go into one.
            _ = AnswerAsync(connection, send, appended);
        }
        catch (ProblemException refused)
        {
            connection.Send(Error(refused.Problem, send));
        }
    }

    private async Task AnswerAsync(ILiveConnection connection, SendFrame send, Task<AppendResult> appended)
    {
        try
        {
            var result = await appended;
            connection.Send(Sending.Refusal(result) is { } refusal ? Error(refusal, send) : ThreadFrames.Sent(send.Thread, send.ClientId, result));
        }
        catch (ProblemException refused)
        {
            connection.Send(Error(refused.Problem, send));
        }
        catch (LaneStoppedException stopped)
        {
            connection.Send(LiveFrames.Error("busy", stopped.Message, send.ClientId.ToString()));
        }
#pragma warning disable CA1031 // Nobody awaits this: whatever the database said of the message, the sender must hear that it is not stored.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            connection.Send(LiveFrames.Error("internal_error", "The message could not be stored; send it again with the same clientId.", send.ClientId.ToString()));
        }
    }

    private static ReadOnlyMemory<byte> Error(Problem problem, SendFrame send) => LiveFrames.Error(problem.Code, problem.Detail, send.ClientId.ToString());

    [LoggerMessage(302, LogLevel.Error, "A message sent over a socket could not be stored.")]
    private partial void LogFailed(Exception exception);
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
