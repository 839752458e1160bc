using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

/// <summary>Posts rubbish to every route there is: each refuses it as the caller's mistake, none breaks.</summary>
public sealed class RubbishTests
{
    private static readonly string[] bodies =
    [
        "", "{", "[]", "null", "42", "\"text\"", "{\"handle\":null}", "{\"key\":\"no uuid\",\"seq\":\"x\",\"with\":[null],\"clientId\":7}",
        "{\"text\":{\"nested\":[[[[]]]]}}", "\u0000", "{\"text\":\"\\ud800\"}", "{\"seq\":1e999}", "{\"amountMinor\":99999999999999999999999}",
    ];

    private static readonly string[] queries = ["", "?limit=-1&before=rubbish&after=999999999999999999999&q=%00%ff", "?limit=&before=&after=&q=%27%3Bdrop%20table%20x--"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_refuses_rubbish_and_none_breaks()
    {
        await using var server = await StoaServer.StartAsync();
        using var person = await TestPerson.SignUpAsync(server.Address, "rummager");
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => (route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (Method: method, Path: "/" + route.RoutePattern.RawText?.TrimStart('/'))))
            // The last would end the session that the others need.
            .Where(route => !route.Path.Contains("{**", StringComparison.Ordinal) && route.Path != "/live" && route != ("DELETE", "/api/sessions/current"))
            .Distinct().ToList();
        Assert.Contains(("POST", "/api/threads/{id}/messages"), routes);
        var broken = new List<string>();

        foreach (var (method, pattern) in routes)
        {
            foreach (var id in (string[])["0", "-1", "7000000000000000", "99999999999999999999", "%00", "..%2f..%2fetc", "ünïcode"])
            {
                var path = System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*\}", id);
                foreach (var query in queries)
                {
                    foreach (var body in method is "GET" or "DELETE" ? [""] : bodies)
                    {
                        foreach (var client in (HttpClient[])[person.Client, server.Admin])
                        {
                            using var request = new HttpRequestMessage(new(method), path + query);
                            if (method is not ("GET" or "DELETE" or "HEAD"))
                            {
                                request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
                            }

                            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                            if ((int)answer.StatusCode >= 500)
                            {
                                broken.Add($"{method} {path}{query} {body}: {(int)answer.StatusCode}");
                            }
                        }
                    }

                    if (pattern == path)
                    {
                        continue;
                    }
                }

                if (!pattern.Contains('{', StringComparison.Ordinal))
                {
                    break;
                }
            }
        }

        Assert.Empty(broken);
        Assert.Empty(server.Log.Errors);
    }
}
