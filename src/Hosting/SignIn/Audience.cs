using Microsoft.AspNetCore.Builder;

namespace Stoa.Hosting.SignIn;

/// <summary>Whom a route admits. Every route names one; a route without is refused at start.</summary>
public enum Audience
{
    /// <summary>Everybody, signed in or not.</summary>
    Anyone,

    /// <summary>A signed-in person; others get 401 <c>not_signed_in</c>, a cookie without the <c>Stoa-Client</c> header 403 <c>client_header_missing</c>.</summary>
    Person,

    /// <summary>A bot with its token, which the route itself checks and answers for in the Messenger dialect.</summary>
    Bot,

    /// <summary>The operator at the admin socket; elsewhere 404.</summary>
    Operator,
}

/// <summary>Marks a route with its <see cref="Audience"/>; the sign-in middleware enforces it.</summary>
public sealed record AudienceMetadata(Audience Audience);

public static class AudienceOfRoute
{
    public static TBuilder For<TBuilder>(this TBuilder route, Audience audience) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AudienceMetadata(audience));
}
