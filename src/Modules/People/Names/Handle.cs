using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Stoa.People.Names;

/// <summary>What a person is called by: <c>[a-z0-9_.]{3,32}</c>, whatever case it is typed in.</summary>
internal static partial class Handle
{
    // Words that would let a person speak for the house or take the place of an address.
    private static readonly FrozenSet<string> reserved = new[]
    {
        "admin", "administrator", "operator", "moderator", "root", "system", "support", "help", "helpdesk", "security", "official", "staff", "team",
        "service", "stoa", "messenger", "postmaster", "webmaster", "abuse", "billing", "payments", "wallet", "bank", "refund", "verified",
        "me", "api", "live", "health", "openapi", "page", "pages", "people", "everyone", "here", "channel", "null", "undefined", "anonymous", "nobody",
    }.Select(Skeleton).ToFrozenSet(StringComparer.Ordinal);

    /// <returns>False for anything that no handle can be.</returns>
    public static bool TryFold(string text, out string handle)
    {
        // ASCII before folding: the Kelvin sign, for one, would fold to a k.
        handle = Ascii.IsValid(text) ? text.ToLowerInvariant() : "";
        return Shape().IsMatch(handle) && (handle.AsSpan().ContainsAnyInRange('a', 'z') || handle.AsSpan().ContainsAnyInRange('0', '9'));
    }

    /// <summary>Reserved words, also as they look at a glance: <c>adm1n</c>, <c>st0a</c>, <c>s.u.p.p.o.r.t</c>.</summary>
    public static bool IsReserved(string folded) => reserved.Contains(Skeleton(folded));

    private static string Skeleton(string handle) => handle
        .Replace(".", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
        .Replace("rn", "m", StringComparison.Ordinal).Replace("vv", "w", StringComparison.Ordinal)
        .Replace('0', 'o').Replace('1', 'l').Replace('i', 'l').Replace('3', 'e').Replace('5', 's');

    [GeneratedRegex("^[a-z0-9_.]{3,32}$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
