using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Bots.Pages;
using Stoa.Bots.Sending;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Reading;

/// <summary>A page reads its own conversations: <c>/me/conversations</c>, <c>/t_…</c>, <c>/t_…/messages</c>, <c>/m_…</c> (messenger-platform §5.13).</summary>
internal static class ReadConversations
{
    /// <summary>Only the newest of a conversation can be read, as documented.</summary>
    private const int ReadableMessages = 20;

    private const int LookedThrough = 200;

    public static async Task ListAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        _ = call.Parameters["platform"].OneOf("messenger", "instagram");
        var folder = call.Parameters["folder"].OneOf("inbox", "spam", "page_done", "other", "pending") ?? "inbox";
        var paging = GraphPaging.Read(call);
        var found = new List<BusinessThread>();
        var threads = call.Http.RequestServices.GetRequiredService<IBusinessThreads>();
        if (call.Parameters["user_id"] is { Exists: true } user)
        {
            var person = await call.Http.RequestServices.GetRequiredService<PageScopedIds>().FindPersonAsync(page, user.TextOrNumber(40) ?? "", cancellationToken)
                ?? throw new GraphException(GraphErrors.NoSuchPerson with { ErrorData = "user_id" });
            found.AddRange(await threads.FindAsync(page, person, cancellationToken) is { } thread && await threads.DescribeAsync(thread, cancellationToken) is { } one ? [one] : []);
        }
        else if (folder == "inbox")
        {
            found.AddRange(await threads.ListAsync(page, ReadPlace(call, paging.After), paging.Limit + 1, cancellationToken));
        }

        var more = found.Count > paging.Limit;
        var items = new List<(string, JsonObject)>();
        foreach (var thread in found.Take(paging.Limit))
        {
            items.Add((string.Create(CultureInfo.InvariantCulture, $"{thread.UpdatedAt.UtcTicks}.{thread.Id}"), await ShowAsync(call, page, thread, ["id", "link", "updated_time", .. call.Request.NamesIn("fields") ?? []], cancellationToken)));
        }

