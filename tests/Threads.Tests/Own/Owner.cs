using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>What somebody does with what is their own.</summary>
internal static class Owner
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A server on which a stranger's first thread is a request, as on any that is not under load tools.</summary>
    public static Task<StoaServer> StartAsync(StoaServerOptions? options = null)
    {
        options ??= new();
        return Cast.StartAsync(options with { Settings = new Dictionary<string, string>(options.Settings) { ["Threads:Requests"] = "true" } });
    }

    public static async Task<JsonElement> PutAsync(this Somebody who, string path, object? body, int status = 204)
    {
        using var answer = await who.Client.PutAsJsonAsync(path, body ?? new { }, Ct);
        return await Somebody.ReadAsync(answer, status);
    }

    public static Task SetAsync(this Somebody who, ThreadId thread, object settings, int status = 204) => who.PutAsync($"/api/threads/{thread}/settings", settings, status);

    public static Task<JsonElement> DraftAsync(this Somebody who, ThreadId thread, object draft, int status = 200) => who.PutAsync($"/api/threads/{thread}/draft", draft, status);

    public static Task<JsonElement> PrivacyAsync(this Somebody who, object privacy) => who.PutAsync("/api/me/privacy", privacy, 200);

    public static async Task AcceptAsync(this Somebody who, ThreadId thread, int status = 204)
    {
        using var answer = await who.Client.PutAsync($"/api/threads/{thread}/accept", null, Ct);
        await Somebody.ReadAsync(answer, status);
    }

    public static async Task<int> RefuseAsync(this Somebody who, ThreadId thread)
    {
        using var answer = await who.Client.DeleteAsync($"/api/threads/{thread}/accept", Ct);
        return (int)answer.StatusCode;
    }

    public static async Task BlockAsync(this Somebody who, ThreadId thread)
    {
        using var answer = await who.Client.PutAsync($"/api/threads/{thread}/block", null, Ct);
        Assert.Equal(204, (int)answer.StatusCode);
    }

    public static Task<JsonElement> SeeAsync(this Somebody who, ThreadId thread) => who.GetAsync($"/api/threads/{thread}");

    public static async Task<List<string>> ListAsync(this Somebody who, string folder) =>
        [.. (await who.GetAsync($"/api/threads?folder={folder}&limit=100")).GetProperty("threads").EnumerateArray().Select(thread => thread.GetProperty("id").GetString()!)]; // An id is a text.

    /// <summary>Everything that was told of before has reached this device by the end: news goes one way, in order.</summary>
    /// <param name="thread">One of the device's owner, whose folder it changes.</param>
    public static async Task CatchUpAsync(this LiveClient device, Somebody owner, ThreadId thread)
    {
        var mark = Guid.NewGuid().ToString();
        await owner.SetAsync(thread, new { folder = mark });
        await device.WaitAsync("own", frame => frame.TryGetProperty("settings", out var settings) && settings.GetProperty("folder").GetString() == mark);
        await owner.SetAsync(thread, new { folder = (string?)null });
    }

    public static IEnumerable<JsonElement> Heard(this LiveClient device, string op) => device.Seen.Where(frame => frame.GetProperty("op").GetString() == op);

    public static bool Is(this JsonElement thing, string member) => thing.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.True;

    public static long Number(this JsonElement thing, string member) => thing.GetProperty(member).GetInt64();
}
