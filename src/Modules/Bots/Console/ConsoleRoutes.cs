using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;

namespace Stoa.Bots.Console;

/// <summary>What a developer does with their bots: <c>/api/bots</c> (docs/protocol/console.md).</summary>
internal static class ConsoleRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        CreateOwnBot.Map(routes);
        ReadBots.Map(routes);
        ChangeBot.Map(routes);
        ConnectWebhook.Map(routes);
        ManageTokens.Map(routes);
        ReadDeliveries.Map(routes);
        ReadActivity.Map(routes);
        ResendDeliveries.Map(routes);
    }

    public static RouteHandlerBuilder ForDeveloper(this RouteHandlerBuilder route, string name, string summary) =>
        route.For(Audience.Person).WithName(name).WithTags("Developers").WithSummary(summary)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
}
