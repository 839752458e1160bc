namespace Stoa.Threads.Tests.Groups;

/// <summary>A group as simply as it can be told: who is in, with what role, and from where on each reads. Says what every call must answer.</summary>
internal sealed class GroupModel
{
    private const string NoThread = "404 thread_not_found";
    private const string TooLow = "403 role_too_low";
    private const string MustStay = "409 owner_must_stay";

    private readonly Dictionary<int, (string Role, long From)> members = [];
    private readonly Dictionary<int, (bool Removed, long Seq)> gone = [];

    public GroupModel(params int[] people)
    {
        foreach (var person in people)
        {
            members[person] = (person == people[0] ? "owner" : "member", 0);
        }
    }

    public long LastSeq { get; private set; }

    public bool HistoryShown { get; private set; }

    public bool MembersMayAdd { get; private set; }

    public bool Announcements { get; private set; }

    public int UsesLeft { get; private set; } = 6;

    public IReadOnlyDictionary<int, (string Role, long From)> Members => members;

    public string Send(int who) => !members.TryGetValue(who, out var me) ? NoThread
        : Announcements && me.Role == "member" ? "403 announcements_only"
        : Event("201");

    public string Add(int who, int whom)
    {
        if (!members.TryGetValue(who, out var me))
        {
            return NoThread;
        }

        if (!MembersMayAdd && me.Role == "member")
        {
            return TooLow;
        }

        return members.ContainsKey(whom) ? As() : Enter(whom, "200");
    }

    public string Join(int who)
    {
        if (members.ContainsKey(who))
        {
            return "200";
        }

        if (members.Count == 0 || UsesLeft == 0)
        {
            return "404 invite_not_found";
        }

        if (gone.TryGetValue(who, out var past) && past.Removed)
        {
            return "403 join_refused";
        }

        UsesLeft--;
        return Enter(who, "201", number: false);
    }

    public string Remove(int who, int whom)
    {
        if (who == whom)
        {
            return Leave(who);
        }

        if (!members.TryGetValue(who, out var me))
        {
            return NoThread;
        }

        var isIn = members.TryGetValue(whom, out var them);
        if (!isIn && !gone.ContainsKey(whom))
        {
            return "404 member_not_found";
        }

        var target = isIn ? them.Role : "member";
        return me.Role != "owner" && !(me.Role == "admin" && target == "member") ? TooLow : isIn ? Go(whom, true) : As(gone[whom].Seq);
    }

    public string Leave(int who)
    {
        if (!members.TryGetValue(who, out var me))
        {
            return gone.TryGetValue(who, out var past) ? As(past.Seq) : NoThread;
        }

        return me.Role == "owner" && Owners == 1 && members.Count > 1 ? MustStay : Go(who, false);
    }

    public string SetRole(int who, int whom, string role)
    {
        if (!members.TryGetValue(who, out var me))
        {
            return NoThread;
        }

        if (me.Role != "owner")
        {
            return TooLow;
        }

        if (!members.TryGetValue(whom, out var them))
        {
            return "404 member_not_found";
        }

        if (them.Role == role)
        {
            return As();
        }

        if (them.Role == "owner" && Owners == 1)
        {
            return MustStay;
        }

        members[whom] = them with { Role = role };
        return Event("200");
    }

    public string Change(int who, bool? historyShown, bool? membersMayAdd, bool? announcements)
    {
        if (!members.TryGetValue(who, out var me))
        {
            return NoThread;
        }

        if (me.Role == "member")
        {
            return TooLow;
        }

        var now = (historyShown ?? HistoryShown, membersMayAdd ?? MembersMayAdd, announcements ?? Announcements);
        if (now == (HistoryShown, MembersMayAdd, Announcements))
        {
            return As();
        }

        (HistoryShown, MembersMayAdd, Announcements) = now;
        return Event("200");
    }


    private int Owners => members.Values.Count(member => member.Role == "owner");

    private string Enter(int who, string answer, bool number = true)
    {
        members[who] = ("member", HistoryShown ? 0 : LastSeq);
        gone.Remove(who);
        var said = Event(answer);
        return number ? said : answer;
    }

    private string Go(int who, bool removed)
    {
        members.Remove(who);
        gone[who] = (removed, LastSeq + 1);
        return Event("200");
    }

    private string Event(string answer)
    {
        LastSeq++;
        return $"{answer} {LastSeq}";
    }

    private string As(long? seq = null) => $"200 {seq ?? LastSeq}";
}
