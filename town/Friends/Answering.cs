namespace Stoa.Town.Friends;

/// <summary>A message as a friend's simulation sees it.</summary>
/// <param name="ClientId">Of the friend's own messages only.</param>
internal sealed record HeardMessage(long Seq, string Id, string Sender, DateTimeOffset At, string Text, string? ClientId);

/// <summary>The end of a conversation, oldest first, and who is in it.</summary>
/// <param name="Kind">direct, business or group.</param>
/// <param name="Self">The friend's own id.</param>
/// <param name="IsRequest">Of a stranger whom the friend has not accepted yet.</param>
internal sealed record HeardThread(string Id, string Kind, string Self, IReadOnlyList<HeardMessage> Messages, bool IsRequest = false);

/// <summary>Whether a simulated person has something to answer. Pure, so each rule is one line of a test.</summary>
internal static class Answering
{
    /// <summary>After words from another device somebody real plays this person here, and the simulation keeps out of it.</summary>
    public static readonly TimeSpan SilentAfterOtherDevice = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Who answers more in ten minutes is talking to a machine.</summary>
    private const int AnswersMost = 15;

    /// <param name="lastIsSimulated">Whether the last message was written by a simulated person: those never answer each other.</param>
    /// <returns>The message to answer, or null; the same today and tomorrow, for it hangs on the messages alone.</returns>
    public static HeardMessage? Wanted(HeardThread thread, string firstName, bool lastIsSimulated)
    {
        if (lastIsSimulated || thread.Messages is not [.., var last] || last.Sender == thread.Self) return null;
        if (thread.Kind == "business") return null;
        if (thread.Kind == "group" && !last.Text.Contains(firstName, StringComparison.OrdinalIgnoreCase)) return null;
        var own = thread.Messages.Where(message => message.Sender == thread.Self).ToArray();
        if (own.Any(message => !StableId.IsOurs(message.ClientId) && last.At - message.At < SilentAfterOtherDevice)) return null;
        if (own.Count(message => last.At - message.At < Window) >= AnswersMost) return null;
        return last;
    }
}
