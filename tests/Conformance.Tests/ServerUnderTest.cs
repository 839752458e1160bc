using Stoa.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Stoa.Conformance.Tests.ServerUnderTest))]

namespace Stoa.Conformance.Tests;

/// <summary>The server that <c>STOA_URL</c> names, or one of our own. Whatever is there stays there: every test makes people of its own.</summary>
public sealed class ServerUnderTest : IAsyncLifetime
{
    private StoaServer? own;

    /// <summary>The operator of our own server; null for a server that was named.</summary>
    public HttpClient? Admin => own?.Admin;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("STOA_URL") is { Length: > 0 } named)
        {
            Address = new(named);
            return;
        }

        // Without limits the server would take everybody for an acquaintance, for load tools' sake.
        own = await StoaServer.StartAsync(new() { RunningClock = true, Settings = new Dictionary<string, string> { ["Threads:Requests"] = "true" } });
        Address = own.Address;
    }

    public ValueTask DisposeAsync() => own?.DisposeAsync() ?? default;

    public Task<Person> SignUpAsync(string name) => Person.SignUpAsync(Address, name);

    /// <summary>Two people in a direct thread that both have accepted.</summary>
    public async Task<(Person One, Person Other, string Thread)> PairAsync()
    {
        var (one, other) = (await SignUpAsync("Amelie"), await SignUpAsync("Bruno"));
        var thread = await one.OpenAsync(other);
        await other.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/accept", null, 204);
        return (one, other, thread);
    }
}
