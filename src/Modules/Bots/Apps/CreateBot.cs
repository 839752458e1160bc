using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;

namespace Stoa.Bots.Apps;

/// <summary><c>POST /admin/bots</c>: a page and its bot, as the operator makes them.</summary>
internal static class CreateBot
{
    /// <param name="Developer">The handle of who is to see the bot in the console; nobody when it is absent.</param>
    public sealed record CreateBotRequest(
        string? Name = null, string? Username = null, string? Webhook = null, string? VerifyToken = null,
        string? Category = null, string? About = null, string? Color = null, bool Verified = false, bool RequireProof = false, bool Join = false, bool Polling = false,
        string? Developer = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/admin/bots", HandleAsync).For(Audience.Operator)
            .WithName("createBot").WithTags("Operator").WithSummary("Make a page and the bot that speaks for it").Accepts<CreateBotRequest>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Created<CreatedBot>> HandleAsync(HttpContext context, MakeBot bots, IPeople people, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.CreateBotRequest);
        PersonId? developer = request.Developer is { } handle
            ? (await people.FindByHandleAsync(handle, cancellationToken))?.Id ?? throw new ProblemException(Problem.NotFound("person_not_found", "developer"))
            : null;
        var bot = await bots.MakeAsync(
            new(request.Name, request.Username, request.Webhook, request.VerifyToken, request.Category, request.About, request.Color,
                request.Verified, request.RequireProof, request.Join, request.Polling),
            developer, cancellationToken);
        return TypedResults.Created($"/api/pages/{request.Username}", bot);
    }
}
