using System.Net.Sockets;

namespace Stoa.Bench.MoneyFaults;

/// <summary>One connection of a node. When it is cut, the server does as it does by itself: what it was asked it carries out, an open transaction it rolls back.</summary>
internal sealed class FaultyLine(Socket client, FaultyWire wire)
{
    private static readonly byte[] rollback = [(byte)'Q', 0, 0, 0, 29, .. "ROLLBACK; DEALLOCATE ALL\0"u8];

    private readonly Lock gate = new();
    private readonly Frames up = new(startsUntyped: true);
    private readonly Frames down = new(startsUntyped: false);
    private Socket? session;
    private bool signedIn;
    private bool gone;
    private bool goesAfterAnswer;
    private bool rollsBack;
    private bool isTorn;
    // Answers that the server owes.
    private int owed;

    /// <summary>The client's end is closed; what it asked last is answered to nobody.</summary>
    public void Hangup()
    {
        client.Dispose();
        lock (gate)
        {
            if (gone)
            {
                return;
            }

            gone = true;
            if (!signedIn || isTorn)
            {
                session?.Dispose();
            }
            else if (owed == 0)
            {
                RollBack();
            }
        }
    }

    public async Task RunAsync(Backends backends)
    {
        (session, var greeting) = await backends.TakeAsync();
        if (greeting is null)
        {
            owed = 1;
        }
        else
        {
            var start = new byte[4096];
            up.Feed(start.AsSpan(0, await client.ReceiveAsync(start)));
            signedIn = true;
            await client.SendAsync(greeting);
        }

        var asking = UpAsync(session);
        var clean = await DownAsync(session, backends);
        Hangup();
        await asking;
        if (clean)
        {
            backends.GiveBack(session);
        }
        else
        {
            session.Dispose();
        }
    }

    private async Task UpAsync(Socket server)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await client.ReceiveAsync(buffer) is var read and > 0)
            {
                up.Feed(buffer.AsSpan(0, read));
                var cut = up.Questions > 0 && signedIn ? wire.Take(up.Commits) : Cut.None;
                if (cut == Cut.BeforeEffect || up.Ends)
                {
                    break;
                }

                lock (gate)
                {
                    if (gone)
                    {
                        break;
                    }

                    owed += up.Questions;
                    isTorn = signedIn && (up.Questions == 0 || !up.AtBoundary);
                    goesAfterAnswer = cut == Cut.AfterEffect;
                    server.Send(buffer.AsSpan(0, read));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut, by us or by the client.
        }

        Hangup();
    }

    /// <returns>Whether the session can be given to another client.</returns>
    private async Task<bool> DownAsync(Socket server, Backends backends)
    {
        var (buffer, said) = (new byte[64 * 1024], new List<byte>());
        try
        {
            while (await server.ReceiveAsync(buffer) is var read and > 0)
            {
                down.Feed(buffer.AsSpan(0, read));
                if (!signedIn)
                {
                    said.AddRange(buffer.AsSpan(0, read));
                    if (down.Answers > 0)
                    {
                        backends.Remember([.. said]);
                        signedIn = true;
                    }
                }

                bool hangsUp;
                lock (gate)
                {
                    owed -= down.Answers;
                    if (gone && owed == 0 && down.Answers > 0)
                    {
                        if (rollsBack)
                        {
                            return down.Session == 'I';
                        }

                        RollBack();
                    }

                    if (gone)
                    {
                        continue;
                    }

                    hangsUp = goesAfterAnswer && owed == 0;
                }

                if (hangsUp)
                {
                    Hangup();
                }
                else if (!goesAfterAnswer)
                {
                    await AnswerAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server ended the session.
        }

        return false;
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> answer)
    {
        try
        {
            while (!answer.IsEmpty)
            {
                answer = answer[await client.SendAsync(answer)..];
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nobody is there any more; whoever reads from the client hangs up.
        }
    }

    private void RollBack()
    {
        (rollsBack, owed) = (true, owed + 1);
        session?.Send(rollback);
    }
}
