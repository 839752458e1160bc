using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Stoa.Kernel;

namespace Stoa.Bench;

/// <param name="Token">A session's, as the header <c>Authorization: Bearer</c> and the frame <c>hello</c> take it.</param>
internal sealed record SeededPerson(PersonId Id, string Token);

/// <summary>Fills the tables of a server that has just made them, by COPY: a thousand sign-ups would take longer than what is measured.</summary>
/// <remarks>Follows the schemas in src/Modules/People/Schema and src/Modules/Threads/Schema; what has a default there is left out here.</remarks>
internal sealed class Seed(NpgsqlConnection connection) : IAsyncDisposable
{
    private const short Direct = 1;
    private const short Group = 3;
    private const short Message = 1;
    private static readonly DateTime longAgo = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static async Task<Seed> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        // COPY of a million rows takes longer than a statement of the server may.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return new(connection);
    }

    /// <summary>People with a session each.</summary>
    public async Task<IReadOnlyList<SeededPerson>> AddPeopleAsync(int count, CancellationToken cancellationToken)
    {
        var run = Guid.NewGuid().ToString("n")[..8];
        var people = Enumerable.Range(0, count).Select(_ => new SeededPerson(PersonId.New(), "ps_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)))).ToList();
        await using (var rows = await connection.BeginBinaryImportAsync("copy people.people (id, handle, name, locale, created_at) from stdin (format binary)", cancellationToken))
        {
            for (var i = 0; i < count; i++)
            {
                await rows.WriteRowAsync(cancellationToken, people[i].Id.Value, $"bench_{run}_{i}", $"Bench {i}", "en", longAgo);
            }

            await rows.CompleteAsync(cancellationToken);
        }

        await using (var rows = await connection.BeginBinaryImportAsync(
            "copy people.sessions (id, token_sha256, person_id, created_at, last_used_at, expires_at) from stdin (format binary)", cancellationToken))
        {
            var now = DateTime.UtcNow;
            foreach (var person in people)
            {
                await rows.WriteRowAsync(cancellationToken, Guid.CreateVersion7(), SHA256.HashData(Encoding.UTF8.GetBytes(person.Token)), person.Id.Value, now, now, now.AddDays(30));
            }

            await rows.CompleteAsync(cancellationToken);
        }

        return people;
    }

    /// <summary>A direct thread for each pair, in their order.</summary>
    /// <param name="readTo">How far both have read.</param>
    /// <param name="events">In each; the log must be filled with as many by <see cref="AddEventsAsync"/>.</param>
    public async Task<IReadOnlyList<ThreadId>> AddDirectThreadsAsync(IReadOnlyList<(PersonId One, PersonId Other)> pairs, int events, CancellationToken cancellationToken, int readTo = 0)
    {
        var threads = pairs.Select(_ => ThreadId.New()).ToList();
        await using (var rows = await connection.BeginBinaryImportAsync(
            "copy threads.threads (id, kind, party_a, party_b, last_seq, last_message_seq, member_count, created_at, updated_at) from stdin (format binary)", cancellationToken))
        {
            for (var i = 0; i < pairs.Count; i++)
            {
                var (one, other) = pairs[i];
                await rows.WriteRowAsync(cancellationToken, threads[i].Value, Direct, Math.Min(one.Value, other.Value), Math.Max(one.Value, other.Value),
                    (long)events, (long)events, 2, longAgo, longAgo.AddMinutes(i));
            }

            await rows.CompleteAsync(cancellationToken);
        }

        await AddMembersAsync(pairs.Select((pair, i) => (threads[i], (IReadOnlyList<PersonId>)[pair.One, pair.Other])), readTo, cancellationToken);
        return threads;
    }

    /// <summary>A group; the first of its members owns it.</summary>
    public async Task<ThreadId> AddGroupAsync(IReadOnlyList<PersonId> members, CancellationToken cancellationToken)
    {
        var thread = ThreadId.New();
        await using (var insert = new NpgsqlCommand("insert into threads.threads (id, kind, title, member_count, created_at, updated_at) values ($1, $2, 'Bench', $4, $3, $3)", connection)
        {
            Parameters = { new() { Value = thread.Value }, new() { Value = Group }, new() { Value = longAgo }, new() { Value = members.Count } },
        })
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await AddMembersAsync([(thread, members)], 0, cancellationToken);
        await using var own = new NpgsqlCommand("update threads.members set role = 1 where thread_id = $1 and member_id = $2", connection)
        {
            Parameters = { new() { Value = thread.Value }, new() { Value = members[0].Value } },
        };
        await own.ExecuteNonQueryAsync(cancellationToken);
        return thread;
    }

    /// <summary>Messages of 200 bytes, numbered from 1, in turns by the two.</summary>
    /// <param name="write">Of the thread's place among the threads and the number: the event's body and when it was sent; later for a higher number.</param>
    public async Task AddEventsAsync(
        IEnumerable<(ThreadId Thread, PersonId One, PersonId Other)> threads, int events, CancellationToken cancellationToken, Func<int, long, (string Body, DateTime At)>? write = null)
    {
        var body = $$"""{"text":"{{new string('x', 200)}}"}""";
        await using var rows = await connection.BeginBinaryImportAsync(
            "copy threads.events (thread_id, seq, sender, client_id, kind, at, body) from stdin (format binary)", cancellationToken);
        foreach (var (place, (thread, one, other)) in threads.Index())
        {
            for (var seq = 1L; seq <= events; seq++)
            {
                var (text, at) = write?.Invoke(place, seq) ?? (body, longAgo.AddSeconds(seq));
                await rows.StartRowAsync(cancellationToken);
                await rows.WriteAsync(thread.Value, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync((int)seq, NpgsqlDbType.Integer, cancellationToken);
                await rows.WriteAsync(seq % 2 == 0 ? other.Value : one.Value, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid, cancellationToken);
                await rows.WriteAsync(Message, NpgsqlDbType.Smallint, cancellationToken);
                await rows.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellationToken);
                await rows.WriteAsync(text, NpgsqlDbType.Json, cancellationToken);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    /// <summary>What autovacuum would have done by the time a table has grown to this size by itself.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // Rows that were copied in, and not by the statements that know the day.
        await using (var days = new NpgsqlCommand(
            "update threads.members m set active_on = (t.updated_at at time zone 'UTC')::date from threads.threads t where t.id = m.thread_id and t.kind <> 3 and m.active_on = 'infinity'", connection))
        {
            await days.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var vacuum = new NpgsqlCommand("vacuum analyze", connection);
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task AddMembersAsync(IEnumerable<(ThreadId Thread, IReadOnlyList<PersonId> Members)> threads, long readTo, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync("copy threads.members (thread_id, member_id, is_page, read_seq, delivered_seq, joined_at) from stdin (format binary)", cancellationToken);
        foreach (var (thread, members) in threads)
        {
            foreach (var member in members)
            {
                await rows.WriteRowAsync(cancellationToken, thread.Value, member.Value, false, readTo, readTo, longAgo);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }
}
