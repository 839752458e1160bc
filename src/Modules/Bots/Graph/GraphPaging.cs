using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>Where a page of a list begins and how long it is: <c>limit</c>, <c>after</c>, <c>before</c> (messenger-platform §0).</summary>
/// <param name="After">The key that the caller stopped at; null from the beginning.</param>
internal sealed record GraphPaging(int Limit, string? After, string? Before)
{
    private const int Otherwise = 25;
    private const int Most = 100;

    /// <exception cref="GraphException">A limit that is no number from 1.</exception>
    public static GraphPaging Read(GraphCall call) => new(
        !call.Parameters["limit"].Exists ? Otherwise
        : int.TryParse(call.Parameters["limit"].TextOrNumber(9), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? Math.Min(limit, Most)
        : throw call.Parameters["limit"].Wrong("Param limit must be a whole number from 1."),
        Decode(call.Parameters["after"]), Decode(call.Parameters["before"]));

    /// <summary>The answer: the items, a cursor for each end, and the address of the next page if there is one.</summary>
    /// <param name="items">With the key of each.</param>
    public static JsonObject List(GraphCall call, IReadOnlyList<(string Key, JsonObject Item)> items, bool more)
    {
        var answer = new JsonObject { ["data"] = new JsonArray([.. items.Select(i => i.Item)]) };
        if (items.Count == 0)
        {
            return answer;
        }

        var (before, after) = (Encode(items[0].Key), Encode(items[^1].Key));
        var paging = new JsonObject { ["cursors"] = new JsonObject { ["before"] = before, ["after"] = after } };
        if (more)
        {
            // The token is the caller's to add: addresses end up in logs.
            var request = call.Http.Request;
            paging["next"] = $"{request.Scheme}://{request.Host}{request.Path}?limit={Read(call).Limit}&after={Uri.EscapeDataString(after)}";
        }

        answer["paging"] = paging;
        return answer;
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string? Decode(GraphValue cursor)
    {
        if (cursor.TextOrNumber(400) is not { Length: > 0 } text)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : throw cursor.Wrong($"Param {cursor.Path} is no cursor of this list.");
    }
}
