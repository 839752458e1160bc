using System.Collections.Concurrent;
using Npgsql;
using Stoa.Hosting.Live;
using Stoa.Kernel;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Live;

/// <summary>The client's <c>typing</c>.</summary>
internal sealed record TypingFrame(string? Op = null, ThreadId Thread = default, bool On = true);

/// <summary>Who is writing where. Ends with <c>on: false</c>, with a message, or by itself after 20 seconds.</summary>
internal sealed class Typing : ILiveOp, IDisposable
{
    private const int WritingMax = 50_000;

    // In a larger group somebody always writes.
    private const int ToldMost = 256;
    private static readonly TimeSpan lasts = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan toldAgainAfter = TimeSpan.FromSeconds(2);

    // Asked each time it is told: who has blocked whom, and who has accepted, is as the database says now, on every node.
    private const string Others =
        """
        select x.member_id from threads.members me
        join threads.threads t on t.id = me.thread_id
        join threads.members x on x.thread_id = me.thread_id and x.member_id <> me.member_id
        where me.thread_id = $1 and me.member_id = $2 and t.member_count <= $3 and not me.is_request and not x.is_request and not x.is_page
          and (t.kind = 3 or (me.blocked_at is null and x.blocked_at is null))
        """;

    private readonly NpgsqlDataSource database;
    private readonly Fanout fanout;
    private readonly TimeProvider time;
    private readonly ITimer clock;
    private readonly ConcurrentDictionary<(ThreadId Thread, MemberId Member), Writing> writing = new();

    public Typing(NpgsqlDataSource database, Fanout fanout, TimeProvider time)
    {
        (this.database, this.fanout, this.time) = (database, fanout, time);
        fanout.Sent += Forget;
        clock = time.CreateTimer(_ => EndOld(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public string Op => "typing";

    public ValueTask HandleAsync(ILiveConnection connection, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var typing = Frames.Read(frame.Span, ThreadsJson.Default.TypingFrame);
        return ShowAsync(typing.Thread, connection.Person, typing.On, cancellationToken);
    }

    /// <summary>Tells the others, unless they have been told within two seconds; of a stranger to the thread nothing is told.</summary>
    public async ValueTask ShowAsync(ThreadId thread, MemberId member, bool on, CancellationToken cancellationToken)
    {
        var key = (thread, member);
        var now = time.GetTimestamp();
        if (!on)
        {
            if (writing.TryRemove(key, out var ended))
            {
                await fanout.TellAsync(new PersonalNews(thread, ended.To, ThreadFrames.Typing(thread, member, false)) { MembersOnly = true }, cancellationToken);
            }
        }
        else if (!writing.TryGetValue(key, out var told) || time.GetElapsedTime(told.Since, now) >= toldAgainAfter)
        {
            var others = await FindOthersAsync(thread, member, cancellationToken);
            if (others.Count == 0)
            {
                return;
            }

            if (writing.Count < WritingMax)
            {
                writing[key] = new(now, others);
            }

            await fanout.TellAsync(new PersonalNews(thread, others, ThreadFrames.Typing(thread, member, true)) { MembersOnly = true }, cancellationToken);
        }
    }

    public void Dispose()
    {
        fanout.Sent -= Forget;
        clock.Dispose();
    }

    // The message itself tells that its writer has done: no frame.
    private void Forget(ThreadId thread, MemberId member)
    {
        if (!writing.IsEmpty)
        {
            writing.TryRemove((thread, member), out _);
        }
    }

    private void EndOld()
    {
        foreach (var (key, told) in writing)
        {
            if (time.GetElapsedTime(told.Since) > lasts && writing.TryRemove(new KeyValuePair<(ThreadId, MemberId), Writing>(key, told)))
            {
                _ = fanout.TellAsync(new PersonalNews(key.Thread, told.To, ThreadFrames.Typing(key.Thread, key.Member, false)) { MembersOnly = true }, CancellationToken.None).AsTask();
            }
        }
    }

    private async Task<IReadOnlyList<PersonId>> FindOthersAsync(ThreadId thread, MemberId member, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Others);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = thread.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = member.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ToldMost });
        var others = new List<PersonId>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            others.Add(new(row.GetInt64(0)));
        }

        return others;
    }

    private readonly record struct Writing(long Since, IReadOnlyList<PersonId> To);
}
