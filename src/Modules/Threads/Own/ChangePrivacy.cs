using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Threads.Live;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary><c>GET</c> and <c>PUT /api/me/privacy</c>: what is left out stays as it is.</summary>
internal static class ChangePrivacy
{
    public sealed record PrivacyRequest(bool? ShowPresence = null, bool? ShowRead = null, bool? RequestsFromStrangers = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/me/privacy", ReadAsync).For(Audience.Person)
            .WithName("readPrivacy").WithTags("People").WithSummary("What I let others see").Produces<PrivacyView>();
        routes.MapPut("/api/me/privacy", ChangeAsync).For(Audience.Person)
            .WithName("changePrivacy").WithTags("People").WithSummary("Change what I let others see").Accepts<PrivacyRequest>("application/json")
            .Produces<PrivacyView>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, Privacy privacy, CancellationToken cancellationToken) =>
        TypedResults.Json(await privacy.FindAsync(context.Person(), cancellationToken), ThreadsJson.Default.PrivacyView);

    private static async Task<IResult> ChangeAsync(HttpContext context, Privacy privacy, Presence presence, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.PrivacyRequest);
        var me = context.Person();
        var before = await privacy.FindAsync(me, cancellationToken);
        var now = await privacy.ChangeAsync(me, request.ShowPresence, request.ShowRead, request.RequestsFromStrangers, cancellationToken);
        if (now.ShowPresence != before.ShowPresence)
        {
            await presence.SwitchedAsync(me, now.ShowPresence, CancellationToken.None);
        }

        return TypedResults.Json(now, ThreadsJson.Default.PrivacyView);
    }
}
