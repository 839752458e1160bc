using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Postgres;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Threads.Live;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Log;

/// <summary>The log of every conversation: one lane per process, fenced by the database against every other process.</summary>
internal sealed class ThreadLog : IThreadLog, IAsyncDisposable
{
    private static readonly Problem busy = new(StatusCodes.Status503ServiceUnavailable, "busy", "Store an event",
        "More messages wait for their commit than the server admits.", "Wait a second and send again with the same clientId.")
    { RetryAfterSeconds = 1 };

    // What has expired has no content for the modules above either, also before the sweeper has been there.
    private const string Unexpired =
        """
        select e.seq, e.sender, e.client_id, e.kind, e.at,
               case when e.expires_at <= $1 and e.kind <> 101 then (case when e.of_seq is null then '{"expired":true}' else json_build_object('of', e.of_seq)::text end)::json else e.body end
        from threads.events e
        """;

    private readonly NpgsqlDataSource database;
    private readonly TimeProvider time;
    private readonly OutboxWriter outbox;
    private readonly Fanout fanout;
    private readonly IMedia media;
    private readonly AppendBatch append = new();
    private readonly AppendChanges appendChanges;
    private readonly GroupCommit<PendingEvent, AppendResult> lane;

    // Both for the rare time after a lost connection; the lane alone touches them.
    private readonly List<PendingEvent> unsure = [];
    private readonly HashSet<(ThreadId Thread, long Seq)> told = [];

    public ThreadLog(NpgsqlDataSource database, TimeProvider time, OutboxWriter outbox, Fanout fanout, IMedia media, IOptions<ThreadsOptions> options)
    {
        (this.database, this.time, this.outbox, this.fanout, this.media) = (database, time, outbox, fanout, media);
        appendChanges = new(append);
        lane = new(database, CommitAsync, options.Value.BatchMax, options.Value.QueueMax);
    }

