using System.Globalization;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.OptIns;
using Stoa.Bots.Pages;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Sending;

/// <summary>Whom a send reaches.</summary>
/// <param name="Psid">As the page knows them.</param>
/// <param name="OptIn">The permission that the send names; null when it names a person.</param>
internal sealed record Target(PersonId Person, ThreadId Thread, string Psid, OptIn? OptIn);

/// <summary>Finds whom a recipient means (messenger-platform §1.2). What was never given to this page is nobody, whatever it looks like.</summary>
internal sealed class Recipients(PageScopedIds ids, IBusinessThreads threads, OptInStore optIns, NpgsqlDataSource database, TimeProvider time)
{
    /// <exception cref="GraphException">100/2018001: nobody. 10/2018278: somebody who has not written to the page.</exception>
    public async Task<Target> FindAsync(PageId page, Recipient recipient, CancellationToken cancellationToken)
    {
        switch (recipient.Kind)
        {
            case RecipientKind.Id:
                var person = await ids.FindPersonAsync(page, recipient.Value, cancellationToken) ?? throw new GraphException(GraphErrors.NoSuchPerson);
                return new(person, await FindThreadAsync(page, person, cancellationToken), recipient.Value, null);
            case RecipientKind.PhoneNumber:
                // The server verifies nobody's number. Matching one that somebody merely typed would hand a business's messages to whoever typed it.
                throw Nobody("phone_number");
            case RecipientKind.ThreadKey:
                var thread = await FindByKeyAsync(page, recipient.Value, cancellationToken) ?? throw Nobody("thread_key");
                return await ReachAsync(page, thread, null, cancellationToken);
            case RecipientKind.OneTimeToken or RecipientKind.NotificationToken:
                var name = recipient.Kind == RecipientKind.OneTimeToken ? "one_time_notif_token" : "notification_messages_token";
                var optIn = await optIns.FindAsync(page, recipient.Value, cancellationToken);
                return optIn is not null && optIn.IsOneTime == (recipient.Kind == RecipientKind.OneTimeToken) && new DateTimeOffset(optIn.ExpiresAt) > time.GetUtcNow()
                    ? await ReachAsync(page, new(optIn.PersonId), optIn, cancellationToken)
                    : throw Nobody(name);
            case RecipientKind.UserRef:
                throw Nobody("user_ref");
            default:
                throw Nobody(recipient.Kind == RecipientKind.Comment ? "comment_id" : "post_id");
        }
    }

    /// <summary>The person as the page knows them; made where it is not known yet.</summary>
    public async Task<string> PsidOfAsync(PageId page, PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var psid = (await PageScopedIds.FindOrMakeAsync(connection, transaction, [(page, person)], cancellationToken))[(page, person)];
        await transaction.CommitAsync(cancellationToken);
        return psid.ToString(CultureInfo.InvariantCulture);
    }

    private static GraphException Nobody(string member) => new(GraphErrors.NoSuchPerson with { ErrorData = $"recipient[{member}]" });

    private async Task<Target> ReachAsync(PageId page, PersonId person, OptIn? optIn, CancellationToken cancellationToken)
    {
        var thread = await FindThreadAsync(page, person, cancellationToken);
        return new(person, thread, await PsidOfAsync(page, person, cancellationToken), optIn);
    }

    // Only a person's act makes a thread: a business never writes first.
    private async Task<ThreadId> FindThreadAsync(PageId page, PersonId person, CancellationToken cancellationToken) =>
        await threads.FindAsync(page, person, cancellationToken) ?? throw new GraphException(GraphErrors.OutsideWindow);

    private async Task<PersonId?> FindByKeyAsync(PageId page, string key, CancellationToken cancellationToken) =>
        ConversationId.TryParse(key, out var thread) && await threads.FindMembersAsync(thread, cancellationToken) is var (owner, person) && owner == page ? person : null;
}

/// <summary>The id of a conversation on the wire: <c>t_</c> and the number of its thread, which one page and one person share.</summary>
internal static class ConversationId
{
    public static string Write(ThreadId thread) => $"t_{thread}";

    public static bool TryParse(string text, out ThreadId thread)
    {
        thread = default;
        if (!text.StartsWith("t_", StringComparison.Ordinal) || !WireIds.TryParse(text.AsSpan(2), out var id))
        {
            return false;
        }

        thread = new(id);
        return true;
    }
}
