using System.Text.Json;
using Dapper;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Testing;
using Stoa.Threads.Inbox;
using Stoa.Threads.Log;
using Xunit;

namespace Stoa.Threads.Tests.Own;

/// <summary>Unread is one function: as C#, as SQL and on devices it says the same.</summary>
public sealed class UnreadTests
{
    private static readonly MemberId me = new(1);
    private static readonly MemberId leila = new(2);
    private static readonly DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Cases =>
        [.. Table().EnumerateArray().Select(one => one.GetProperty("name").GetString()!)]; // Each has a name.

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_table_that_devices_are_tested_by_holds(string name)
    {
        var one = Table().EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        var events = one.GetProperty("events").EnumerateArray().Select(Counted);

        Assert.Equal(one.GetProperty("unread").GetInt32(), Unread.Of(events, one.GetProperty("readSeq").GetInt64(), one.GetProperty("fromSeq").GetInt64(), me, now));
    }

    [Fact]
    public void More_than_a_thousand_is_a_thousand() =>
        Assert.Equal(1_000, Unread.Of(Enumerable.Range(1, 1_500).Select(seq => new CountedEvent(seq, leila, EventKind.Message)), 0, 0, me, now));

    [Fact]
    public void Order_and_doubles_of_what_is_heard_do_not_matter() =>
        Prop.ForAll(Logs, log =>
        {
            var events = Events(log);
            var marker = log.Length / 3;
            var shuffled = events.OrderBy(e => (e.Seq * 7_919) % 101).Concat(events.Where(e => e.Seq % 2 == 0));
            return Unread.Of(shuffled, marker, 0, me, now) == Unread.Of(events, marker, 0, me, now);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Moving_markers_in_any_order_ends_at_the_highest_and_never_adds()
    {
        Prop.ForAll(Logs, Arb.From(Gen.ArrayOf(Gen.Choose(0, 40))), (log, moves) =>
        {
            var events = Events(log);
            var (marker, before) = (0L, Unread.Of(events, 0, 0, me, now));
            foreach (var move in moves)
            {
                marker = Math.Max(marker, move);
                var after = Unread.Of(events, marker, 0, me, now);
                if (after > before)
                {
                    return false;
                }

                before = after;
            }

            return before == Unread.Of(events, moves.DefaultIfEmpty(0).Max(), 0, me, now);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Counting_event_by_event_as_a_device_does_is_counting_the_whole() =>
        Prop.ForAll(Logs, log =>
        {
            var (seen, unread) = (new List<CountedEvent>(), 0);
            foreach (var e in Events(log))
            {
                seen.Add(e);
                unread += Unread.Of([e], 0, 0, me, now);
                if (unread != Unread.Of(seen, 0, 0, me, now))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    /// <summary>Random logs with edits, unsent, expired and hidden messages, and markers of several devices: the server's answer is the function's.</summary>
    [Fact]
    public async Task The_server_says_what_the_function_says()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        var scripts = Arb.From(Gen.ArrayOf(Gen.Choose(0, 999)));
        var plays = 0;
        Prop.ForAll(scripts, script =>
        {
            PlayAsync(server, one, other, script).GetAwaiter().GetResult();
            plays++;
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25).WithStartSize(5).WithEndSize(40));
        Assert.Equal(25, plays);
    }

    [Fact]
    public async Task The_server_stops_counting_at_a_thousand()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            insert into threads.events (thread_id, seq, sender, client_id, kind, at, body)
            select @thread, n, @sender, gen_random_uuid(), 1, now(), '{"text":"x"}' from generate_series(1, 1500) n;
            update threads.threads set last_seq = 1500, last_message_seq = 1500 where id = @thread
            """, new { thread = thread.Value, sender = one.Id.Value });

        Assert.Equal(1_000, (await other.GetAsync($"/api/threads/{thread}")).GetProperty("unread").GetInt32());
        await other.ReadUpToAsync(thread, 1_400);
        Assert.Equal(100, (await other.GetAsync($"/api/threads/{thread}")).GetProperty("unread").GetInt32());
    }

    private static async Task PlayAsync(StoaServer server, Somebody one, Somebody other, int[] script)
    {
        var group = await MakeGroupAsync(one);
        var log = server.Services.GetRequiredService<IThreadLog>();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var (events, readSeq, clock) = (new List<CountedEvent>(), 0L, server.Clock.GetUtcNow());
        foreach (var step in script)
        {
            var pick = step / 10 % Math.Max(events.Count, 1);
            switch (step % 10)
            {
                case 0 or 1 or 2 or 3:
                    await AppendAsync(one, "message", EventKind.Message);
                    break;
                case 4:
                    await AppendAsync(other, "message", EventKind.Message);
                    break;
                case 5:
                    await AppendAsync(one, step % 20 == 5 ? "payment" : "system", step % 20 == 5 ? EventKind.Payment : EventKind.System);
                    break;
                case 6 when events.Count > 0 && events[pick].Kind == EventKind.Message: // As the sweeper and an unsending leave it.
                    events[pick] = events[pick] with { Kind = EventKind.EmptyMessage };
                    await connection.ExecuteAsync("update threads.events set kind = 101 where thread_id = @group and seq = @Seq", new { group = group.Value, events[pick].Seq });
                    break;
                case 7 when events.Count > 0:
                    events[pick] = events[pick] with { Hidden = true };
                    await connection.ExecuteAsync("insert into threads.hidden (thread_id, member_id, seq) values (@group, @Value, @Seq) on conflict do nothing", new { group = group.Value, other.Id.Value, events[pick].Seq });
                    break;
                case 8 when events.Count > 0:
                    events[pick] = events[pick] with { ExpiresAt = clock.AddSeconds(step % 20 == 8 ? -1 : 60) };
                    await connection.ExecuteAsync("update threads.events set expires_at = @ExpiresAt where thread_id = @group and seq = @Seq", new { group = group.Value, events[pick].Seq, events[pick].ExpiresAt });
                    break;
                case 9:
                    await Task.WhenAll(other.ReadUpToAsync(group, pick), other.ReadUpToAsync(group, pick / 2));
                    readSeq = Math.Max(readSeq, pick);
                    break;
            }
        }

        var view = await other.GetAsync($"/api/threads/{group}");
        Assert.Equal((readSeq, Unread.Of(events, readSeq, 0, other.Id, clock)), (view.GetProperty("readSeq").GetInt64(), view.GetProperty("unread").GetInt32()));

        async Task AppendAsync(Somebody sender, string kind, short number)
        {
            var outcome = await log.AppendAsync(new(group, sender.Id, Guid.NewGuid(), kind, "{}"u8.ToArray()), Ct);
            events.Add(new(outcome.Seq, sender.Id, number));
        }
    }

    private static async Task<ThreadId> MakeGroupAsync(Somebody one)
    {
        using var answer = await one.Client.PostAsync("/api/threads", new StringContent("""{"with":["@other"],"title":"Numbers"}""", System.Text.Encoding.UTF8, "application/json"), Ct);
        return Somebody.IdOf<ThreadId>(await Somebody.ReadAsync(answer, 201));
    }

    private static Arbitrary<int[]> Logs => Arb.From(Gen.ArrayOf(Gen.Choose(0, 999)));

    private static CountedEvent[] Events(int[] log) =>
        [.. log.Select((dice, i) => new CountedEvent(i + 1, dice % 3 == 0 ? me : leila, (short)(dice % 9 == 8 ? 101 : (dice % 9) + 1),
            dice % 7 == 0 ? now.AddSeconds((dice % 5) - 2) : null, Hidden: dice % 11 == 0))];

    private static CountedEvent Counted(JsonElement e)
    {
        var gone = e.TryGetProperty("gone", out var how) ? how.GetString() : null;
        var kind = e.GetProperty("kind").GetString() switch
        {
            "message" => EventKind.Message,
            "system" => EventKind.System,
            "payment" => EventKind.Payment,
            "edit" => EventKind.Edit,
            "unsend" => EventKind.Unsend,
            "reaction" => EventKind.Reaction,
            "pin" => EventKind.Pin,
            _ => EventKind.Vote,
        };
        return new(e.GetProperty("seq").GetInt64(), e.GetProperty("sender").GetString() == "me" ? me : leila, gone == "unsent" ? EventKind.EmptyMessage : kind,
            gone == "expired" ? now.AddSeconds(-1) : null, gone == "hidden");
    }

    private static JsonElement Table()
    {
        using var stream = typeof(UnreadTests).Assembly.GetManifestResourceStream("Stoa.Threads.Tests.Own.unread-cases.json")
            ?? throw new InvalidOperationException("The table is not in the test assembly.");
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.GetProperty("cases").Clone();
    }
}
