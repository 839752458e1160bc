using System.Net.Http.Json;
using System.Text.Json;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>An answer as a test compares it: the status, and of a refusal the code.</summary>
public readonly record struct Said(int Status, string? Code, JsonElement Body)
{
    public long Seq => Body.GetProperty("seq").GetInt64();

    public override string ToString() => Code is null ? $"{Status}" : $"{Status} {Code}";
}

/// <summary>What people do in groups, over HTTP.</summary>
internal static class GroupCast
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Said> CallAsync(this Somebody who, HttpMethod method, string path, object? body = null, Guid? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        if (idempotencyKey is { } key)
        {
            request.Headers.Add("Idempotency-Key", key.ToString());
        }

        using var answer = await who.Client.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        var json = text.StartsWith('{') ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        var code = (int)answer.StatusCode >= 400 && json.ValueKind == JsonValueKind.Object && json.TryGetProperty("code", out var said) ? said.GetString() : null;
        return new((int)answer.StatusCode, code, json);
    }

    public static async Task<ThreadId> MakeGroupAsync(this Somebody maker, string title, params Somebody[] others)
    {
        var said = await maker.CallAsync(HttpMethod.Post, "/api/threads", new { with = others.Select(other => "@" + other.Handle), title });
        Assert.Equal("201", said.ToString());
        return Somebody.IdOf<ThreadId>(said.Body);
    }

    /// <summary>A group of the maker and somebody of no further interest.</summary>
    public static async Task<ThreadId> MakeGroupOfTwoAsync(this Somebody maker, StoaServer server, string title) =>
        await maker.MakeGroupAsync(title, await Somebody.SignUpAsync(server, "two_" + Guid.NewGuid().ToString("n")[..12]));

    public static Task<Said> AddAsync(this Somebody who, ThreadId thread, Somebody whom, Guid? clientId = null) => who.AddAsync(thread, clientId ?? Guid.NewGuid(), whom);

    public static Task<Said> AddAsync(this Somebody who, ThreadId thread, Guid clientId, params Somebody[] people) =>
        who.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/members", new { clientId, people = people.Select(person => "@" + person.Handle) });

    public static Task<Said> RemoveAsync(this Somebody who, ThreadId thread, Somebody whom, Guid? key = null) =>
        who.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/members/{whom.Id}", idempotencyKey: key);

    public static Task<Said> LeaveAsync(this Somebody who, ThreadId thread, Guid? key = null) =>
        who.CallAsync(HttpMethod.Delete, $"/api/threads/{thread}/members/me", idempotencyKey: key);

    public static Task<Said> SetRoleAsync(this Somebody who, ThreadId thread, Somebody whom, string role, Guid? clientId = null) =>
        who.CallAsync(HttpMethod.Put, $"/api/threads/{thread}/members/{whom.Id}/role", new { clientId = clientId ?? Guid.NewGuid(), role });

    /// <param name="wish">Members of the call beside <c>clientId</c>.</param>
    public static Task<Said> ChangeAsync(this Somebody who, ThreadId thread, Dictionary<string, object?> wish, Guid? clientId = null) =>
        who.CallAsync(HttpMethod.Patch, $"/api/threads/{thread}", new Dictionary<string, object?>(wish) { ["clientId"] = clientId ?? Guid.NewGuid() });

    public static async Task<string> InviteAsync(this Somebody who, ThreadId thread, object? bounds = null)
    {
        var said = await who.CallAsync(HttpMethod.Post, $"/api/threads/{thread}/invites", bounds ?? new { });
        Assert.Equal("201", said.ToString());
        return said.Body.GetProperty("token").GetString()!;
    }

    public static Task<Said> JoinAsync(this Somebody who, string token, Guid? clientId = null) =>
        who.CallAsync(HttpMethod.Post, $"/api/invites/{token}", new { clientId = clientId ?? Guid.NewGuid() });

    /// <summary>Handle and role of everybody in it, page by page.</summary>
    public static async Task<Dictionary<string, string>> MembersAsync(this Somebody who, ThreadId thread, int limit = 100)
    {
        var members = new Dictionary<string, string>();
        for (string? before = null; ;)
        {
            var page = await who.GetAsync($"/api/threads/{thread}/members?limit={limit}" + (before is null ? "" : "&before=" + before));
            foreach (var member in page.GetProperty("members").EnumerateArray())
            {
                Assert.True(members.TryAdd(member.GetProperty("handle").GetString()!, member.GetProperty("role").GetString()!), "A member is listed twice.");
            }

            if (page.GetProperty("next").GetString() is not { } next)
            {
                return members;
            }

            before = next;
        }
    }

    /// <summary>The codes of a thread's system events, in order.</summary>
    public static async Task<List<string>> CodesAsync(this Somebody who, ThreadId thread) =>
        [.. (await who.EventsAsync(thread)).Where(e => e.TryGetProperty("system", out _)).Select(e => e.GetProperty("system").GetProperty("code").GetString()!)];

    /// <summary>Everything of a thread that this person may read, in order.</summary>
    public static async Task<List<JsonElement>> EventsAsync(this Somebody who, ThreadId thread)
    {
        var events = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = (await who.GetAsync($"/api/threads/{thread}/events?after={after}&limit=100")).GetProperty("events");
            if (page.GetArrayLength() == 0)
            {
                return events;
            }

            events.AddRange(page.EnumerateArray());
            after = events[^1].GetProperty("seq").GetInt64();
        }
    }

    public static async Task<Somebody[]> SignUpManyAsync(StoaServer server, string prefix, int count)
    {
        var people = new Somebody[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Ct },
            async (i, _) => people[i] = await Somebody.SignUpAsync(server, $"{prefix}{i}"));
        return people;
    }

    /// <summary>Says the word that a device waits for to know that everything before has been told.</summary>
    public static async Task<long> SettleAsync(this LiveClient device, Somebody who, ThreadId thread)
    {
        var seq = await who.SendAsync(thread, "settle");
        await device.WaitForEventsAsync(thread.ToString(), seq);
        return seq;
    }
}
