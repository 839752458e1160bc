using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Stoa.Kernel;
using Stoa.Threads.Log;

namespace Stoa.Threads.Messages;

/// <param name="Kind"><c>postback</c>, <c>quick_reply</c> or <c>optin</c>.</param>
/// <param name="Title">What stands on it, when the log knows.</param>
/// <param name="Of">The number of the message it stands in; null for get started and the menu.</param>
/// <param name="Shares">What of oneself a quick reply hands over: <c>user_phone_number</c> or <c>user_email</c>. The payload is then not the business's but the person's own.</param>
internal sealed record Offer(string Kind, string? Title, long? Of, string? Shares = null);

/// <summary>What a page has offered to press: nobody can make a bot believe in a button it never showed.</summary>
internal sealed partial class Offers(NpgsqlDataSource database, IPageDirectory pages)
{
    /// <summary>How far back a button works.</summary>
    private const int NewestEvents = 200;

    /// <returns>Whether the person is a member at all, and what was offered under this payload.</returns>
    public async Task<(bool IsMember, Offer? Offer)> FindAsync(PersonId person, ThreadId thread, string payload, CancellationToken cancellationToken)
    {
        PageId page;
        var messages = new List<(long Seq, byte[] Body)>();
        await using (var batch = database.CreateBatch())
        {
            batch.BatchCommands.Add(new(
                "select t.page_id from threads.threads t join threads.members m on m.thread_id = t.id where t.id = $1 and m.member_id = $2")
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<long> { TypedValue = person.Value } },
            });
            batch.BatchCommands.Add(new(
                """
                select newest.seq, newest.body
                from (select seq, sender, kind, body from threads.events where thread_id = $1 order by seq desc limit $2) newest
                join threads.threads t on t.id = $1 and t.page_id = newest.sender
                where newest.kind = 1 order by newest.seq desc
                """)
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = thread.Value }, new NpgsqlParameter<int> { TypedValue = NewestEvents } },
            });
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return (false, null);
            }

            if (await reader.IsDBNullAsync(0, cancellationToken))
            {
                return (true, null);
            }

            page = new(reader.GetInt64(0));
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                messages.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            }
        }

        foreach (var (seq, body) in messages)
        {
            using var message = JsonDocument.Parse(body);
            if (OfferedBy(message.RootElement, payload) is { } offer)
            {
                return (true, offer with { Of = seq });
            }
        }

        return (true, await pages.FindOfferAsync(page, payload, cancellationToken) is { } kind ? new Offer(kind, null, null) : null);
    }

    /// <summary>The event this client id already made: a repeat is answered as the first was, whatever is offered by now.</summary>
    public async Task<AppendResult?> FindSentAsync(PersonId sender, ThreadId thread, Guid clientId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select seq, at from threads.events where thread_id = $1 and sender = $2 and client_id = $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sender.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = clientId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AppendResult(AppendVerdict.Repeated, reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), true, 0)
            : null;
    }

    /// <summary>Looks through a message of a page for a quick reply or button with this payload.</summary>
    internal static Offer? OfferedBy(JsonElement message, string payload)
    {
        if (message.TryGetProperty("quickReplies", out var replies) && replies.ValueKind == JsonValueKind.Array)
        {
            foreach (var reply in replies.EnumerateArray())
            {
                if (Shared(reply, payload) is { } shared)
                {
                    return new("quick_reply", payload, null, shared);
                }

                if (Says(reply, "payload", payload) || (payload.Length > 0 && Number(reply, "payload") == payload))
                {
                    return new("quick_reply", Text(reply, "title"), null);
                }
            }
        }

        return message.TryGetProperty("attachments", out var attachments) ? ButtonIn(attachments, payload) : null;
    }

    // Templates put their buttons at different depths; what makes a button is its type and payload wherever it stands.
    private static Offer? ButtonIn(JsonElement element, string payload)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (ButtonIn(item, payload) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            case JsonValueKind.Object:
                // "Notify me": the template itself is the button, and its tap a permission.
                if ((Says(element, "template_type", "one_time_notif_req") || Says(element, "template_type", "notification_messages")) && Says(element, "payload", payload))
                {
                    return new("optin", Text(element, "title"), null);
                }

                if (Says(element, "template_type", "coupon") && Says(element, "payload", payload))
                {
                    return new("postback", Text(element, "title"), null);
                }

                // A check-in template offers itself: a tap on it is a postback (docs/protocol/extensions.md).
                if ((Says(element, "type", "postback") && Says(element, "payload", payload)) || Says(element, "checkin_payload", payload))
                {
                    return new("postback", Text(element, "title"), null);
                }

                foreach (var member in element.EnumerateObject())
                {
                    if (ButtonIn(member.Value, payload) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            default:
                return null;
        }
    }

    /// <summary>The mail address or number that the person gives instead of a payload, when the reply asks for one.</summary>
    private static string? Shared(JsonElement reply, string payload) =>
        Says(reply, "content_type", "user_email") && MailAddress().IsMatch(payload) ? "user_email"
        : Says(reply, "content_type", "user_phone_number") && PhoneNumber().IsMatch(payload) ? "user_phone_number"
        : null;

    private static string? Number(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;

    [GeneratedRegex(@"^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$", RegexOptions.NonBacktracking)]
    private static partial Regex MailAddress();

    [GeneratedRegex(@"^\+[0-9]{7,15}$", RegexOptions.NonBacktracking)]
    private static partial Regex PhoneNumber();

    private static bool Says(JsonElement element, string member, string text) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

    private static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
