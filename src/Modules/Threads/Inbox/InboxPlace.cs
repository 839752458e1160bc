using Stoa.Kernel;

namespace Stoa.Threads.Inbox;

/// <summary>A place in the inbox: pinned threads stand first, then those active last.</summary>
internal readonly record struct InboxPlace(bool Pinned, DateTimeOffset At, long Thread)
{
    public override string ToString() => $"{(Pinned ? "p" : "")}{At.ToUnixTimeMilliseconds()}_{Thread}";

    public static bool TryParse(string text, out InboxPlace place)
    {
        place = default;
        var pinned = text.StartsWith('p');
        if (text[(pinned ? 1 : 0)..].Split('_') is not [var at, var thread] || !WireIds.TryParse(at, out var ms) || !WireIds.TryParse(thread, out var id)
            || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }

        place = new(pinned, DateTimeOffset.FromUnixTimeMilliseconds(ms), id);
        return true;
    }
}
