using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Stoa.Hosting;

namespace Stoa.Bench.Load;

/// <summary>A bot as the operator made it.</summary>
internal sealed record CastBot(string Username, string Token);

/// <summary>Somebody's conversation with a bot.</summary>
/// <param name="Head">Of the call that writes a message into it.</param>
internal sealed record CastThread(byte[] Head, SeededPerson Person, string Id);

/// <summary>Bots made through the operator's socket, and people who write to them.</summary>
internal sealed class BotCast : IDisposable
{
    private readonly HttpClient admin;
    private readonly HttpClient people;

    /// <param name="name">Of the server in the workshop.</param>
    public BotCast(Workshop workshop, ServerUnderMeasure server, string name)
    {
        var socketPath = DataDirectory.AdminSocketOf(Path.Combine(workshop.Folder, name));
        admin = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://localhost") };
        people = new() { BaseAddress = new($"http://{server.EndPoint}") };
    }

    /// <summary>Bots of which each is called at the address that <paramref name="webhook"/> gives for its place.</summary>
    public async Task<IReadOnlyList<CastBot>> MakeBotsAsync(int count, string name, Func<int, string> webhook, CancellationToken cancellationToken)
    {
        var bots = new CastBot[count];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, stop) =>
        {
            var username = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
            var made = await PostAsync(admin, "/admin/bots", new { name = username, username, webhook = webhook(i), verifyToken = "bench" }, null, stop);
            bots[i] = new(username, made.GetProperty("accessToken").GetString() ?? "");
        });
        return bots;
    }

    /// <summary>A conversation of each of these people with the bot of the same place.</summary>
    public async Task<IReadOnlyList<CastThread>> OpenAsync(IReadOnlyList<SeededPerson> those, Func<int, CastBot> bot, CancellationToken cancellationToken)
    {
        var threads = new CastThread[those.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, those.Count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, stop) =>
        {
            var thread = (await PostAsync(people, "/api/threads", new { with = new[] { $"page:{bot(i).Username}" } }, those[i].Token, stop)).GetProperty("id").GetString() ?? "";
            threads[i] = new(HttpConnection.Head("POST", $"/api/threads/{thread}/messages", those[i].Token), those[i], thread);
        });
        return threads;
    }

    public static byte[] Message(string text) => Encoding.ASCII.GetBytes($$"""{"clientId":"{{Guid.NewGuid()}}","text":"{{text}}"}""");

    public void Dispose()
    {
        admin.Dispose();
        people.Dispose();
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var answer = await client.SendAsync(request, cancellationToken);
        var said = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(said) : throw new InvalidOperationException($"POST {path} was answered with {answer.StatusCode}: {said}");
    }
}
