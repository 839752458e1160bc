using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.OptIns;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Bots.Acts;

/// <summary>
/// <c>PUT /api/pages/{id}/stop</c>: nothing more of this business. Every permission ends, also those of purchases and subscriptions; only an act of the person lets it write again.
/// </summary>
internal sealed class StopPage(NpgsqlDataSource database, IBusinessThreads threads, TellPage tell, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPut("/api/pages/{id}/stop", HandleAsync).For(Audience.Person)
        .WithName("stopPage").WithTags("Businesses").WithSummary("Hear nothing more of a business until one writes to it again").ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(PageId id, HttpContext context, StopPage stop, CancellationToken cancellationToken) =>
        await stop.RunAsync(id, context.Person(), cancellationToken) ? TypedResults.NoContent() : Problem.NotFound("page_not_found", "page").AsResult();

    /// <returns>False: the person does not talk with the page.</returns>
    private async Task<bool> RunAsync(PageId page, PersonId person, CancellationToken cancellationToken)
    {
        if (await threads.FindAsync(page, person, cancellationToken) is not { } thread)
        {
            return false;
        }

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.conversations as c (thread_id, stopped_at) values (@id, @now)
            on conflict (thread_id) do update set stopped_at = greatest(c.stopped_at, excluded.stopped_at), updates_until = null, opened_at = null
            """, new { id = thread.Value, now }, transaction, cancellationToken: cancellationToken));
        var ended = (await connection.QueryAsync<OptIn>(new CommandDefinition(
            $"update bots.optins set stopped_at = @now where page_id = @page and person_id = @person and stopped_at is null and expires_at > @now returning {OptIn.Columns}",
            new { page = page.Value, person = person.Value, now }, transaction, cancellationToken: cancellationToken))).AsList();
        var wakes = new List<Action>();
        foreach (var optIn in ended.Where(optIn => !optIn.IsOneTime))
        {
            wakes.Add(await tell.AppendAsync(connection, transaction, page, person, thread, WebhookFields.OptIns, opens: false, shell => shell with
            {
                Optin = new("notification_messages", optIn.Payload)
                {
                    NotificationMessagesToken = optIn.Token,
                    NotificationMessagesFrequency = optIn.Frequency,
                    NotificationMessagesTimezone = optIn.Timezone,
                    UserTokenStatus = "NOT_REFRESHED",
                    NotificationMessagesStatus = "STOP NOTIFICATIONS",
                    Title = optIn.Title,
                },
            }, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        wakes.ForEach(wake => wake());
        return true;
    }
}
