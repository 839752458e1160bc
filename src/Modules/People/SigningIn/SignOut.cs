using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.SignIn;

namespace Stoa.People.SigningIn;

/// <summary><c>DELETE /api/sessions/current</c></summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/sessions/current", HandleAsync).For(Audience.Person)
            .WithName("signOut").WithTags("People").WithSummary("End this session and its live sockets").ProducesProblem(StatusCodes.Status401Unauthorized);

    private static async Task<NoContent> HandleAsync(HttpContext context, SessionStore sessions)
    {
        if (context.Actor() is Actor.Person person)
        {
            // Not cancelled by the caller going away: who signs out and closes the page is signed out.
            await sessions.EndAsync(person.Session, CancellationToken.None);
            if (person.ByCookie)
            {
                SessionToken.Take(context);
            }
        }

        return TypedResults.NoContent();
    }
}
