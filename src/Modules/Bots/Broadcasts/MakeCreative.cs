using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Attachments;
using Stoa.Bots.Graph;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Protocol.Graph.Templates;

namespace Stoa.Bots.Broadcasts;

/// <summary><c>POST /me/message_creatives</c>: a message that is to go to many (messenger-platform §5.6).</summary>
internal static class MakeCreative
{
    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var services = call.Http.RequestServices;
        var given = call.Parameters["messages"].List(1, 1)[0].Members();
        var message = JsonNode.Parse(given.Raw.GetRawText())!.AsObject(); // Members just said that it is an object.
        if (given["dynamic_text"] is { Exists: true } dynamic)
        {
            _ = dynamic.Members()["text"].Text(OutgoingMessage.TextMax);
            _ = dynamic["fallback_text"].Text(OutgoingMessage.TextMax);
        }
        else
        {
            var read = OutgoingMessage.Read(given, new GraphValue(default, "reply_to"), hasFile: false);
            if (read.Template is ReceiptTemplate or AirlineItinerary or AirlineCheckin or AirlineBoardingPass or AirlineUpdate or OpenGraphTemplate)
            {
                throw given["attachment"].Wrong("Airline, receipt and open graph templates cannot be broadcast: they are one person's.");
            }

            await FetchOnceAsync(services, page, read, message, cancellationToken);
        }

        var id = WireIds.New();
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.message_creatives (page_id, id, message, created_at) values (@page, @id, @message::jsonb, @now)",
            new { page = page.Value, id, message = message.ToJsonString(), now = services.GetRequiredService<TimeProvider>().GetUtcNow() }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["message_creative_id"] = id });
    }

    /// <summary>A picture by address is fetched now and sent by its id: not once for each recipient.</summary>
    private static async Task FetchOnceAsync(IServiceProvider services, PageId page, OutgoingMessage read, JsonObject message, CancellationToken cancellationToken)
    {
        if (read.Attachments is [{ Template: null, Url: not null } attachment])
        {
            var card = await services.GetRequiredService<ResolveAttachments>().FindContentAsync(page, Guid.CreateVersion7(), attachment, null, cancellationToken);
            await services.GetRequiredService<SavedAttachments>().SaveAsync(page, card, attachment.Type, cancellationToken);
            message["attachment"] = new JsonObject { ["type"] = attachment.Type, ["payload"] = new JsonObject { ["attachment_id"] = card.Id.ToString() } };
            message.Remove("attachments");
        }
    }
}
