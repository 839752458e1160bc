using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Graph;
using Stoa.Bots.Sending;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Attachments;

/// <summary><c>POST /me/message_attachments</c>: saves a picture, audio, video or file by address or upload, to be sent by its id (messenger-platform §1.7).</summary>
internal static class SaveAttachment
{
    public static async Task HandleAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var services = call.Http.RequestServices;
        var page = call.Page();
        services.GetRequiredService<CallLimits>().TakeSend(page);
        _ = call.Parameters["platform"].OneOf("MESSENGER", "INSTAGRAM");
        var given = call.Parameters["message"].Members()["attachment"].Required();
        var attachment = OutgoingAttachment.Read(given, hasFile: call.Request.File is not null);
        if (attachment is { Template: not null } or { AttachmentId: not null })
        {
            throw given.Wrong("Saved are attachments of type image, audio, video and file, by url or as a file.");
        }

        var card = await services.GetRequiredService<ResolveAttachments>().FindContentAsync(page, Guid.CreateVersion7(), attachment, call.Request.File, cancellationToken);
        await services.GetRequiredService<SavedAttachments>().SaveAsync(page, card, attachment.Type, cancellationToken);
        await call.AnswerAsync(new JsonObject { ["attachment_id"] = card.Id.ToString() });
    }
}
