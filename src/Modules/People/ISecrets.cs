using Stoa.Kernel;

namespace Stoa.People;

/// <summary>Secrets of people, for modules that keep some of their own: hashed as passwords are, and as few at once.</summary>
public interface ISecrets
{
    /// <summary>As it is to be stored.</summary>
    /// <exception cref="Hosting.Problems.ProblemException">503 <c>busy</c>.</exception>
    Task<string> HashAsync(string secret, CancellationToken cancellationToken);

    /// <summary>Whether it is the one that was stored. Whoever asks counts the tries.</summary>
    /// <exception cref="Hosting.Problems.ProblemException">503 <c>busy</c>.</exception>
    Task<bool> VerifyAsync(string? stored, string secret, CancellationToken cancellationToken);

    /// <summary>Whether this is the person's password. One of the demo world has none, and needs none. Tries are counted together with those of signing in.</summary>
    /// <exception cref="Hosting.Problems.ProblemException">429 <c>too_many_requests</c>, 503 <c>busy</c>.</exception>
    Task<bool> IsPasswordAsync(PersonId person, string? password, CancellationToken cancellationToken);
}
