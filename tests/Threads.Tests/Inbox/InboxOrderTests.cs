using System.Globalization;
using Dapper;
using Stoa.Testing;
using Stoa.Threads.Tests.Own;
using Xunit;

namespace Stoa.Threads.Tests.Inbox;

/// <summary>The inbox page by page is the whole inbox in its order, whatever days its threads are of.</summary>
public sealed class InboxOrderTests(SharedServer shared)
{
    private const int Threads = 80;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 7)]
    [InlineData(4, 30)]
    [InlineData(5, 100)]
    public async Task Pages_are_the_whole_in_order(int seed, int limit)
    {
        var reader = await Somebody.SignUpAsync(shared.Server, $"orderly{seed}");
        await FillAsync(reader, new Random(seed));

        var walked = new List<string>();
        for (string? next = null; ;)
        {
            var page = await reader.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/threads?limit={limit}{(next is null ? "" : $"&before={next}")}"));
            walked.AddRange(page.GetProperty("threads").EnumerateArray().Select(thread => thread.GetProperty("id").GetString()!));
            if ((next = page.GetProperty("next").GetString()) is null)
            {
                break;
            }
        }

        await using var connection = await shared.Server.Database.DataSource.OpenConnectionAsync(Ct);
        var expected = (await connection.QueryAsync<(long Id, DateTime At, bool IsPinned)>(
            """
            select t.id, t.updated_at, m.pinned_at is not null from threads.members m join threads.threads t on t.id = m.thread_id
            where m.member_id = @Id and not m.is_request and (m.archived_seq is null or m.archived_seq < t.last_message_seq)
            """, new { Id = reader.Id.Value })).OrderByDescending(row => row.IsPinned).ThenByDescending(row => row.At).ThenByDescending(row => row.Id);
        Assert.Equal(expected.Select(row => row.Id.ToString(CultureInfo.InvariantCulture)), walked);
    }

    [Fact]
    public async Task The_day_beside_a_member_is_that_of_the_thread_however_it_moved()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await Somebody.SignUpAsync(server, "third");
        var group = await one.OpenAsync("@other", "@third");
        for (var day = 0; day < 3; day++)
        {
            await one.SendAsync(thread, "good morning");
            await one.SendAsync(group, "good morning, all");
            await other.PutAsync($"/api/threads/{thread}/retention", new { clientId = Guid.NewGuid(), seconds = 3_600 + day }, 200);
            server.Clock.Advance(TimeSpan.FromHours(26));
        }

        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        var rows = (await connection.QueryAsync<(short Kind, bool IsOfTheDay, bool IsOpen)>(
            "select t.kind, m.active_on = (t.updated_at at time zone 'UTC')::date, m.active_on = 'infinity' from threads.members m join threads.threads t on t.id = m.thread_id")).ToList();
        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.True(row.Kind == 3 ? row.IsOpen : row.IsOfTheDay));
    }

    /// <summary>Threads of all kinds over some days, several of one instant, some of them moved on since.</summary>
    private async Task FillAsync(Somebody reader, Random dice)
    {
        await using var connection = await shared.Server.Database.DataSource.OpenConnectionAsync(Ct);
        var midnight = new DateTime(2026, 3, 10, 0, 0, 0, DateTimeKind.Utc);
        DateTime Moment() => midnight.AddDays(dice.Next(5)).AddHours(dice.Next(3) * 12).AddMilliseconds(-dice.Next(2));
        for (var i = 0; i < Threads; i++)
        {
            var isGroup = dice.Next(4) == 0;
            var (id, other) = (8_000_000_000_000_000 + dice.NextInt64(100_000_000_000_000), 6_000_000_000_000_000 + dice.NextInt64(100_000_000_000_000));
            var row = new
            {
                Id = id,
                Kind = (short)(isGroup ? 3 : 1),
                A = isGroup ? (long?)null : Math.Min(other, reader.Id.Value),
                B = isGroup ? (long?)null : Math.Max(other, reader.Id.Value),
                At = Moment(),
                Later = Moment(),
                Moves = dice.Next(2) == 0,
                Me = reader.Id.Value,
                Pinned = dice.Next(12) == 0,
                Archived = dice.Next(5) switch { 0 => 5L, 1 => 2L, _ => (long?)null },
                Asked = dice.Next(9) == 0,
            };
            await connection.ExecuteAsync(
                """
                insert into threads.threads (id, kind, party_a, party_b, last_seq, last_message_seq, member_count, created_at, updated_at) values (@Id, @Kind, @A, @B, 3, 3, 1, @At, @At);
                insert into threads.members (thread_id, member_id, is_page, joined_at, pinned_at, archived_seq, is_request, active_on)
                values (@Id, @Me, false, @At, case when @Pinned then @At end, @Archived, @Asked, case when @Kind = 3 or @Moves then 'infinity' else (@At at time zone 'UTC')::date end);
                update threads.threads set updated_at = @Later where id = @Id and @Moves;
                """, row);
        }
    }
}