        await call.AnswerAsync(GraphPaging.List(call, items, more));
    }

    private static (DateTimeOffset, ThreadId)? ReadPlace(GraphCall call, string? cursor) =>
        cursor is null ? null
        : cursor.Split('.') is [var ticks, var thread] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks && WireIds.TryParse(thread, out var id)
            ? (new DateTimeOffset(at, TimeSpan.Zero), new ThreadId(id))
        : throw call.Parameters["after"].Wrong("Param after is no cursor of this list.");

    public static async Task ReadAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        await call.AnswerAsync(await ShowAsync(call, page, await FindAsync(call, page, cancellationToken), call.Request.NamesIn("fields") ?? ["link", "updated_time"], cancellationToken));

    public static async Task ReadMessagesAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Caller.Page ?? throw call.Unsupported();
        var thread = await FindAsync(call, page, cancellationToken);
        await call.AnswerAsync(await MessagesAsync(call, page, thread, cancellationToken));
    }

    /// <summary><c>GET /m_…</c>.</summary>
    public static async Task ReadMessageAsync(GraphCall call, PageId page, CancellationToken cancellationToken)
    {
        var services = call.Http.RequestServices;
        if (!MessageId.TryParse(call.Node, out var id) || await services.GetRequiredService<IBusinessThreads>().DescribeAsync(id.Thread, cancellationToken) is not { } thread || thread.Page != page)
        {
            throw call.Unsupported();
        }

        var message = (await NewestAsync(call, id.Thread, cancellationToken)).FirstOrDefault(e => e.Seq == id.Seq)
            ?? throw new GraphException(new("(#9000001) The message was deleted, or is too old to be read.", "OAuthException", 9000001));
        await call.AnswerAsync(await ShowAsync(call, page, thread, message, call.Request.NamesIn("fields") ?? ["created_time"], cancellationToken));
    }

    private static async Task<BusinessThread> FindAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        ConversationId.TryParse(call.Node, out var id) && await call.Http.RequestServices.GetRequiredService<IBusinessThreads>().DescribeAsync(id, cancellationToken) is { } thread && thread.Page == page
            ? thread
            : throw call.Unsupported();

    private static async Task<JsonObject> ShowAsync(GraphCall call, PageId page, BusinessThread thread, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var shown = new JsonObject();
        var names = fields.Select(f => f.Split('{')[0]).Distinct().ToList();
        var outlook = names.Exists(f => f.StartsWith("can_reply", StringComparison.Ordinal)) ? await call.Http.RequestServices.GetRequiredService<Conversations>().LookAsync(thread.Id, page, cancellationToken) : default;
        foreach (var field in names)
        {
            JsonNode? value = field switch
            {
                "link" => $"/{ConversationId.Write(thread.Id)}",
                "updated_time" => Time(thread.UpdatedAt),
                "message_count" => thread.LastSeq,
                "folder" => "inbox",
                "can_reply" => outlook.MaySend,
                "can_reply_until" => outlook.Until is { } until ? Time(until) : null,
                "can_reply_reason" => outlook.Why,
                "is_subscribed" => true,
                "scoped_thread_key" => ConversationId.Write(thread.Id),
                "participants" or "senders" => new JsonObject { ["data"] = new JsonArray([.. (await PartiesAsync(call, page, thread, cancellationToken)).Select(p => p.DeepClone())]) },
                "messages" => await MessagesAsync(call, page, thread, cancellationToken),
                "snippet" => (await NewestAsync(call, thread.Id, cancellationToken)).Select(e => Text(e.Body, "text")).FirstOrDefault(text => text is not null),
                _ => null,
            };
            if (value is not null)
            {
                shown[field] = value;
            }
        }

        shown["id"] = ConversationId.Write(thread.Id);
        return shown;
    }

    private static async Task<JsonObject> MessagesAsync(GraphCall call, PageId page, BusinessThread thread, CancellationToken cancellationToken)
    {
        var fields = call.Node.StartsWith("t_", StringComparison.Ordinal) && !(call.Request.NamesIn("fields") ?? []).Contains("messages") ? call.Request.NamesIn("fields") ?? ["created_time"] : ["created_time"];
        var items = new JsonArray();
        foreach (var message in await NewestAsync(call, thread.Id, cancellationToken))
        {
            items.Add((JsonNode)await ShowAsync(call, page, thread, message, fields, cancellationToken));
        }

        return new JsonObject { ["data"] = items };
    }

    private static async Task<JsonObject> ShowAsync(GraphCall call, PageId page, BusinessThread thread, ThreadEvent message, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var shown = new JsonObject { ["id"] = message.Id.ToString() };
        var isPage = message.Sender == page;
        foreach (var field in fields.Where(f => f != "id").Distinct())
        {
            JsonNode? value = field switch
            {
                "created_time" => Time(message.At),
                "message" => Text(message.Body, "text") ?? "",
                "from" => (await PartiesAsync(call, page, thread, cancellationToken))[isPage ? 1 : 0].DeepClone(),
                "to" => new JsonObject { ["data"] = new JsonArray((await PartiesAsync(call, page, thread, cancellationToken))[isPage ? 0 : 1].DeepClone()) },
                "reply_to" when message.Body.TryGetProperty("replyTo", out var seq) => new JsonObject { ["mid"] = new MessageId(thread.Id, seq.GetInt64()).ToString() },
                "attachments" => Attachments(call, message, isPage),
                _ => null,
            };
            if (value is not null)
            {
                shown[field] = value;
            }
        }

        return shown;
    }

    private static JsonObject? Attachments(GraphCall call, ThreadEvent message, bool isPage)
    {
        Func<MediaId, Uri> link = call.Http.RequestServices.GetRequiredService<IMedia>().SignBotLink;
        var found = isPage ? PageAttachments.Compose(message.Body, link).Shown : PersonAttachments.Compose(message.Body, link).Shown;
        return found is { } list ? new JsonObject { ["data"] = JsonNode.Parse(list.GetRawText()) } : null;
    }

    /// <returns>The person, then the page.</returns>
    private static async Task<JsonObject[]> PartiesAsync(GraphCall call, PageId page, BusinessThread thread, CancellationToken cancellationToken)
    {
        var services = call.Http.RequestServices;
        var profile = await services.GetRequiredService<IBusinessThreads>().FindProfileAsync(thread.Person, cancellationToken);
        var row = await services.GetRequiredService<PageDirectory>().FindRowAsync(page, cancellationToken);
        var psid = await services.GetRequiredService<Recipients>().PsidOfAsync(page, thread.Person, cancellationToken);
        return [new() { ["name"] = profile?.Name ?? "", ["id"] = psid }, new() { ["name"] = row?.Name ?? "", ["id"] = page.ToString() }];
    }

    private static async Task<IReadOnlyList<ThreadEvent>> NewestAsync(GraphCall call, ThreadId thread, CancellationToken cancellationToken) =>
        [.. (await call.Http.RequestServices.GetRequiredService<IThreadLog>().ReadNewestAsync(thread, LookedThrough, cancellationToken))
            .Where(e => e.Kind == "message" && !EventComposer.IsEmpty(e)).Take(ReadableMessages)];

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+0000'", CultureInfo.InvariantCulture);
}
