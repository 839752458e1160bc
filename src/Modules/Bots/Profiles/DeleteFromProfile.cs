using System.Text.Json;
using Stoa.Bots.Graph;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Profiles;

/// <summary><c>DELETE /me/messenger_profile</c> with <c>fields</c>: removes properties.</summary>
internal static class DeleteFromProfile
{
    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var fields = call.Request.NamesIn("fields") ?? throw new GraphException(GraphError.Parameter("The parameter fields is required", path: "fields"));
        return ChangeProfile.StoreAsync(call, fields.Intersect(MessengerProfile.Properties).ToDictionary(f => f, _ => (JsonElement?)null), cancellationToken);
    }
}
