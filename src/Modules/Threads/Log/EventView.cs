using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Log;

/// <summary>Events as one reader sees them: with what has become of them since, and without what has expired or what the reader has deleted for themselves.</summary>
internal static class EventView
{
    private static readonly JsonWriterOptions compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public const string Columns = EventRow.Columns + ", e.expires_at, s.state, r.emoji, h.seq is not null, e.of_seq, about.is_out_of_sight, vote.options";

    /// <param name="reader">The number of the parameter with the reader's id.</param>
    public static string Select(int reader) => $"select {Columns} from threads.events e {Joins(reader)}";

    /// <inheritdoc cref="Select"/>
    public static string Joins(int reader) =>
        $"""
        left join threads.states s on s.thread_id = e.thread_id and s.seq = e.seq
        left join threads.reactions r on r.thread_id = e.thread_id and r.seq = e.seq and r.member_id = ${reader}
        left join threads.hidden h on h.thread_id = e.thread_id and h.member_id = ${reader} and h.seq = e.seq
        left join lateral (
          select m.from_seq >= e.of_seq
                 or exists (select from threads.hidden o where o.thread_id = e.thread_id and o.member_id = ${reader} and o.seq = e.of_seq) as is_out_of_sight
          from threads.members m where e.of_seq is not null and m.thread_id = e.thread_id and m.member_id = ${reader}) about on true
        left join lateral (
          select v.options from threads.votes v
          where s.seq is not null and v.thread_id = e.thread_id and v.seq = e.seq and v.member_id = ${reader}) vote on true
        """;

    /// <param name="from">The first of <see cref="Columns"/>.</param>
    public static (long Seq, RawJson Json) Read(NpgsqlDataReader row, ThreadId thread, PersonId reader, DateTimeOffset now, int from = 0)
    {
        var found = EventRow.Read(row, from);
        DateTimeOffset? expiresAt = row.IsDBNull(from + 6) ? null : row.GetFieldValue<DateTimeOffset>(from + 6);
        var isExpired = expiresAt <= now;
        byte[] body;
        if (!row.IsDBNull(from + 10))
        {
            // What was done to a message that the reader cannot see, or no more, is told by its number alone.
            var outOfSight = isExpired || row.IsDBNull(from + 11) || row.GetBoolean(from + 11);
            body = outOfSight ? OnlyOf(row.GetInt64(from + 10)) : found.Body;
        }
        else if (row.GetBoolean(from + 9))
        {
            body = """{"hidden":true}"""u8.ToArray();
        }
        else if (isExpired && found.Kind != EventKind.EmptyMessage)
        {
            body = """{"expired":true}"""u8.ToArray();
        }
        else
        {
            body = Compose(found.Body, row.IsDBNull(from + 7) ? null : row.GetFieldValue<byte[]>(from + 7), row.IsDBNull(from + 8) ? null : row.GetString(from + 8),
                isExpired ? null : expiresAt, row.IsDBNull(from + 12) ? null : row.GetFieldValue<short[]>(from + 12));
        }

        return (found.Seq, (found with { Body = body }).AsJson(thread, reader));
    }

    /// <summary>The body's members, those of the state in their place or beside them; a null in the state takes a member away.</summary>
    /// <param name="mine">The reader's reaction.</param>
    /// <param name="myVote">The reader's choice; stands in <c>votes</c>.</param>
    internal static byte[] Compose(byte[] body, byte[]? state, string? mine, DateTimeOffset? expiresAt, short[]? myVote = null)
    {
        if (state is null && mine is null && expiresAt is null)
        {
            return body;
        }

        var output = new ArrayBufferWriter<byte>(body.Length + (state?.Length ?? 0) + 96);
        using var original = JsonDocument.Parse(body);
        using var since = state is null ? null : JsonDocument.Parse(state);
        using (var json = new Utf8JsonWriter(output, compact))
        {
            json.WriteStartObject();
            foreach (var member in original.RootElement.EnumerateObject())
            {
                if (since is null || !since.RootElement.TryGetProperty(member.Name, out _))
                {
                    member.WriteTo(json);
                }
            }

            foreach (var member in since?.RootElement.EnumerateObject() ?? default)
            {
                if (myVote is not null && member.NameEquals("votes"u8))
                {
                    WriteVotes(json, member.Value, myVote);
                }
                else if (member.Value.ValueKind != JsonValueKind.Null)
                {
                    member.WriteTo(json);
                }
            }

            if (mine is not null)
            {
                json.WriteString("myReaction"u8, mine);
            }

            if (expiresAt is { } at)
            {
                Span<byte> instant = stackalloc byte[Instant.Length];
                json.WriteString("expiresAt"u8, instant[..Instant.Write(instant, at)]);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>A change of an event that its reader may not see.</summary>
    internal static byte[] OnlyOf(long seq) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"of\":{seq}}}"));

    private static void WriteVotes(Utf8JsonWriter json, JsonElement votes, short[] mine)
    {
        json.WriteStartObject("votes"u8);
        foreach (var member in votes.EnumerateObject())
        {
            member.WriteTo(json);
        }

        json.WriteStartArray("mine"u8);
        foreach (var option in mine)
        {
            json.WriteNumberValue(option);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
