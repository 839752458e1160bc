using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

/// <summary>What people do with messages, through HTTP.</summary>
internal static class Calls
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static string Path(ThreadId thread, long seq, string what = "") => $"/api/threads/{thread}/messages/{seq}{(what.Length > 0 ? "/" : "")}{what}";

    public static Task<HttpResponseMessage> PutAsync(this Somebody who, string path, object body) => who.Client.PutAsJsonAsync(path, body, Ct);

    public static async Task<HttpResponseMessage> DeleteAsync(this Somebody who, string path, Guid? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        if (key is { } id)
        {
            request.Headers.Add("Idempotency-Key", id.ToString());
        }

        return await who.Client.SendAsync(request, Ct);
    }

    public static Task<HttpResponseMessage> EditAsync(this Somebody who, ThreadId thread, long seq, string text, Guid? clientId = null, object[]? entities = null) =>
        who.PutAsync(Path(thread, seq), entities is null ? new { clientId = clientId ?? Guid.NewGuid(), text } : new { clientId = clientId ?? Guid.NewGuid(), text, entities });

    public static Task<HttpResponseMessage> UnsendAsync(this Somebody who, ThreadId thread, long seq, Guid? key = null) => who.DeleteAsync(Path(thread, seq) + "?for=all", key);

    public static Task<HttpResponseMessage> HideAsync(this Somebody who, ThreadId thread, long seq) => who.DeleteAsync(Path(thread, seq) + "?for=me");

    public static Task<HttpResponseMessage> ReactAsync(this Somebody who, ThreadId thread, long seq, string? emoji, Guid? clientId = null) =>
        emoji is null ? who.DeleteAsync(Path(thread, seq, "reaction"), clientId) : who.PutAsync(Path(thread, seq, "reaction"), new { clientId = clientId ?? Guid.NewGuid(), emoji });

    public static Task<HttpResponseMessage> PinAsync(this Somebody who, ThreadId thread, long seq, bool pinned = true) =>
        pinned ? who.PutAsync(Path(thread, seq, "pin"), new { }) : who.DeleteAsync(Path(thread, seq, "pin"));

    public static Task<HttpResponseMessage> VoteAsync(this Somebody who, ThreadId thread, long seq, int[] options, Guid? clientId = null) =>
        who.PutAsync(Path(thread, seq, "vote"), new { clientId = clientId ?? Guid.NewGuid(), options });

    public static Task<HttpResponseMessage> ForwardAsync(this Somebody who, ThreadId into, ThreadId from, long seq, Guid? clientId = null) =>
        who.Client.PostAsJsonAsync($"/api/threads/{into}/forwards", new { clientId = clientId ?? Guid.NewGuid(), from = new { thread = from.ToString(), seq } }, Ct);

    public static Task<HttpResponseMessage> RetainAsync(this Somebody who, ThreadId thread, int? seconds, Guid? clientId = null) =>
        who.PutAsync($"/api/threads/{thread}/retention", new { clientId = clientId ?? Guid.NewGuid(), seconds });

    /// <summary>The number of a change or message that must have been taken.</summary>
    public static async Task<long> SeqAsync(this Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        return (await Somebody.ReadAsync(answer, 200, 201)).GetProperty("seq").GetInt64();
    }

    /// <summary>Status and code of a call that must have been refused.</summary>
    public static async Task<string> RefusalAsync(this Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return answer.IsSuccessStatusCode ? $"{(int)answer.StatusCode}" : $"{(int)answer.StatusCode} {JsonSerializer.Deserialize<JsonElement>(text).GetProperty("code").GetString()}";
    }

    /// <summary>One event as this person reads it now.</summary>
    public static async Task<JsonElement> EventAsync(this Somebody who, ThreadId thread, long seq) =>
        (await who.GetAsync($"/api/threads/{thread}/events?after={seq - 1}&limit=1")).GetProperty("events").EnumerateArray().Single();

    public static async Task<long> LastSeqAsync(this Somebody who, ThreadId thread) => (await who.GetAsync($"/api/threads/{thread}")).GetProperty("lastSeq").GetInt64();

    public static string? Text(this JsonElement json, string member) => json.TryGetProperty(member, out var value) ? value.GetString() : null;

    public static bool Has(this JsonElement json, string member) => json.TryGetProperty(member, out _);

    /// <summary>A finished upload, as the media module keeps it.</summary>
    public static async Task<MediaId> UploadAsync(StoaServer server, Somebody owner, string kind = "image", string type = "image/png", string name = "olives.png")
    {
        var id = MediaId.New();
        var blob = Guid.NewGuid().ToString("n");
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            insert into media.blobs (name, bytes, state) values (@blob, 10, 1);
            insert into media.items (id, owner, state, declared_type, name, length, received, charged, kind, type, bytes, width, height, blob, created_at, finished_at, reclaim_at)
            values (@id, @owner, 1, @type, @name, 10, 10, 10, @kind, @type, 10, case when @kind = 'image' then 40 end, case when @kind = 'image' then 30 end, @blob, now(), now(), now())
            """, new { id = id.Value, owner = owner.Id.Value, type, name, kind, blob });
        return id;
    }

    /// <summary>Uses of an upload that keep it from being reclaimed.</summary>
    public static async Task<long> UsesAsync(StoaServer server, MediaId media)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        return await connection.ExecuteScalarAsync<long>("select count(*) from media.uses where media_id = @Value", new { media.Value });
    }

    public static async Task ExecuteAsync(StoaServer server, string sql, object? parameters = null)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(sql, parameters);
    }
}
