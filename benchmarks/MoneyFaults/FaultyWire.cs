using System.Buffers.Binary;
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
/// <remarks>What is cut is a real socket, so the driver and everything above it meet what they would meet.</remarks>
internal sealed class FaultyWire : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly EndPoint database;
    private readonly ConcurrentDictionary<Line, byte> lines = new();
    private int armed;
    private volatile bool severed;

    /// <param name="database">The Unix socket of the server.</param>
    public FaultyWire(EndPoint database)
    {
        this.database = database;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)(listener.LocalEndPoint ?? throw new InvalidOperationException("It is bound."))).Port;

    /// <summary>Cuts the connection of the next question, or COMMIT. <see cref="Cut.None"/> takes back what has not happened.</summary>
    public void Arm(Cut cut) => Interlocked.Exchange(ref armed, (int)cut);

    /// <summary>Cuts all connections and takes no more: what is left of a dead node reaches nothing.</summary>
    public void Sever()
    {
        severed = true;
        listener.Dispose();
        foreach (var line in lines.Keys)
        {
            line.Close();
        }
    }

    public void Dispose() => Sever();

    private Cut Take(bool commits)
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
            while (!severed)
            {
                _ = PassAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The node is dead.
        }
    }

    private async Task PassAsync(Socket client)
    {
        var server = new Socket(database.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        var line = new Line(client, server, this);
        lines[line] = 0;
        try
        {
            client.NoDelay = true;
            await server.ConnectAsync(database);
            if (!severed)
            {
                await Task.WhenAny(line.UpAsync(), line.DownAsync());
            }
        }
        catch (SocketException)
        {
            // As any connection that cannot be made.
        }
        finally
        {
            line.Close();
            lines.TryRemove(line, out _);
        }
    }

    private sealed class Line(Socket client, Socket server, FaultyWire wire)
    {
        // Answers that the server owes: one to the start, one to each question.
        private int owed = 1;
        private volatile bool swallows;

        public void Close()
        {
            client.Dispose();
            server.Dispose();
        }

        public Task UpAsync() => PassAsync(client, server, new Frames(startsUntyped: true), (frames, _) =>
        {
            if (frames.Questions == 0)
            {
                return true;
            }

            var cut = wire.Take(frames.Commits);
            if (cut == Cut.BeforeEffect)
            {
                return false;
            }

            Interlocked.Add(ref owed, frames.Questions);
            swallows |= cut == Cut.AfterEffect;
            return true;
        });

        public Task DownAsync() => PassAsync(server, client, new Frames(startsUntyped: false), (frames, holdBack) =>
        {
            var left = Interlocked.Add(ref owed, -frames.Answers);
            holdBack.Value = swallows;
            return !swallows || left > 0;
        });

        private static async Task PassAsync(Socket from, Socket to, Frames frames, Func<Frames, StrongBox, bool> goesOn)
        {
            var (buffer, holdBack) = (new byte[64 * 1024], new StrongBox());
            try
            {
                while (await from.ReceiveAsync(buffer) is var read and > 0)
                {
                    frames.Feed(buffer.AsSpan(0, read));
                    if (!goesOn(frames, holdBack))
                    {
                        return;
                    }

                    for (var sent = 0; !holdBack.Value && sent < read;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Cut, by us or by either side.
            }
        }

        private sealed class StrongBox
        {
            public bool Value { get; set; }
        }
    }

    /// <summary>Reads PostgreSQL's frames as they come by: a type, a length, and what it holds.</summary>
    internal sealed class Frames(bool startsUntyped)
    {
        private const int HeadMax = 6;
        private readonly byte[] header = new byte[5];
        private readonly byte[] head = new byte[HeadMax];
        private bool untyped = startsUntyped;
        private int headerRead;
        private int headRead;
        private int left = -1;

        /// <summary>Of the last feed: what asks for an answer of its own.</summary>
        public int Questions { get; private set; }

        /// <summary>Of the last feed: "ready for the next".</summary>
        public int Answers { get; private set; }

        public bool Commits { get; private set; }

        public void Feed(ReadOnlySpan<byte> bytes)
        {
            (Questions, Answers, Commits) = (0, 0, false);
            while (bytes.Length > 0 || left == 0)
            {
                if (left < 0)
                {
                    var needed = untyped ? 4 : 5;
                    var taken = Math.Min(needed - headerRead, bytes.Length);
                    bytes[..taken].CopyTo(header.AsSpan(headerRead));
                    headerRead += taken;
                    bytes = bytes[taken..];
                    if (headerRead < needed)
                    {
                        return;
                    }

                    (left, headRead) = (BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(needed - 4)) - 4, 0);
                }

                var body = Math.Min(left, bytes.Length);
                var seen = Math.Min(HeadMax - headRead, body);
                bytes[..seen].CopyTo(head.AsSpan(headRead));
                (headRead, left) = (headRead + seen, left - body);
                bytes = bytes[body..];
                if (left == 0)
                {
                    End();
                }
                else if (bytes.Length == 0)
                {
                    return;
                }
            }
        }

        private void End()
        {
            if (!untyped)
            {
                var type = (char)header[0];
                Questions += type is 'Q' or 'S' or 'F' ? 1 : 0;
                Answers += type == 'Z' ? 1 : 0;
                Commits |= type == 'Q' && head.AsSpan(0, headRead).SequenceEqual("COMMIT"u8);
            }

            (untyped, headerRead, left) = (false, 0, -1);
        }
    }
}
