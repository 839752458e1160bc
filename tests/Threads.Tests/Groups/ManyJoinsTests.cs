using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Hundreds join by one link at once, from two nodes and each of them twice. <c>./bench joins --full</c> does it with five thousand.</summary>
public sealed class ManyJoinsTests
{
    private const int People = 500;

    [Fact]
    public async Task All_are_in_exactly_once_the_log_is_whole_and_the_uses_are_counted()
    {
        await using var first = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new StoaServerOptions { Database = first.Database });
        var people = await GroupCast.SignUpManyAsync(first, "crowd", People);
        var owner = await Somebody.SignUpAsync(first, "owner");
        var thread = await owner.MakeGroupOfTwoAsync(first, "Everybody");
        var token = await owner.InviteAsync(thread, new { uses = People });
        await using var device = await owner.ConnectAsync();

        var said = await Task.WhenAll(people.SelectMany(person =>
        {
            var id = Guid.NewGuid();
            return new[] { person.JoinAsync(token, id), person.At(second).JoinAsync(token, id) };
        }));

        Assert.Equal(["200", "201"], said.Select(one => one.ToString()).Distinct().Order());
        Assert.Equal(People, said.Count(one => one.Status == 201));
        await using var connection = first.Database.DataSource.OpenConnection();
        var log = (await connection.QueryAsync<(long Seq, long Sender, DateTime At)>("select seq, sender, at from threads.events where thread_id = @Value order by seq", new { thread.Value })).AsList();
        Assert.Equal(Enumerable.Range(1, People).Select(i => (long)i), log.Select(e => e.Seq));
        Assert.Equal(people.Select(person => person.Id.Value).Order(), log.Select(e => e.Sender).Order());
        Assert.Equal(log.Select(e => e.At).Order(), log.Select(e => e.At));
        Assert.Equal((People, People + 2, People + 2), await connection.QuerySingleAsync<(int, int, int)>(
            "select (select uses from threads.invites where thread_id = @Value), member_count, (select count(*)::int from threads.members where thread_id = @Value) from threads.threads where id = @Value",
            new { thread.Value }));
        Assert.Equal(People + 2, (await owner.MembersAsync(thread)).Count);
        // A link for so many is used up, and a late repeat is still answered as the first was.
        Assert.Equal("404 invite_not_found", (await (await Somebody.SignUpAsync(first, "late")).JoinAsync(token)).ToString());
        // Without a bus between them this node tells what it has committed: in order, each once.
        await owner.SendAsync(thread, "settled");
        var told = (await device.WaitForEventsAsync(thread.ToString(), People + 1)).Select(e => e.GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(told.Distinct().Order(), told);
        Assert.Empty(first.Log.Errors);
        Assert.Empty(second.Log.Errors);
    }
}
