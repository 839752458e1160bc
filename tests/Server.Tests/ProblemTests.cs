using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>What a caller is told who does it wrong: a status, a stable code, what helps, and nothing of our inside.</summary>
public sealed class ProblemTests(SharedServer shared)
{
    private readonly HttpClient client = shared.Server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 400, "malformed_json")]
    [InlineData("{", 400, "malformed_json")]
    [InlineData("{\"handle\":}", 400, "malformed_json")]
    [InlineData("\u0000\u0001", 400, "malformed_json")]
    [InlineData("{\"handle\":\"someone\",\"name\":\"S\",\"password\":\"quarry lintel someone\",\"role\":\"admin\"}", 400, "unknown_member")]
    [InlineData("{\"handle\":\"someone\",\"handle\":\"someone_else\",\"name\":\"S\",\"password\":\"quarry lintel someone\"}", 400, "repeated_member")]
    [InlineData("{\"handle\":42,\"name\":\"S\",\"password\":\"quarry lintel someone\"}", 400, "invalid_request")]
    [InlineData("[]", 400, "invalid_request")]
    [InlineData("null", 400, "invalid_request")]
    [InlineData("{}", 400, "invalid_request")]
    public async Task A_body_that_cannot_be_used_is_named_by_its_fault(string body, int status, string code) =>
        await AssertProblemAsync(await client.PostAsync("/api/people", Json(body), Cancel), status, code);

    [Fact]
    public async Task A_body_nested_too_deep_is_no_json_we_read()
    {
        using var person = await TestPerson.SignUpAsync(shared.Server.Address, "deep");
        var deep = $"{{\"folder\":{new string('[', 40)}{new string(']', 40)}}}";

        await AssertProblemAsync(await person.Client.PutAsync("/api/threads/7000000000000000/settings", Json(deep), Cancel), 400, "malformed_json");
    }

    [Theory]
    [InlineData("/api/people")]
    [InlineData("/dev/clock")]
    public async Task A_body_of_more_than_64_KB_is_refused(string path)
    {
        using var request = new HttpRequestMessage(path == "/dev/clock" ? HttpMethod.Put : HttpMethod.Post, path) { Content = Json($"{{\"name\":\"{new string('x', 70_000)}\"}}") };

        await AssertProblemAsync(await client.SendAsync(request, Cancel), 413, "body_too_large");
    }

    [Fact]
    public async Task A_body_without_a_length_is_bounded_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/people") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', 200_000)}\"}}"))) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TransferEncodingChunked = true;

        await AssertProblemAsync(await client.SendAsync(request, Cancel), 413, "body_too_large");
    }

    [Fact]
    public async Task A_form_is_no_json()
    {
        using var form = new FormUrlEncodedContent([new("handle", "someone")]);

        await AssertProblemAsync(await client.PostAsync("/api/people", form, Cancel), 415, "wrong_media_type");
        await AssertProblemAsync(await client.PutAsync("/dev/clock", form, Cancel), 415, "wrong_media_type");
    }

    [Theory]
    [InlineData("GET", "/api/nothing-here", 404, "not_found")]
    [InlineData("GET", "/api", 404, "not_found")]
    [InlineData("GET", "/admin/bots", 404, "not_found")]
    [InlineData("POST", "/admin/bots", 404, "not_found")]
    [InlineData("DELETE", "/api/people", 405, "method_not_allowed")]
    [InlineData("GET", "/api/me", 401, "not_signed_in")]
    public async Task A_call_that_is_not_there_is_told_apart_by_its_code(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (method == "POST")
        {
            request.Content = Json("{}");
        }

        await AssertProblemAsync(await client.SendAsync(request, Cancel), status, code);
    }

    [Fact]
    public async Task A_call_for_a_foreign_host_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_none_is_not_signed_in()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "guess") } };

        await AssertProblemAsync(await client.SendAsync(request, Cancel), 401, "not_signed_in");
    }

    internal static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string code)
    {
        using var held = answer;
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True((int)answer.StatusCode == status, $"Expected {status} {code}, got {(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        foreach (var member in (string[])["title", "detail", "fix"])
        {
            Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty(member).GetString()), $"{member} is empty: {text}");
        }

        Assert.DoesNotContain("Stoa.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
