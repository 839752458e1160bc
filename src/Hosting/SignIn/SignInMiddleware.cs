using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Hosting.SignIn;

public static class StoaSignIn
{
    /// <summary>The session's cookie. The prefix makes browsers insist on Secure, Path=/ and no Domain.</summary>
    public const string CookieName = "__Host-stoa";

    /// <summary>The header that a page of another origin cannot send; any value.</summary>
    public const string ClientHeader = "Stoa-Client";

    public static IServiceCollection AddStoaSignIn(this IServiceCollection services)
    {
        services.TryAddSingleton<SessionEnds>();
        services.TryAddSingleton<AllowedOrigins>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EveryRouteNamesItsAudience>());
        return services;
    }

    /// <summary>Resolves the caller and enforces each route's <see cref="Audience"/>. Place after <c>UseRouting</c>, before the endpoints.</summary>
    /// <param name="between">Middleware that must know the caller and see also those who are refused: rate limits.</param>
    public static IApplicationBuilder UseStoaSignIn(this IApplicationBuilder app, Action<IApplicationBuilder>? between = null)
    {
        app.UseMiddleware<SignInMiddleware>();
        between?.Invoke(app);
        return app.UseMiddleware<RefusalMiddleware>();
    }
}

/// <summary>The one place that turns a credential into an <see cref="Actor"/>.</summary>
internal sealed class SignInMiddleware(RequestDelegate next, ISessions sessions)
{
    private static readonly Problem notSignedIn = new(
        StatusCodes.Status401Unauthorized, "not_signed_in", "Find out who is calling",
        "The call carries no token, or one that is unknown, ended or too old.", "Sign in with POST /api/sessions and send the token as 'Authorization: Bearer'.");

    private static readonly Problem clientHeaderMissing = new(
        StatusCodes.Status403Forbidden, "client_header_missing", "Check that our own page made this call",
        "A call that changes something and relies on the cookie must carry the header Stoa-Client.", "Send 'Stoa-Client: <name of your client>', or a bearer token.");

    public Task InvokeAsync(HttpContext context)
    {
        var audience = context.GetEndpoint()?.Metadata.GetMetadata<AudienceMetadata>()?.Audience;
        if (audience is Audience.Operator || context.IsAdminSocket())
        {
            AdmitOperator(context, audience);
            return next(context);
        }

        // A bot's token is no session's, and what has no route has no use for a caller.
        if (audience is null or Audience.Bot)
        {
            return next(context);
        }

        var (token, byCookie) = ReadToken(context.Request);
        if (token is null)
        {
            Admit(context, audience.Value, null, byCookie);
            return next(context);
        }

        // A busy client's session is remembered: then there is nothing to wait for.
        var finding = sessions.FindAsync(token, CancellationToken.None);
        if (!finding.IsCompletedSuccessfully)
        {
            return FindThenGoOnAsync(context, audience.Value, finding, byCookie);
        }

        Admit(context, audience.Value, finding.Result, byCookie);
        return next(context);
    }

    private async Task FindThenGoOnAsync(HttpContext context, Audience audience, ValueTask<(PersonId Person, Guid Session)?> finding, bool byCookie)
    {
        Admit(context, audience, await finding, byCookie);
        await next(context);
    }

    private static void Admit(HttpContext context, Audience audience, (PersonId Person, Guid Session)? session, bool byCookie)
    {
        if (session is { } found)
        {
            if (byCookie && !IsSafe(context.Request.Method) && !context.Request.Headers.ContainsKey(StoaSignIn.ClientHeader))
            {
                if (audience is Audience.Person)
                {
                    context.Features.Set(new Refusal(clientHeaderMissing));
                }
            }
            else
            {
                context.Features.Set<Actor>(new Actor.Person(found.Person, found.Session, byCookie));
            }
        }
        else if (audience is Audience.Person)
        {
            context.Features.Set(new Refusal(notSignedIn));
        }
    }

    private static void AdmitOperator(HttpContext context, Audience? audience)
    {
        if (!context.IsAdminSocket())
        {
            context.Features.Set(new Refusal(Problem.NotFound("not_found", "address")));
            return;
        }

        context.Features.Set<Actor>(Actor.Operator.Instance);
        // At the admin socket the operator is nobody's person: routes for people have nothing to show there.
        if (audience is Audience.Person)
        {
            context.Features.Set(new Refusal(notSignedIn));
        }
    }

    /// <summary>The header wins over the cookie. A token in the query is never read: addresses end up in logs.</summary>
    private static (string? Token, bool ByCookie) ReadToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        if (request.Headers.Authorization is [{ } authorization])
        {
            return (authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null, false);
        }

        return (request.Cookies[StoaSignIn.CookieName], true);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}

/// <summary>Why this caller is not admitted to this route.</summary>
internal sealed record Refusal(Problem Problem);

/// <summary>Answers those who are not admitted.</summary>
internal sealed class RefusalMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Refusal>() is not { Problem: var problem })
        {
            return next(context);
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return problem.AsResult().ExecuteAsync(context);
    }
}
