using System.Text.Json;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads.Messages;

namespace Stoa.Threads.Membership;

/// <summary>What a group is to become: checked, and compared with what it is.</summary>
internal sealed record GroupWish
{
    public const int TitleMax = 100;
    public const int AboutMax = 500;

    private GroupWish(ChangeGroup.ChangeGroupRequest request) => this.request = request;

    private readonly ChangeGroup.ChangeGroupRequest request;
    private string? title;
    private string? about;
    private bool? historyShown;

    public Guid ClientId => request.ClientId;

    /// <summary>The picture to use; null when it stays or goes.</summary>
    public MediaId? Picture { get; private set; }

    /// <exception cref="ProblemException"><c>invalid_request</c>.</exception>
    public static GroupWish Of(ChangeGroup.ChangeGroupRequest request)
    {
        var wish = new GroupWish(request);
        wish.title = Read(request.Title) is { } title ? CleanTitle(title) : null;
        wish.about = Read(request.About) is { Length: > 0 } about ? CleanAbout(about) : null;
        wish.Picture = Read(request.Picture) is not { } id ? null : MediaId.TryParse(id, null, out var picture) ? picture : throw Wrong("'picture' is no id.", "Send the id of an uploaded image, or null.");
        wish.historyShown = request.History switch
        {
            null => null,
            "all" => true,
            "from_join" => false,
            _ => throw Wrong("'history' is 'all' or 'from_join'.", "Send one of them."),
        };
        return wish;
    }

    /// <exception cref="ProblemException"><c>invalid_request</c>.</exception>
    public static string CleanTitle(string text) =>
        MessageText.TryClean(text, out var title) is null && title.Length <= TitleMax && !title.AsSpan().ContainsAny('\n', '\t')
            ? title
            : throw Wrong($"The title is not one line of 1 to {TitleMax} characters.", "Shorten it.");

    public static string NameOfHistory(bool shown) => shown ? "all" : "from_join";

    public GroupRow AppliedTo(GroupRow group) => group with
    {
        Title = Given(request.Title) ? title : group.Title,
        About = Given(request.About) ? about : group.About,
        Picture = Given(request.Picture) ? Picture : group.Picture,
        Announcements = request.AnnouncementsOnly ?? group.Announcements,
        HistoryShown = historyShown ?? group.HistoryShown,
        MembersMayAdd = request.MembersMayAdd ?? group.MembersMayAdd,
    };

    /// <summary>The members of the request that make a difference, in the order in which the protocol lists them.</summary>
    public IReadOnlyList<string> ChangesOf(GroupRow group)
    {
        var now = AppliedTo(group);
        (string Name, bool Differs)[] all =
        [
            ("title", now.Title != group.Title), ("about", now.About != group.About), ("picture", now.Picture != group.Picture),
            ("announcementsOnly", now.Announcements != group.Announcements), ("history", now.HistoryShown != group.HistoryShown),
            ("membersMayAdd", now.MembersMayAdd != group.MembersMayAdd),
        ];
        return [.. all.Where(one => one.Differs).Select(one => one.Name)];
    }

    private static string CleanAbout(string text) =>
        MessageText.TryClean(text, out var about) is null && about.Length <= AboutMax ? about : throw Wrong($"'about' has at most {AboutMax} characters.", "Shorten it.");

    private static bool Given(JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    private static string? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => element.GetString(),
        _ => throw Wrong("'title', 'about' and 'picture' are strings or null.", "Correct the request."),
    };

    private static ProblemException Wrong(string detail, string fix) => new(Problem.Invalid("invalid_request", detail, fix));
}
