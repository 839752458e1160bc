using System.Text.Json.Nodes;
using Stoa.Bots.Graph;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Sending;

/// <summary><c>GET /page_message_tags</c>: the tags that a send may carry.</summary>
internal static class ReadTags
{
    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken) => call.AnswerAsync(new JsonObject
    {
        ["data"] = new JsonArray([.. SendRequest.Tags.Select(tag => new JsonObject { ["tag"] = tag.Tag, ["description"] = tag.Description })]),
    });
}
