using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Stoa.Threads.Tests;

/// <summary>A road to the database that loses answers: what was asked is done, and the connection ends before anybody hears.</summary>
internal sealed class LossyDatabase : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly string socketPath;
    private readonly Task accepting;
    private int toLose;
    private volatile bool atCommit;

    public LossyDatabase(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        socketPath = Path.Combine(target.Host!, $".s.PGSQL.{target.Port}");
        listener.Start();
        target.Host = "127.0.0.1";
        target.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        target.SslMode = SslMode.Disable;
        ConnectionString = target.ConnectionString;
        accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>How many answers were lost so far.</summary>
    public int Lost { get; private set; }

    /// <summary>Loses the answers to the next questions that change something in the log.</summary>
    /// <param name="commits">Those to the commits that follow such a question on its connection, in place of its own.</param>
    public void LoseNext(int answers, bool commits = false)
    {
        atCommit = commits;
        Volatile.Write(ref toLose, answers);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(stopping.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), stopping.Token);
                var (losing, marked) = (false, false);
                var up = PumpAsync(client, server, asked =>
                {
                    // "marker": the text that every message of the test has in its body.
                    // The second try of a change finds what the first has done, and says nothing of it but the look.
                    marked |= asked.IndexOf("marked"u8) >= 0 || (atCommit && asked.IndexOf("threads.events l where"u8) >= 0);
                    if (marked && (!atCommit || asked.IndexOf("COMMIT"u8) >= 0) && Volatile.Read(ref toLose) > 0)
                    {
                        Interlocked.Decrement(ref toLose);
                        losing = true;
                    }

                    marked &= atCommit;

                    return Verdict.Pass;
                });
                // ReadyForQuery ends an answer: by then the commit has happened.
                var down = PumpAsync(server, client, answer => !losing ? Verdict.Pass : answer.EndsWith("Z\0\0\0\u0005I"u8) ? Verdict.Cut : Verdict.Swallow);
                await Task.WhenAny(up, down);
                if (losing)
                {
                    Lost++;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<ReadOnlySpan<byte>, Verdict> judge)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, stopping.Token) is > 0 and var count)
        {
            switch (judge(buffer.AsSpan(0, count)))
            {
                case Verdict.Cut:
                    return;
                case Verdict.Pass:
                    await to.SendAsync(buffer.AsMemory(0, count), stopping.Token);
                    break;
            }
        }
    }

    private enum Verdict
    {
        Pass,
        Swallow,
        Cut,
    }
}
