namespace Stoa.Hosting.Live;

/// <summary>Why the server closes a socket (docs/protocol/live.md).</summary>
internal readonly record struct LiveClose(int Code, string Reason)
{
    public static readonly LiveClose Silent = new(1000, "silent for too long");
    public static readonly LiveClose Stopping = new(1001, "the server stops");
    public static readonly LiveClose Malformed = new(4000, "malformed or oversized frame");
    public static readonly LiveClose NotSignedIn = new(4001, "not signed in, or the session has ended");
    public static readonly LiveClose NoHello = new(4002, "no hello in time");
    public static readonly LiveClose OriginRefused = new(4003, "origin refused");
    public static readonly LiveClose TooSlow = new(4008, "too slow to read");
    public static readonly LiveClose TooMany = new(4009, "too many frames or devices");
}
