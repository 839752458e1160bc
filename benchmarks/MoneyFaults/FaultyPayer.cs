using System.Net;
using System.Text;
using System.Text.Json;
using Stoa.Kernel;

namespace Stoa.Bench.MoneyFaults;

/// <summary>A client as it should be: a key before the first try, and the same key until there is an answer. In turns it sends money, pays from its balance and pays with a card.</summary>
internal sealed class FaultyPayer(IPEndPoint server, string token, ThreadId thread, PersonId receiver, string receiverName, ThreadId shop, Guid card) : IDisposable
{
    private const int TwiceEvery = 7;
    private static readonly TimeSpan answersWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan againAfter = TimeSpan.FromMilliseconds(100);

    private readonly List<Guid> done = [];
    private int answered;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false })
    {
        BaseAddress = new($"http://{server}"),
        Timeout = answersWithin,
        DefaultRequestHeaders = { Authorization = new("Bearer", token) },
    };

    public int Answered => Volatile.Read(ref answered);

    public int Retries { get; private set; }

    /// <summary>Sent again although it was answered, as a doubled tap does.</summary>
    public int Twice { get; private set; }

    public int AnsweredOtherwise { get; private set; }

    /// <summary>Transfers and purchases that the server has said are there. Read when the payer has ended.</summary>
    public IReadOnlyList<Guid> Done => done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
            {
                var (path, body) = Want(i);
                var first = await AskAsync(path, body, cancellationToken);
                done.Add(first);
                Interlocked.Increment(ref answered);
                if (i % TwiceEvery == 0)
                {
                    Twice++;
                    AnsweredOtherwise += await AskAsync(path, body, cancellationToken) == first ? 0 : 1;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough; what was under way the server ends by itself.
        }
    }

    public void Dispose() => client.Dispose();

    private (string Path, byte[] Body) Want(int i)
    {
        var key = Guid.NewGuid();
        var way = i % 3 == 1 ? "balance:EUR" : card.ToString();
        return i % 3 == 0
            ? ("/api/money/transfers", Encoding.UTF8.GetBytes(
                $$"""{"key":"{{key}}","thread":"{{thread}}","amount":{"amountMinor":1,"currency":"EUR"},"to":"{{receiver}}","toName":"{{receiverName}}","firstPaymentConfirmed":true}"""))
            : ("/api/purchases", Encoding.UTF8.GetBytes(
                $$"""{"key":"{{key}}","thread":"{{shop}}","seq":{{1 + (i / Cast.Buttons)}},"element":{{i % Cast.Buttons}},"button":0,"method":"{{way}}"}"""));
    }

    /// <returns>The id of what stands for the key.</returns>
    private async Task<Guid> AskAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
                using var answer = await client.SendAsync(request, cancellationToken);
                var said = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return JsonElement.Parse(said).GetProperty("id").GetGuid();
                }

                if (answer.StatusCode < HttpStatusCode.InternalServerError)
                {
                    throw new InvalidOperationException($"{path} was answered {answer.StatusCode}: {said}");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Killed on the way, or too slow: the same key asks again.
            }

            Retries++;
            await Task.Delay(againAfter, cancellationToken);
        }
    }
}
