using System.Net;
using System.Net.Sockets;
using System.Text;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>The server is killed in the middle of an upload: what it had counted is there, and the upload goes on.</summary>
public sealed class KilledUploadTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_in_the_middle_the_upload_goes_on_from_what_lies_on_the_disk()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        var bytes = new byte[5_000_000];
        new Random(5).NextBytes(bytes);
        string path, token;
        using (var person = await TestPerson.SignUpAsync(server.Address, "killed"))
        {
            token = person.Token;
            using var begun = await SendAsync(person.Client, HttpMethod.Post, "/api/media", ("Upload-Length", "5000000"));
            path = begun.Headers.Location!.OriginalString;
            using var line = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await line.ConnectAsync(IPAddress.Loopback, server.Address.Port, Ct);
            await line.SendAsync(Encoding.ASCII.GetBytes(
                $"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 5000000\r\n\r\n"), Ct);
            await line.SendAsync(bytes.AsMemory(0, 3_500_000), Ct);
            await Waiting.UntilAsync(async () => await OffsetAsync(person.Client, path) >= 2 * 1024 * 1024, "two megabytes are counted");

            await server.KillAsync();
        }

        await server.StartAsync();
        using var client = server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var offset = await OffsetAsync(client, path);
        Assert.InRange(offset, 2 * 1024 * 1024, 3_500_000);
        // Whoever appended died without giving it back: others wait until its time is over.
        HttpStatusCode status = 0;
        await Waiting.UntilAsync(async () =>
        {
            using var rest = await SendAsync(client, HttpMethod.Patch, path, bytes[(int)offset..], ("Upload-Offset", $"{offset}"));
            status = rest.StatusCode;
            return status != HttpStatusCode.Locked;
        }, "the dead writer's time is over");
        Assert.Equal(HttpStatusCode.NoContent, status);

        using var redirect = await client.GetAsync(path, Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, redirect.Headers.Location!.PathAndQuery);
        request.Headers.Host = redirect.Headers.Location.Authority;
        using var answer = await client.SendAsync(request, Ct);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    private static async Task<long> OffsetAsync(HttpClient client, string path)
    {
        using var answer = await SendAsync(client, HttpMethod.Head, path);
        return long.Parse(Assert.Single(answer.Headers.GetValues("Upload-Offset")), null);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, params (string Name, string Value)[] headers) => SendAsync(client, method, path, null, headers);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
        if (request.Content is not null)
        {
            request.Content.Headers.ContentType = new("application/offset+octet-stream");
        }

        foreach (var (name, value) in (IEnumerable<(string, string)>)[("Tus-Resumable", "1.0.0"), .. headers])
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, Ct);
    }
}