    public async Task<AppendOutcome> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken)
    {
        var result = newEvent is { Media.Count: 0, Guard: null }
            ? await AppendAsync(newEvent, EventKind.Of(newEvent.Kind), replyTo: 0, cancellationToken)
            : await ChangeAsync(newEvent.Thread, newEvent.Sender, newEvent.ClientId, new GuardedAppend(media, newEvent), cancellationToken);
        return new(result.Verdict is AppendVerdict.Repeated or AppendVerdict.Appended ? (AppendStatus)result.Verdict : AppendStatus.Refused, result.Seq, result.At);
    }

    /// <summary>The same for a message that may answer an earlier one. Enters the lane before it first waits: calls made in order are appended in order.</summary>
    public Task<AppendResult> AppendAsync(NewEvent newEvent, short kind, long replyTo, CancellationToken cancellationToken) =>
        lane.TryEnqueue(new(newEvent, kind, replyTo, Instant.Now(time)), out var committed)
            ? committed.WaitAsync(cancellationToken)
            : Task.FromException<AppendResult>(new ProblemException(busy));

    /// <summary>Carries out a change and appends its event. The same (thread, sender, client id) again answers with the first's number and changes nothing.</summary>
    public Task<AppendResult> ChangeAsync(ThreadId thread, MemberId sender, Guid clientId, ThreadChange change, CancellationToken cancellationToken) =>
        lane.TryEnqueue(new(new(thread, sender, clientId, EventKind.Name(change.Kind), default), change.Kind, 0, Instant.Now(time), change), out var committed)
            ? committed.WaitAsync(cancellationToken)
            : Task.FromException<AppendResult>(new ProblemException(busy));

    public async Task<ThreadEvent?> FindAsync(ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Unexpired + " where e.thread_id = $2 and e.seq = $3");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        return (await ReadAsync(thread, command, cancellationToken)) is [var found] ? found : null;
    }

    public async Task<IReadOnlyList<ThreadEvent>> ReadNewestAsync(ThreadId thread, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Unexpired + " where e.thread_id = $2 order by e.seq desc limit $3");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(limit, 1, 200) });
        return await ReadAsync(thread, command, cancellationToken);
    }

    public ValueTask DisposeAsync() => lane.DisposeAsync();

    private static async Task<List<ThreadEvent>> ReadAsync(ThreadId thread, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var events = new List<ThreadEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = EventRow.Read(reader);
            using var body = JsonDocument.Parse(row.Body);
            events.Add(new(thread, row.Seq, row.Sender, row.ClientId, EventKind.Name(row.Kind), row.At, body.RootElement.Clone()));
        }

        return events;
    }

    private async Task<IReadOnlyList<AppendResult>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> items, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            item.Attempts++;
        }

        AppendResult[] results;
        try
        {
            results = await (items.Any(item => item.Change is not null) ? appendChanges.RunAsync(connection, items, cancellationToken) : append.RunAsync(connection, items, cancellationToken));
        }
        catch (Exception lost) when (items.Count == 1 && LostConnection.IsWhy(lost, connection))
        {
            // If this was its last try its sender hears of the failure, yet the commit may have happened. Members must not miss it then.
            if (!unsure.Contains(items[0]))
            {
                unsure.Add(items[0]);
            }

            throw;
        }

        var retried = items[0].Attempts > 1;
        if (unsure.Count > 0)
        {
            // These have just been answered after all.
            unsure.RemoveAll(items.Contains);
        }

        var careful = retried || unsure.Count > 0;
        if (!careful)
        {
            told.Clear();
        }

        var news = new List<CommittedEvent>(items.Count);
        var withPage = false;
        for (var i = 0; i < results.Length; i++)
        {
            // A connection that died between commit and answer makes the second try find our own event. It is ours when it is not older
            // than our wish to send it: then nobody has been told yet, and the sender gets the answer of a first send.
            var place = (items[i].What.Thread, results[i].Seq);
            if (retried && results[i].Verdict == AppendVerdict.Repeated && results[i].At >= items[i].At && !told.Contains(place))
            {
                results[i] = results[i] with { Verdict = AppendVerdict.Appended };
            }

            if (results[i].Verdict == AppendVerdict.Appended)
            {
                withPage |= results[i].HasPage;
                news.Add(new(items[i], results[i]));
                if (careful)
                {
                    told.Add(place);
                }
            }
        }

        // What was stored without our hearing of it has lower numbers than what has just been stored, so it is told first.
        news.InsertRange(0, await FindUnsureAsync(connection, cancellationToken));
        if (withPage)
        {
            outbox.Wake(ThreadNews.Topic);
        }

        await fanout.TellAsync(news, cancellationToken);
        foreach (var change in news.Where(told => told.Event.News.Count > 0))
        {
            await fanout.TellAsync(change.Event.News, cancellationToken);
        }

        return results;
    }

    /// <summary>Looks which of the events whose commit was never heard of are in the log after all.</summary>
    private async Task<List<CommittedEvent>> FindUnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = new List<CommittedEvent>();
        if (unsure.Count == 0)
        {
            return found;
        }

        try
        {
            await using var command = new NpgsqlCommand(
                """
                select i.ord::int, e.seq, e.at, t.page_id is not null, t.members_version
                from unnest($1, $2, $3) with ordinality as i(thread_id, sender, client_id, ord)
                join threads.events e on e.thread_id = i.thread_id and e.sender = i.sender and e.client_id = i.client_id
                join threads.threads t on t.id = i.thread_id
                order by e.thread_id, e.seq
                """, connection);
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = unsure.Select(item => item.What.Thread.Value).ToArray() });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = unsure.Select(item => item.What.Sender.Value).ToArray() });
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = unsure.Select(item => item.What.ClientId).ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var item = unsure[reader.GetInt32(0) - 1];
                var result = new AppendResult(AppendVerdict.Appended, reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3), reader.GetInt32(4));
                // An older one is the first of a repeat; one that is told has been sent again meanwhile and was stored by that.
                if (result.At >= item.At && told.Add((item.What.Thread, result.Seq)))
                {
                    found.Add(new(item, result));
                }
            }

            unsure.Clear();
        }
        catch (Exception lost) when (lost is NpgsqlException || LostConnection.IsWhy(lost, connection))
        {
            // What was just committed is answered in any case; the next commit looks for the rest.
        }

        return found;
    }
}
