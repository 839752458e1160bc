using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Membership;

/// <summary>A group as a crowd of joins finds it, under the thread's lock.</summary>
/// <param name="At">No event is before it.</param>
internal sealed record GroupAtJoin(short ThreadKind, long LastSeq, DateTimeOffset At, int MembersVersion, int MemberCount, bool HistoryShown);

/// <summary>Somebody who wants in.</summary>
/// <param name="Sent">What their client id made before.</param>
internal sealed record Applicant(PersonId Person, Guid ClientId, bool IsMember, bool IsRequest, bool WasRemoved, (long Seq, DateTimeOffset At)? Sent);

internal readonly record struct Newcomer(PersonId Person, Guid ClientId, long Seq, DateTimeOffset At);

/// <summary>Decides who comes in, one after the other; each sees what became of those before. Knows no database.</summary>
internal sealed class Joins(GroupAtJoin group, IReadOnlyDictionary<long, InviteState> invites, int membersMax)
{
    private readonly Dictionary<long, InviteState> links = new(invites);
    private readonly Dictionary<PersonId, (Guid ClientId, long Seq, DateTimeOffset At)> joined = [];
    private readonly Dictionary<long, int> used = [];
    private readonly HashSet<PersonId> accepted = [];
    private DateTimeOffset at = group.At;

    /// <summary>How often each link was used by those decided so far.</summary>
    public IReadOnlyDictionary<long, int> Used => used;

    /// <summary>Who was in as a request: coming by a link accepts it.</summary>
    public IReadOnlyCollection<PersonId> Accepted => accepted;

    public AppendResult Decide(Applicant who, long invite, DateTimeOffset wantedAt)
    {
        at = wantedAt > at ? wantedAt : at;
        if (joined.TryGetValue(who.Person, out var before))
        {
            return before.ClientId == who.ClientId ? Answer(AppendVerdict.Repeated, before.Seq, before.At) : Answer(AppendVerdict.Unchanged, LastSeq, at);
        }

        if (who.Sent is var (seq, sentAt))
        {
            return Answer(AppendVerdict.Repeated, seq, sentAt);
        }

        if (who.IsMember)
        {
            if (who.IsRequest)
            {
                accepted.Add(who.Person);
            }

            return Answer(AppendVerdict.Unchanged, LastSeq, at);
        }

        // A group that has ended has nobody in it to let anybody in.
        if (group is not { ThreadKind: 3, MemberCount: > 0 } || !links.TryGetValue(invite, out var link) || !link.IsAlive(at))
        {
            return Refuse(GroupProblems.NoSuchInvite);
        }

        if (who.WasRemoved)
        {
            return Refuse(GroupProblems.Removed);
        }

        if (group.MemberCount + joined.Count >= membersMax)
        {
            return Refuse(GroupProblems.Full(membersMax));
        }

        links[invite] = link with { Uses = link.Uses + 1 };
        used[invite] = used.GetValueOrDefault(invite) + 1;
        joined[who.Person] = (who.ClientId, LastSeq + 1, at);
        return Answer(AppendVerdict.Appended, LastSeq, at);
    }

    private long LastSeq => group.LastSeq + joined.Count;

    private AppendResult Answer(AppendVerdict verdict, long seq, DateTimeOffset when) => new(verdict, seq, when, false, group.MembersVersion + joined.Count);

    private AppendResult Refuse(Problem why) => Answer(AppendVerdict.NotPossible, LastSeq, at) with { Refusal = why };
}
