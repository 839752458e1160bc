using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Bots.Attachments;
using Stoa.Bots.Graph;
using Stoa.Bots.Handover;
using Stoa.Bots.Personas;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary><c>POST /me/messages</c>: a page writes to a person, or shows that it reads, types or likes (messenger-platform §1).</summary>
internal sealed class SendMessage(
    Recipients recipients, IBusinessThreads threads, Conversations conversations, StoreMessage messages, SavedAttachments saved, PersonaStore personas, ControlStore control,
    HandoverCalls handover, CallLimits limits)
{
    private const int IdempotencyKeyMax = 200;

    public static Task HandleAsync(GraphCall call, CancellationToken cancellationToken) =>
        call.Http.RequestServices.GetRequiredService<SendMessage>().SendAsync(call, cancellationToken);

    private async Task SendAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        limits.TakeSend(page);
        var request = SendRequest.Read(call.Parameters, call.Request.File is not null);
        var clientId = FindClientId(call);
        var target = await recipients.FindAsync(page, request.Recipient, cancellationToken);
        if (request.Message is not null && HasKey(call) && await threads.FindSentAsync(target.Thread, page, clientId, cancellationToken) is { } first)
        {
            // Nothing is looked at or fetched again: what the first one needed may be gone by now, and it stands.
            await call.AnswerAsync(Answer(request, target, first));
            return;
        }

        var next = request.Control is { } wantedControl ? await handover.PlanAsync(call, page, target, wantedControl, cancellationToken) : null;
        var guard = await control.EnterAsync(page, call.Caller.App, target.Thread, cancellationToken, next);
        var persona = request.PersonaId is { } wanted
            ? await personas.FindAsync(page, wanted, cancellationToken) ?? throw call.Parameters["persona_id"].Wrong("There is no persona with this id on this page.")
            : null;
        if (request.Action is { } action)
        {
            await ActAsync(call, page, request, action, target, clientId, cancellationToken);
            await call.AnswerAsync(new JsonObject { ["recipient_id"] = target.Psid });
            return;
        }

        var message = request.Message ?? throw new InvalidOperationException("A request has a message or an action.");
        var replyTo = FindReplyTo(call, message, target.Thread);
        var (outcome, resolved) = await messages.RunAsync(
            new(page, call.Caller.App, target, request, message, clientId) { File = call.Request.File, Persona = persona, ReplyTo = replyTo }, guard, cancellationToken);
        if (outcome.Status == AppendStatus.Refused)
        {
            // Who lost the thread on the way is told so; else the person takes nothing from this page.
            await control.EnterAsync(page, call.Caller.App, target.Thread, cancellationToken);
            throw new GraphException(GraphErrors.PersonNotAvailable);
        }

        if (next is not null)
        {
            handover.Woken(next);
        }

        var answer = Answer(request, target, outcome.Seq);
        if (resolved is [{ Attachment: { Reusable: true, AttachmentId: null } reusable, Card: { } card }])
        {
            await saved.SaveAsync(page, card, reusable.Type, cancellationToken);
            answer["attachment_id"] = card.Id.ToString();
        }

        await call.AnswerAsync(answer);
    }

    private async Task ActAsync(GraphCall call, PageId page, SendRequest request, SenderAction action, Target target, Guid clientId, CancellationToken cancellationToken)
    {
        if (action == SenderAction.MarkSeen)
        {
            await threads.MarkAsync(target.Thread, page, await threads.LastSeqAsync(target.Thread, cancellationToken), null, cancellationToken);
            return;
        }

        if (await conversations.RefuseAsync(target.Thread, page, request, clientId, cancellationToken) is { } why)
        {
            throw new GraphException(GraphErrors.Outside(why));
        }

        if (request.Reaction is { } reaction)
        {
            var where = call.Parameters["payload"]["message_id"];
            var seq = MessageId.TryParse(reaction.MessageId, out var id) && id.Thread == target.Thread ? id.Seq : throw where.Wrong("There is no message with this id in the conversation.");
            if (!await threads.ReactAsync(target.Thread, page, seq, reaction.Emoji, clientId, cancellationToken))
            {
                throw where.Wrong("The message takes no reaction, or this is none.");
            }

            return;
        }

        await threads.ShowTypingAsync(target.Thread, page, action == SenderAction.TypingOn, cancellationToken);
    }

    private static JsonObject Answer(SendRequest request, Target target, long seq)
    {
        var answer = new JsonObject();
        if (request.Recipient.AnswersWithPerson)
        {
            answer["recipient_id"] = target.Psid;
        }

        answer["message_id"] = new MessageId(target.Thread, seq).ToString();
        return answer;
    }

    private static bool HasKey(GraphCall call) => call.Http.Request.Headers["Idempotency-Key"] is [{ Length: > 0 }];

    /// <summary>A send happens once for each request; with the header <c>Idempotency-Key</c> once for each key of the app.</summary>
    private static Guid FindClientId(GraphCall call)
    {
        if (call.Http.Request.Headers["Idempotency-Key"] is not [{ Length: > 0 } key])
        {
            return Guid.CreateVersion7();
        }

        if (key.Length > IdempotencyKeyMax)
        {
            throw new GraphException(GraphError.Parameter($"The header Idempotency-Key has at most {IdempotencyKeyMax} characters", path: "Idempotency-Key"));
        }

        // Two apps with one key must not meet.
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Caller.App}:{key}")).AsSpan(0, 16));
    }

    private static long? FindReplyTo(GraphCall call, OutgoingMessage message, ThreadId thread)
    {
        if (message.ReplyTo is null)
        {
            return null;
        }

        return MessageId.TryParse(message.ReplyTo, out var id) && id.Thread == thread
            ? id.Seq
            : throw call.Parameters["reply_to"]["mid"].Wrong("There is no message with this id in the conversation.");
    }
}
