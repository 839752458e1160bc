using System.Globalization;
using Dapper;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Groups;

/// <summary>Above 256 members what everybody would be told of everybody is not told, and not kept.</summary>
public sealed class LargeGroupTests
{
    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task Markers_and_typing_are_told_up_to_a_number_of_members(int members, bool told)
    {
        await using var server = await Cast.StartAsync();
        if (await GroupCast.SignUpManyAsync(server, "large", 3) is not [var owner, var reader, var other])
        {
            throw new InvalidOperationException();
        }

        var thread = await owner.MakeGroupAsync("Large", reader, other);
        await using (var connection = server.Database.DataSource.OpenConnection())
        {
            // People of no further interest, who are only many.
            await connection.ExecuteAsync(
                """
                insert into threads.members (thread_id, member_id, is_page, joined_at) select @Value, 7100000000000000 + i, false, now() from generate_series(4, @members) i;
                update threads.threads set member_count = @members, members_version = members_version + 1 where id = @Value
                """, new { thread.Value, members });
        }

        await using var device = await reader.ConnectAsync();
        await using var others = await other.ConnectAsync();
        var seq = await owner.SendAsync(thread, "to all");
        await device.WaitForEventsAsync(thread.ToString(), seq);
        await device.SendAsync(new { op = "delivered", thread = thread.ToString(), seq });
        await device.SendAsync(new { op = "typing", thread = thread.ToString(), on = true });
        await reader.ReadUpToAsync(thread, seq);

        // One's own devices hear of one's own marker in any case.
        await device.WaitAsync("receipt", frame => frame.GetProperty("read").GetInt64() == seq && frame.GetProperty("member").GetString() == reader.Id.ToString());
        // Either may come first, and both come on their own.
        await Waiting.UntilAsync(() => Task.FromResult(!told || ((string[])["receipt", "typing"]).All(op => others.Seen.Any(frame => frame.GetProperty("op").GetString() == op))), "both are told");
        await others.SettleAsync(owner, thread);
        Assert.Equal(told, others.Seen.Any(frame => frame.GetProperty("op").GetString() == "receipt"));
        Assert.Equal(told, others.Seen.Any(frame => frame.GetProperty("op").GetString() == "typing"));
        await using var rows = server.Database.DataSource.OpenConnection();
        Assert.Equal((seq, told ? seq : 0), await rows.QuerySingleAsync<(long, long)>(
            "select read_seq, delivered_seq from threads.members where thread_id = @Thread and member_id = @Member", new { Thread = thread.Value, Member = reader.Id.Value }));
        var view = await other.GetAsync($"/api/threads/{thread}");
        Assert.Equal(members.ToString(CultureInfo.InvariantCulture), view.GetProperty("memberCount").GetRawText());
        Assert.InRange(view.GetProperty("members").GetArrayLength(), 40, 50);
        Assert.Equal("member", view.GetProperty("role").GetString());
    }
}
