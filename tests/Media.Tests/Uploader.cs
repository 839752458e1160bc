using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Media.Tests;

/// <summary>A person who uploads, as a client of tus does it.</summary>
internal sealed class Uploader(StoaServer server, TestPerson person) : IDisposable
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Id => person.Id;

    public string Token => person.Token;

    public HttpClient Client => person.Client;

    public static async Task<Uploader> JoinAsync(StoaServer server, string handle = "uploader") => new(server, await TestPerson.SignUpAsync(server.Address, handle));

    /// <summary>Begins an upload and sends all of it at once.</summary>
    /// <returns>Its path, <c>/api/media/{id}</c>.</returns>
    public async Task<string> UploadAsync(byte[] bytes, string name = "a.bin", string type = "", byte[]? waveform = null)
    {
        var path = await BeginAsync(bytes.Length, name, type, waveform: waveform);
        using var sent = await PatchAsync(path, 0, bytes);
        await ExpectAsync(sent, 204);
        return path;
    }

    public async Task<string> BeginAsync(long length, string name = "a.bin", string type = "", string? clientId = null, byte[]? waveform = null)
    {
        using var answer = await TryBeginAsync(length, name, type, clientId, waveform);
        await ExpectAsync(answer, 201);
        return answer.Headers.Location!.OriginalString;
    }

    public Task<HttpResponseMessage> TryBeginAsync(long length, string name = "a.bin", string type = "", string? clientId = null, byte[]? waveform = null, byte[]? body = null)
    {
        var metadata = new List<string> { $"filename {Encode(name)}" };
        if (type.Length > 0)
        {
            metadata.Add($"filetype {Encode(type)}");
        }

        if (clientId is not null)
        {
            metadata.Add($"clientId {Encode(clientId)}");
        }

        if (waveform is not null)
        {
            metadata.Add($"waveform {Convert.ToBase64String(waveform)}");
        }

        return SendAsync(HttpMethod.Post, "/api/media", body, ("Upload-Length", length.ToString(CultureInfo.InvariantCulture)), ("Upload-Metadata", string.Join(',', metadata)));
    }

    public Task<HttpResponseMessage> PatchAsync(string path, long offset, byte[] bytes, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, bytes, [("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), .. headers]);

    public async Task<long> OffsetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Head, path);
        Assert.Equal(200, (int)answer.StatusCode);
        return long.Parse(Assert.Single(answer.Headers.GetValues("Upload-Offset")), CultureInfo.InvariantCulture);
    }

    /// <summary>With <c>Tus-Resumable</c>, unless the headers give another or an empty one.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        foreach (var (name, value) in headers.Any(header => header.Name == "Tus-Resumable") ? headers : [("Tus-Resumable", "1.0.0"), .. headers])
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.ContentType = new MediaTypeHeaderValue(value);
            }
            else if (value.Length > 0)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await Client.SendAsync(request, Ct);
    }

    public async Task<JsonElement> InfoAsync(string path)
    {
        using var answer = await Client.GetAsync(path + "/info", Ct);
        return await ExpectAsync(answer, 200);
    }

    /// <summary>Follows to the media origin, as a browser does.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, HttpMethod? method = null, params (string Name, string Value)[] headers) =>
        await FollowAsync(await LinkAsync(path), method, headers);

    public async Task<Uri> LinkAsync(string path)
    {
        using var answer = await Client.GetAsync(path, Ct);
        await ExpectAsync(answer, 302);
        return answer.Headers.Location!;
    }

    public async Task<HttpResponseMessage> FollowAsync(Uri link, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(server.Address, link.PathAndQuery));
        request.Headers.Host = link.Authority;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request, Ct);
    }

    public static async Task<JsonElement> ExpectAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(status == (int)answer.StatusCode, $"Expected {status}, got {(int)answer.StatusCode}: {text}");
        return text.StartsWith('{') ? JsonElement.Parse(text) : default;
    }

    public static async Task ExpectProblemAsync(HttpResponseMessage answer, int status, string code)
    {
        var problem = await ExpectAsync(answer, status);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.All((string[])["title", "detail", "fix"], member => Assert.NotEmpty(problem.GetProperty(member).GetString()!));
    }

    public void Dispose() => person.Dispose();

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
