using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Stoa.Hosting.Outbox;

/// <summary>A row of news: what happened, and to what.</summary>
/// <param name="Id">Rises in commit order within one key.</param>
/// <param name="Key">The id of the thing told of: a thread, a purchase.</param>
/// <param name="Body">JSON; its shape and version belong to the topic.</param>
public sealed record OutboxRow(long Id, long Key, string Body);

/// <summary>Takes the news of one topic. At most one consumer has a topic, and at most one node runs it at a time.</summary>
public interface IOutboxConsumer
{
    /// <summary>A written name such as <c>threads.event</c>.</summary>
    string Topic { get; }

    /// <summary>
    /// Works through rows in order, in the transaction that also removes them: what it writes there happens exactly once.
    /// What it does outside (another database transaction, a call) may happen again after a crash and must bear it.
    /// </summary>
    Task ConsumeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken);

    /// <summary>The rows just consumed are committed: the moment to wake whoever works on what was written. May be missed by a crash.</summary>
    void Committed()
    {
    }
}

/// <summary>Writes news. Write inside the transaction of the change, and <see cref="Wake"/> the consumer after its commit.</summary>
public sealed class OutboxWriter
{
    private readonly ConcurrentDictionary<string, Action> wakers = new(StringComparer.Ordinal);

    /// <param name="body">JSON.</param>
    public static Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string topic, long key, string body, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into hosting.outbox (topic, key, body) values (@topic, @key, @body::jsonb)",
            new { topic, key, body }, transaction, cancellationToken: cancellationToken));

    /// <summary>Says that there is news, so that nobody waits for the next look. Losing this costs at most a second.</summary>
    public void Wake(string topic)
    {
        if (wakers.TryGetValue(topic, out var wake))
        {
            wake();
        }
    }

    internal void OnWake(string topic, Action wake) => wakers[topic] = wake;
}
