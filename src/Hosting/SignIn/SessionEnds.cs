namespace Stoa.Hosting.SignIn;

/// <summary>Tells whoever holds something open for a session that it has ended.</summary>
/// <remarks>People tells, at once for sessions ended here and within a second for those ended on another node; the live gateway listens.
/// The same session may be told of more than once.</remarks>
public sealed class SessionEnds
{
    public event Action<Guid>? Ended;

    public void Tell(Guid session) => Ended?.Invoke(session);
}
