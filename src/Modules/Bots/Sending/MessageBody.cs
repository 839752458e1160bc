using System.Buffers;
using System.Text;
using System.Text.Json;
using Stoa.Bots.Attachments;
using Stoa.Bots.Personas;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary>The event's members as people's clients read them (docs/protocol/http.md); templates and quick replies as they were sent. Pure.</summary>
internal static class MessageBody
{
    public static ReadOnlyMemory<byte> Compose(OutgoingMessage message, IReadOnlyList<ResolvedAttachment> attachments, Persona? persona, long? replyTo)
    {
        var written = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(written))
        {
            writer.WriteStartObject();
            if (message.Text is not null)
            {
                writer.WriteString("text", Clean(message.Text));
            }

            if (attachments.Count > 0)
            {
                writer.WriteStartArray("attachments");
                foreach (var attachment in attachments)
                {
                    Write(writer, attachment);
                }

                writer.WriteEndArray();
            }

            if (message.QuickReplies.Count > 0)
            {
                writer.WriteStartArray("quickReplies");
                foreach (var reply in message.QuickReplies)
                {
                    reply.Value.Raw.WriteTo(writer);
                }

                writer.WriteEndArray();
            }

            if (persona is not null)
            {
                writer.WriteStartObject("persona");
                writer.WriteString("name", persona.Name);
                writer.WriteString("picture", persona.PictureUrl);
                writer.WriteEndObject();
            }

            if (message.Notification != "REGULAR")
            {
                writer.WriteString("notification", message.Notification == "NO_PUSH" ? "none" : "silent");
            }

            if (replyTo is { } seq)
            {
                writer.WriteNumber("replyTo", seq);
            }

            writer.WriteEndObject();
        }

        return written.WrittenMemory;
    }

    /// <summary>What people may ask our copy of: every picture that the message names by address.</summary>
    public static IEnumerable<string> PicturesIn(OutgoingMessage message, IReadOnlyList<ResolvedAttachment> attachments) =>
        attachments.Where(a => a.Attachment.Template is not null).SelectMany(a => Pictures.NamedIn(a.Attachment.Value.Raw))
            .Concat(attachments.Select(a => a.Preview?["image"]?.GetValue<string>()).OfType<string>())
            .Concat(message.QuickReplies.Select(reply => reply.ImageUrl).OfType<string>());

    private static void Write(Utf8JsonWriter writer, ResolvedAttachment resolved)
    {
        writer.WriteStartObject();
        writer.WriteString("type", resolved.Attachment.Type);
        if (resolved.Attachment.Template is not null)
        {
            writer.WritePropertyName("payload");
            resolved.Attachment.Value["payload"].Raw.WriteTo(writer);
            if (resolved.Card is { } shown)
            {
                MediaCardJson.Write(writer, shown);
            }

            if (resolved.Preview is { } preview)
            {
                writer.WritePropertyName("preview");
                preview.WriteTo(writer);
            }
        }
        else if (resolved.Card is { } card)
        {
            writer.WriteStartObject("payload");
            MediaCardJson.Write(writer, card);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    // Line feed and tab are text; other control characters are not.
    private static string Clean(string text) =>
        (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t')) : text).Normalize(NormalizationForm.FormC);
}
