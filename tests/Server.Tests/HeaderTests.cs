using System.Net;
using System.Net.Http.Headers;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>What every answer tells the browser.</summary>
public sealed class HeaderTests(SharedServer shared)
{
    private readonly HttpClient client = shared.Server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/api/me")]
    [InlineData("/api/nothing-here")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var answer = await client.GetAsync(path, Cancel);

        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("same-origin", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin-allow-popups", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Contains("camera=()", Header(answer, "Permissions-Policy"), StringComparison.Ordinal);
        var policy = Header(answer, "Content-Security-Policy");
        foreach (var part in (string[])["default-src 'self';", "script-src 'self';", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "require-trusted-types-for 'script'"])
        {
            Assert.Contains(part, policy, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Null(answer.Headers.Server.FirstOrDefault());
    }

    [Fact]
    public async Task Private_answers_are_not_stored()
    {
        using var answer = await client.GetAsync("/api/me", Cancel);

        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Each_page_has_a_nonce_of_its_own()
    {
        using var one = await VisitAsync("localhost", "/chats");
        using var other = await VisitAsync("localhost", "/chats");

        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.NotEqual(Header(one, "Content-Security-Policy"), Header(other, "Content-Security-Policy"));
    }

    [Fact]
    public async Task A_page_visit_by_number_is_sent_to_the_name_and_a_call_is_not()
    {
        using var page = await VisitAsync("127.0.0.1", "/t/7?x=1");
        using var call = await client.GetAsync("/api/me", Cancel);

        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal($"http://localhost:{shared.Server.Address.Port}/t/7?x=1", page.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
    }

    private async Task<HttpResponseMessage> VisitAsync(string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = $"{host}:{shared.Server.Address.Port}";
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        return await client.SendAsync(request, Cancel);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
