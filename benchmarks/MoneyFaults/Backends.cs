using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Sessions of the database that outlive the nodes: a new one costs the server more than all that a node asks of it. Nothing here leaves anything in a session.</summary>
/// <param name="database">The Unix socket of the server.</param>
internal sealed class Backends(EndPoint database) : IDisposable
{
    private readonly ConcurrentBag<Socket> idle = [];
    private byte[]? greeting;

    /// <returns>A session that is signed in, with what the server said at its beginning; or a fresh one, whose client has to sign in.</returns>
    public async Task<(Socket Session, byte[]? Greeting)> TakeAsync()
    {
        if (greeting is not null && idle.TryTake(out var known))
        {
            return (known, greeting);
        }

        var fresh = new Socket(database.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await fresh.ConnectAsync(database);
        return (fresh, null);
    }

    /// <summary>Idle, and outside of a transaction.</summary>
    public void GiveBack(Socket session) => idle.Add(session);

    /// <summary>Keeps what the server said to a client that has signed in: its parameters and that it is ready.</summary>
    public void Remember(ReadOnlySpan<byte> said)
    {
        // "You are in", in the place of the questions of signing in.
        List<byte> kept = [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 0];
        while (said.Length >= 5)
        {
            var length = 1 + BinaryPrimitives.ReadInt32BigEndian(said[1..]);
            if ((char)said[0] is 'S' or 'K' or 'Z')
            {
                kept.AddRange(said[..length]);
            }

            said = said[length..];
        }

        greeting = [.. kept];
    }

    public void Dispose()
    {
        foreach (var session in idle)
        {
            session.Dispose();
        }
    }
}
