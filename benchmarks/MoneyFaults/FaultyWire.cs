using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Where the connection of a question is cut.</summary>
internal enum Cut
{
    None,

    /// <summary>The question never arrives.</summary>
    BeforeEffect,

    /// <summary>It is carried out, and its answer never arrives. An open transaction is rolled back with the connection.</summary>
    AfterEffect,

    /// <summary>The same at the next COMMIT: it is committed, and whoever asked cannot know.</summary>
    AtCommit,
}

/// <summary>The way from one node to its database: bytes pass until a connection is cut on purpose, or all of them for good when the node dies.</summary>
/// <remarks>
/// What is cut is the node's real socket, so the driver and everything above it meet what they would meet. Nodes come and go by the thousand and wires are
/// used again, since what Dapper makes of each statement it makes again for each new address.
/// </remarks>
internal sealed class FaultyWire : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Backends backends;
    private readonly ConcurrentDictionary<FaultyLine, byte> lines = new();
    private int armed;
    private volatile bool severed;

    public FaultyWire(Backends backends)
    {
        this.backends = backends;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)(listener.LocalEndPoint ?? throw new InvalidOperationException("It is bound."))).Port;

    /// <summary>Cuts the connection of the next question, or COMMIT. <see cref="Cut.None"/> takes back what has not happened.</summary>
    public void Arm(Cut cut) => Interlocked.Exchange(ref armed, (int)cut);

    /// <summary>Another node begins with it.</summary>
    public FaultyWire Revive()
    {
        Arm(Cut.None);
        severed = false;
        return this;
    }

    /// <summary>Cuts all connections and takes no more: what is left of a dead node reaches nothing.</summary>
    public void Sever()
    {
        severed = true;
        foreach (var line in lines.Keys)
        {
            line.Hangup();
        }
    }

    public void Dispose()
    {
        Sever();
        listener.Dispose();
    }

    /// <summary>What befalls a question.</summary>
    internal Cut Take(bool commits)
    {
        var cut = (Cut)Volatile.Read(ref armed);
        if (cut == Cut.None || (cut == Cut.AtCommit && !commits))
        {
            return Cut.None;
        }

        Arm(Cut.None);
        return cut == Cut.AtCommit ? Cut.AfterEffect : cut;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The stage is closed.
        }
    }

    private async Task PassAsync(Socket client)
    {
        client.NoDelay = true;
        var line = new FaultyLine(client, this);
        lines[line] = 0;
        try
        {
            if (severed)
            {
                line.Hangup();
            }
            else
            {
                await line.RunAsync(backends);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // As any connection that cannot be made.
        }
        finally
        {
            lines.TryRemove(line, out _);
        }
    }
}
