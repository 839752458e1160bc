using System.Text.Json;
using System.Text.RegularExpressions;
using Stoa.Testing;
using Xunit;

namespace Stoa.Server.Tests;

public sealed partial class OpenApiTests(SharedServer shared)
{
    [Fact]
    public async Task Two_types_of_one_short_name_are_two_schemas()
    {
        var document = JsonElement.Parse(await shared.Server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var schemas = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToList();
        var ours = schemas.Where(name => name.StartsWith("Stoa.", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(ours);
        // Named in full, none can shadow another; a short name of ours means that the naming rule was not asked.
        Assert.DoesNotContain(schemas, name => name is "Request" or "Answer");
        Assert.DoesNotContain(schemas, name => Numbered().IsMatch(name) && name.StartsWith("Stoa.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_call_of_the_contract_is_described()
    {
        var document = JsonElement.Parse(await shared.Server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();

        foreach (var path in (string[])["/api/people", "/api/sessions", "/api/threads", "/api/threads/{id}/messages", "/api/threads/{id}/events", "/api/threads/{id}/read", "/api/wallet", "/health/ready"])
        {
            Assert.Contains(path, paths);
        }
    }

    [GeneratedRegex("[a-z][0-9]+$")]
    private static partial Regex Numbered();
}
