using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Stoa.Bench.Load;
using Stoa.Kernel;

namespace Stoa.Bench.Faults;

/// <summary>A client as it should be: an id before the first try, and the same id until there is an answer.</summary>
/// <param name="servers">Tried in turn, from the first, whenever one does not answer.</param>
/// <param name="sendsTwiceEvery">Of so many messages one is sent again although it was answered: 2 is a client that loses every second answer.</param>
internal sealed class FaultySender(IReadOnlyList<IPEndPoint> servers, string token, IReadOnlyList<ThreadId> threads, int sendsTwiceEvery)
{
    private static readonly TimeSpan answersWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan againAfter = TimeSpan.FromMilliseconds(50);

    private HttpConnection? connection;
    private int server;

    public int Retries { get; private set; }

    /// <summary>Sent again although it was acknowledged, as a doubled tap does.</summary>
    public int SentTwice { get; private set; }

    public int AnsweredOtherwise { get; private set; }

    public async Task RunAsync(int sends, Acknowledged acknowledged, CancellationToken cancellationToken)
    {
        await Task.Yield();
        for (var i = 0; i < sends; i++)
        {
            var (thread, clientId) = (threads[i % threads.Count], Guid.NewGuid());
            var answered = await SendAsync(thread, clientId, cancellationToken);
            if (!acknowledged.Add(thread, clientId, answered))
            {
                AnsweredOtherwise++;
            }

            if (i % sendsTwiceEvery == 0)
            {
                SentTwice++;
                if (await SendAsync(thread, clientId, cancellationToken) != answered)
                {
                    AnsweredOtherwise++;
                }
            }
        }

        connection?.Dispose();
    }

    /// <returns>The number of the message in its thread.</returns>
    private async Task<long> SendAsync(ThreadId thread, Guid clientId, CancellationToken cancellationToken)
    {
        var head = HttpConnection.Head("POST", $"/api/threads/{thread}/messages", token);
        var body = Encoding.ASCII.GetBytes($$"""{"clientId":"{{clientId}}","text":"{{clientId}}"}""");
        while (true)
        {
            try
            {
                connection ??= await HttpConnection.ConnectAsync(servers[server], cancellationToken);
                var status = await connection.AskAsync(head, body, cancellationToken).AsTask().WaitAsync(answersWithin, cancellationToken);
                if (status is 200 or 201 && connection.Body is { } answer)
                {
                    return JsonElement.Parse(answer.Span).GetProperty("seq").GetInt64();
                }

                if (status != (int)HttpStatusCode.ServiceUnavailable)
                {
                    throw new InvalidOperationException($"A send was answered {status}: {(connection.Body is { } said ? Encoding.UTF8.GetString(said.Span) : "")}");
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or TimeoutException)
            {
                connection?.Dispose();
                connection = null;
                server = (server + 1) % servers.Count;
            }

            Retries++;
            await Task.Delay(againAfter, cancellationToken);
        }
    }
}
