using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Stoa.Bench.Load;
using Stoa.Kernel;

namespace Stoa.Bench.Faults;

/// <summary>A device that comes back whenever it is cut off, resumes where it was, and fetches what is announced as a gap. Keeps account of what it is told.</summary>
/// <param name="servers">Tried in turn, from the first, whenever it is cut off.</param>
internal sealed class FaultyReceiver(IReadOnlyList<IPEndPoint> servers, string token, IReadOnlyList<ThreadId> threads)
{
    private static readonly TimeSpan againAfter = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Dictionary<ThreadId, Account> accounts = threads.ToDictionary(thread => thread, _ => new Account());

    public int Reconnects { get; private set; }

    public int Gaps { get; private set; }

    public int Doubled => accounts.Values.Sum(account => account.Doubled);

    public int OutOfOrder => accounts.Values.Sum(account => account.OutOfOrder);

    private IPEndPoint Server => servers[Reconnects % servers.Count];

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await LiveClient.ConnectAsync(Server, token, cancellationToken, ResumeFrom());
                while (true)
                {
                    await HearAsync(JsonElement.Parse((await client.ReceiveAsync(cancellationToken)).Span), cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                Reconnects++;
                await Task.Delay(againAfter, CancellationToken.None);
            }
        }
    }

    public bool HasSeen(StoredLog log)
    {
        lock (gate)
        {
            return accounts.All(one => one.Value.Last >= log.LastOf(one.Key));
        }
    }

    /// <summary>Stored events of the threads that never came, neither live nor when a gap was fetched.</summary>
    public long CountLost(StoredLog log)
    {
        lock (gate)
        {
            return accounts.Sum(one => one.Value.CountLost(log.LastOf(one.Key)));
        }
    }

    private string ResumeFrom()
    {
        lock (gate)
        {
            return JsonSerializer.Serialize(accounts.ToDictionary(one => one.Key.ToString(), one => one.Value.Last));
        }
    }

    private async Task HearAsync(JsonElement frame, CancellationToken cancellationToken)
    {
        switch (frame.GetProperty("op").GetString())
        {
            case "event":
                Note(frame.GetProperty("thread"), frame.GetProperty("event").GetProperty("seq").GetInt64());
                break;
            case "gap":
                Gaps++;
                await FetchAsync(frame.GetProperty("thread"), frame.GetProperty("from").GetInt64(), frame.GetProperty("to").GetInt64(), cancellationToken);
                break;
        }
    }

    private async Task FetchAsync(JsonElement thread, long from, long to, CancellationToken cancellationToken)
    {
        using var http = await HttpConnection.ConnectAsync(Server, cancellationToken);
        for (var next = from; next <= to;)
        {
            var status = await http.AskAsync(HttpConnection.Head("GET", $"/api/threads/{thread.GetString()}/events?after={next - 1}&limit=100", token), default, cancellationToken);
            if (status != 200 || http.Body is not { } body)
            {
                throw new IOException($"A gap could not be fetched: {status}.");
            }

            foreach (var seq in JsonElement.Parse(body.Span).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()).Where(seq => seq <= to))
            {
                Note(thread, seq);
                next = seq + 1;
            }
        }
    }

    private void Note(JsonElement thread, long seq)
    {
        lock (gate)
        {
            accounts[ThreadId.Parse(thread.GetString() ?? "", null)].Note(seq);
        }
    }

    /// <summary>What came of one thread.</summary>
    internal sealed class Account
    {
        private readonly HashSet<long> missing = [];

        public long Last { get; private set; }

        public int Doubled { get; private set; }

        public int OutOfOrder { get; private set; }

        public void Note(long seq)
        {
            if (seq > Last)
            {
                for (var skipped = Last + 1; skipped < seq; skipped++)
                {
                    missing.Add(skipped);
                }

                Last = seq;
            }
            else if (missing.Remove(seq))
            {
                OutOfOrder++;
            }
            else
            {
                Doubled++;
            }
        }

        /// <param name="end">The thread's last number.</param>
        public long CountLost(long end) => missing.Count + Math.Max(0, end - Last);
    }
}
