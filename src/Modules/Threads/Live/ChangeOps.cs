using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Log;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>edit</c>.</summary>
internal sealed record EditFrame(string? Op = null, ThreadId Thread = default, long Seq = 0, Guid ClientId = default, string? Text = null, TextEntity[]? Entities = null);

/// <summary>The client's <c>unsend</c>.</summary>
internal sealed record UnsendFrame(string? Op = null, ThreadId Thread = default, long Seq = 0, Guid ClientId = default);

/// <summary>The client's <c>react</c>; without an emoji it takes the reaction back.</summary>
internal sealed record ReactFrame(string? Op = null, ThreadId Thread = default, long Seq = 0, Guid ClientId = default, string? Emoji = null);

internal sealed class EditOp(Changing changing, CommitAnswers answers) : ILiveOp
{
    public string Op => "edit";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var edit = Frames.Read(frame.Span, ThreadsJson.Default.EditFrame);
        return answers.BeginAsync(changing, connection, edit.Thread, edit.ClientId, () => Edit.Of(edit.Seq, edit.Text, edit.Entities));
    }
}

internal sealed class UnsendOp(Changing changing, CommitAnswers answers, IMedia media) : ILiveOp
{
    public string Op => "unsend";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var unsend = Frames.Read(frame.Span, ThreadsJson.Default.UnsendFrame);
        return answers.BeginAsync(changing, connection, unsend.Thread, unsend.ClientId, () => new Unsend(unsend.Seq, media));
    }
}

internal sealed class ReactOp(Changing changing, CommitAnswers answers) : ILiveOp
{
    public string Op => "react";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var react = Frames.Read(frame.Span, ThreadsJson.Default.ReactFrame);
        return answers.BeginAsync(changing, connection, react.Thread, react.ClientId, () => new Reaction(react.Seq, react.Emoji is null ? null : Emoji.Check(react.Emoji)));
    }
}

internal static class BeginningChanges
{
    /// <param name="change">May refuse what the frame says.</param>
    public static ValueTask BeginAsync(this CommitAnswers answers, Changing changing, ILiveConnection connection, ThreadId thread, Guid clientId, Func<ThreadChange> change) =>
        answers.AnswerLaterAsync(connection, thread, clientId, () => new(changing.Begin(connection.Person, thread, clientId, change())));
}
