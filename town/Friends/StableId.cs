using System.Security.Cryptography;
using System.Text;

namespace Stoa.Town.Friends;

/// <summary>
/// Client ids made of what a message answers, so that sending it twice makes one message even after a restart.
/// All of them begin alike: by that the simulation knows its own words from those a person typed on another device.
/// </summary>
internal static class StableId
{
    private const string Mark = "70770000";

    public static Guid Of(params ReadOnlySpan<string> words)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', words))));
        // Version 8, variant 10: a UUID whose content is the maker's own (RFC 9562).
        return Guid.ParseExact($"{Mark}{hash[..4]}8{hash[4..7]}a{hash[7..22]}", "N");
    }

    public static bool IsOurs(string? clientId) => clientId is not null && clientId.StartsWith(Mark, StringComparison.OrdinalIgnoreCase);
}
