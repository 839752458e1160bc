using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Bots.Apps;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;

namespace Stoa.Bots.Console;

/// <summary><c>POST /api/bots</c>: a page and the bot that speaks for it, by whoever develops it. No search finds it until they say so.</summary>
internal static class CreateOwnBot
{
    /// <param name="Webhook">Where it is called; absent: it asks for its events (<c>GET /me/updates</c>) until it is connected.</param>
    public sealed record NewBot(
        string? Name = null, string? Username = null, string? Category = null, string? About = null, string? Color = null, string? Webhook = null, string? VerifyToken = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/bots", HandleAsync).ForDeveloper("createOwnBot", "Make a page and a bot that speaks for it; secret and token are shown here alone")
            .Accepts<NewBot>("application/json").ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Created<CreatedBot>> HandleAsync(HttpContext context, MakeBot bots, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.NewBot);
        var bot = await bots.MakeAsync(
            new(request.Name, request.Username, request.Webhook, request.VerifyToken, request.Category, request.About, request.Color, Polling: request.Webhook is null, Listed: false),
            context.Person(), cancellationToken);
        return TypedResults.Created($"/api/bots/{bot.AppId}", bot);
    }
}
