using System.Net;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

/// <summary>The line to the database is lost between a change's commit and its answer.</summary>
public sealed class LostAnswerTests
{
    [Theory]
    [InlineData(1, HttpStatusCode.OK)] // The second try finds what the first has done.
    [InlineData(2, HttpStatusCode.ServiceUnavailable)] // Both are lost: the person asks again.
    public async Task A_change_whose_answer_is_lost_is_done_once_and_told_to_everybody(int lost, HttpStatusCode answered)
    {
        await using var database = await TestDatabase.CreateAsync([.. Server.Modules.All]);
        await using var road = new LossyDatabase(database.ConnectionString);
        await using var server = await Cast.StartAsync(new() { Database = database, Settings = new Dictionary<string, string> { ["ConnectionStrings:Stoa"] = road.ConnectionString } });
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await other.ConnectAsync();
        var seq = await one.SendAsync(thread, "first text");
        await one.EditAsync(thread, seq, "warm the lane").SeqAsync();

        road.LoseNext(lost, commits: true);
        var clientId = Guid.NewGuid();
        using var first = await one.EditAsync(thread, seq, "marked text", clientId);
        Assert.Equal(lost, road.Lost);
        Assert.Equal(answered, first.StatusCode);
        await other.ReactAsync(thread, seq, "👍").SeqAsync();
        Assert.Equal(3, await one.EditAsync(thread, seq, "marked text", clientId).SeqAsync());

        var message = await other.EventAsync(thread, seq);
        Assert.Equal(("marked text", 4), (message.Text("text"), message.GetProperty("changedSeq").GetInt64()));
        Assert.Equal(3, (await other.GetAsync(Calls.Path(thread, seq, "versions"))).GetProperty("versions").GetArrayLength());
        var told = await phone.WaitForEventsAsync(thread.ToString(), 4);
        Assert.Equal([(1L, "message"), (2, "edit"), (3, "edit"), (4, "reaction")], told.Select(e => (e.GetProperty("seq").GetInt64(), e.Text("kind")!)));
        Assert.Equal("marked text", told[2].Text("text"));
    }
}
