using Microsoft.AspNetCore.Http;
using Stoa.Kernel;

namespace Stoa.Hosting.SignIn;

/// <summary>Who is calling, as the credential says; never as the input says.</summary>
public abstract record Actor
{
    private Actor()
    {
    }

    /// <summary>Nobody known.</summary>
    public sealed record Anonymous : Actor
    {
        public static Anonymous Instance { get; } = new();
    }

    /// <summary>A signed-in person.</summary>
    /// <param name="Session">The session the credential belongs to; ends with it.</param>
    /// <param name="ByCookie">The credential came in a cookie: unsafe calls must prove that our own page made them.</param>
    public sealed record Person(PersonId Id, Guid Session, bool ByCookie) : Actor;

    /// <summary>The operator, through the admin socket of the data directory.</summary>
    public sealed record Operator : Actor
    {
        public static Operator Instance { get; } = new();
    }
}

/// <summary>Answers whose session a token is. The People module implements it.</summary>
public interface ISessions
{
    /// <returns>The person and session, or null for a token that is unknown, ended or too old.</returns>
    ValueTask<(PersonId Person, Guid Session)?> FindAsync(string token, CancellationToken cancellationToken);
}

public static class ActorOfRequest
{
    /// <summary>The caller of this request. Set by the sign-in middleware for every request.</summary>
    public static Actor Actor(this HttpContext context) => context.Features.Get<Actor>() ?? SignIn.Actor.Anonymous.Instance;

    /// <summary>The signed-in person of a route that admits only such.</summary>
    /// <exception cref="InvalidOperationException">The route does not demand a person: a bug of the route.</exception>
    public static PersonId Person(this HttpContext context) =>
        context.Actor() is Actor.Person person ? person.Id : throw new InvalidOperationException("This route must be .For(Audience.Person).");
}
