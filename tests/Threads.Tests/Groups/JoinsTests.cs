using Stoa.Kernel;
using Stoa.Threads.Log;
using Stoa.Threads.Membership;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Who of a crowd comes in, decided without a database.</summary>
public sealed class JoinsTests
{
    private const long Link = 7;
    private static readonly DateTimeOffset noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly GroupAtJoin group = new(3, LastSeq: 10, noon, MembersVersion: 4, MemberCount: 5, HistoryShown: false);

    [Theory]
    // In order of precedence: what the client id made before, being in, the link, having been removed, room.
    [InlineData("sent", "Repeated 3")]
    [InlineData("sent member", "Repeated 3")]
    [InlineData("member", "Unchanged 10")]
    [InlineData("member dead", "Unchanged 10")]
    [InlineData("dead", "NotPossible invite_not_found")]
    [InlineData("expired", "NotPossible invite_not_found")]
    [InlineData("used", "NotPossible invite_not_found")]
    [InlineData("unknown", "NotPossible invite_not_found")]
    [InlineData("empty", "NotPossible invite_not_found")]
    [InlineData("direct", "NotPossible invite_not_found")]
    [InlineData("dead removed", "NotPossible invite_not_found")]
    [InlineData("removed full", "NotPossible join_refused")]
    [InlineData("full", "NotPossible group_full")]
    [InlineData("", "Appended 11")]
    public void One_who_asks(string how, string answer)
    {
        var words = how.Split(' ');
        bool Is(string word) => words.Contains(word);
        var found = group with { MemberCount = Is("empty") ? 0 : Is("full") ? 9 : 5, ThreadKind = (short)(Is("direct") ? 1 : 3) };
        var link = new InviteState(Is("expired") ? noon : null, Is("used") ? 2 : 1, 2, Is("dead"));
        var joins = new Joins(found, Is("unknown") ? new Dictionary<long, InviteState>() : new() { [Link] = link }, 9);

        var result = joins.Decide(new(PersonId.New(), Guid.NewGuid(), Is("member"), false, Is("removed"), Is("sent") ? (3, noon) : null), Link, noon);

        Assert.Equal(answer, result.Refusal is { } refusal ? $"{result.Verdict} {refusal.Code}" : $"{result.Verdict} {result.Seq}");
        Assert.Equal(answer.StartsWith("Appended", StringComparison.Ordinal) ? 1 : 0, joins.Used.Count);
    }

    [Fact]
    public void Each_of_a_crowd_sees_what_became_of_those_before()
    {
        var joins = new Joins(group, new Dictionary<long, InviteState> { [Link] = new(null, 0, 2, false), [8] = new(noon.AddSeconds(1), 0, null, false) }, 100);
        var (one, id) = (PersonId.New(), Guid.NewGuid());
        Applicant Who(PersonId person, Guid? clientId = null) => new(person, clientId ?? Guid.NewGuid(), false, false, false, null);

        Assert.Equal((AppendVerdict.Appended, 11, 5), As(joins.Decide(Who(one, id), Link, noon.AddSeconds(-5))));
        Assert.Equal((AppendVerdict.Repeated, 11, 5), As(joins.Decide(Who(one, id), Link, noon)));
        Assert.Equal((AppendVerdict.Unchanged, 11, 5), As(joins.Decide(Who(one), Link, noon)));
        Assert.Equal((AppendVerdict.Appended, 12, 6), As(joins.Decide(Who(PersonId.New()), Link, noon)));
        Assert.Equal(AppendVerdict.NotPossible, joins.Decide(Who(PersonId.New()), Link, noon).Verdict);
        Assert.Equal((AppendVerdict.Appended, 13, 7), As(joins.Decide(Who(PersonId.New()), 8, noon)));
        // Time does not go back: who asks after somebody who asked at one o'clock comes after one o'clock.
        Assert.Equal(AppendVerdict.NotPossible, joins.Decide(Who(PersonId.New()), 8, noon.AddSeconds(1)).Verdict);
        Assert.Equal(AppendVerdict.NotPossible, joins.Decide(Who(PersonId.New()), 8, noon).Verdict);
        Assert.Equal(new Dictionary<long, int> { [Link] = 2, [8] = 1 }, joins.Used);

        static (AppendVerdict, long, int) As(AppendResult result) => (result.Verdict, result.Seq, result.MembersVersion);
    }

    [Fact]
    public void Whoever_was_asked_in_and_comes_by_a_link_has_accepted()
    {
        var joins = new Joins(group, new Dictionary<long, InviteState> { [Link] = new(null, 0, null, false) }, 100);
        var person = PersonId.New();

        Assert.Equal(AppendVerdict.Unchanged, joins.Decide(new(person, Guid.NewGuid(), true, true, false, null), Link, noon).Verdict);
        Assert.Equal([person], joins.Accepted);
    }
}
