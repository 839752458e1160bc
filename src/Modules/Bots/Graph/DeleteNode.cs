using System.Text.Json.Nodes;
using Stoa.Bots.Labels;
using Stoa.Bots.Personas;

namespace Stoa.Bots.Graph;

/// <summary><c>DELETE /{id}</c>: of what a page may delete by its id alone.</summary>
internal static class DeleteNode
{
    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        if (call.Caller.Page is not { } page
            || !(await PersonaCalls.TryDeleteAsync(call, page, cancellationToken) || await LabelCalls.TryDeleteAsync(call, page, cancellationToken)))
        {
            throw call.Unsupported();
        }

        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }
}
