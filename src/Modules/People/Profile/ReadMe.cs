using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.People.Profile;

/// <summary>Oneself, as only oneself sees it.</summary>
internal sealed record Me(PersonId Id, string Handle, string Name, string Locale, bool Demo)
{
    public static Me Of(PersonCard card) => new(card.Id, card.Handle, card.Name, card.Locale, card.Demo);
}

/// <summary><c>GET /api/me</c></summary>
internal static class ReadMe
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/me", HandleAsync).For(Audience.Person)
            .WithName("readMe").WithTags("People").WithSummary("Who I am").ProducesProblem(StatusCodes.Status401Unauthorized);

    private static async Task<Ok<Me>> HandleAsync(HttpContext context, IPeople people, CancellationToken cancellationToken)
    {
        var me = context.Person();
        var found = await people.FindAsync([me], cancellationToken);
        return TypedResults.Ok(Me.Of(found[me]));
    }
}
