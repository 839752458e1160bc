using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Stoa.Hosting.Outbound;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;
using Stoa.Protocol.Graph.Templates;

namespace Stoa.Bots.Attachments;

/// <summary>An attachment with the content that belongs to it.</summary>
/// <param name="Card">Of a picture, audio, video, file, or media template.</param>
/// <param name="Preview">Of an open graph template: what its page says of itself.</param>
internal sealed record ResolvedAttachment(OutgoingAttachment Attachment, MediaCard? Card, JsonObject? Preview);

/// <summary>Finds or fetches what the attachments of a send show, before anything is stored.</summary>
internal sealed class ResolveAttachments(FetchMedia fetch, SavedAttachments saved, GuardedClient client)
{
    /// <param name="clientId">Of the send: the same again takes no content twice.</param>
    /// <exception cref="GraphException">Something cannot be found or fetched.</exception>
    public async Task<IReadOnlyList<ResolvedAttachment>> RunAsync(PageId page, Guid clientId, OutgoingMessage message, UploadedFile? file, CancellationToken cancellationToken)
    {
        var resolved = new ResolvedAttachment[message.Attachments.Count];
        for (var i = 0; i < resolved.Length; i++)
        {
            var attachment = message.Attachments[i];
            resolved[i] = attachment.Template switch
            {
                MediaTemplate template => new(attachment, await FindAsync(page, DeriveId(clientId, i), template, cancellationToken), null),
                OpenGraphTemplate template => new(attachment, null, await ReadPreviewAsync(template.Url, cancellationToken)),
                ProductTemplate { Products: var products } => throw products[0].Wrong("Product id is invalid: the page has no catalogue.", 2018320),
                not null => new(attachment, null, null),
                null => new(attachment, await FindContentAsync(page, DeriveId(clientId, i), attachment, file, cancellationToken), null),
            };
        }

        return resolved;
    }

    public Task<MediaCard> FindContentAsync(PageId page, Guid clientId, OutgoingAttachment attachment, UploadedFile? file, CancellationToken cancellationToken)
    {
        var payload = attachment.Value["payload"];
        return attachment switch
        {
            { AttachmentId: { } id } => saved.FindAsync(page, id, attachment.Type, payload["attachment_id"], cancellationToken),
            { Url: { } url } => fetch.FromUrlAsync(page, clientId, url, attachment.Type, payload["url"], cancellationToken),
            _ when file is not null => fetch.FromFileAsync(page, clientId, file, attachment.Type, attachment.Value, cancellationToken),
            _ => throw payload["url"].Wrong($"The parameter {payload["url"].Path} is required"),
        };
    }

    private async Task<MediaCard> FindAsync(PageId page, Guid clientId, MediaTemplate template, CancellationToken cancellationToken)
    {
        if (template.AttachmentId is { } id)
        {
            return await saved.FindAsync(page, id, template.MediaType, template.Element["attachment_id"], cancellationToken);
        }

        try
        {
            return await fetch.FromUrlAsync(page, clientId, template.Url!, template.MediaType, template.Element["url"], cancellationToken); // One of the two is set.
        }
        catch (GraphException exception) when (exception.Error.ErrorSubcode == 2018008)
        {
            throw new GraphException(GraphError.Parameter("Cannot get the preview of the url.", 2018173, exception.Error.ErrorData) with { ErrorUserMsg = exception.Error.ErrorUserMsg });
        }
    }

    // A page that does not answer takes nothing from the message but its preview.
    private async Task<JsonObject?> ReadPreviewAsync(string url, CancellationToken cancellationToken) =>
        await client.FetchAsync(new(url), OutboundLimits.Preview, cancellationToken) is OutboundOutcome.Answered { Success: true, Body: var body } ? OpenGraphTags.Read(body.Span) : null;

    private static Guid DeriveId(Guid clientId, int place)
    {
        Span<byte> seed = stackalloc byte[20];
        clientId.TryWriteBytes(seed);
        BinaryPrimitives.WriteInt32LittleEndian(seed[16..], place);
        return new Guid(SHA256.HashData(seed).AsSpan(0, 16));
    }
}
