using Xunit;

namespace Stoa.Threads.Tests.Messages;

/// <summary>A card's number that somebody types is hidden before it is stored.</summary>
public sealed class CardNumberTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_number_is_hidden_in_messages_and_edits_and_stands_nowhere_in_the_database()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);

        var seq = await one.SendAsync(thread, "4242 4242 4242 4242 is mine");
        var edited = await one.SendAsync(thread, "wait");
        await one.EditAsync(thread, edited, "it is 5555555555554444!", entities: [new { type = "bold", offset = 22, length = 1 }]).SeqAsync();

        Assert.Equal("•••• •••• •••• 4242 is mine", (await other.EventAsync(thread, seq)).Text("text"));
        var message = await other.EventAsync(thread, edited);
        Assert.Equal("it is ••••••••••••4444!", message.Text("text"));
        Assert.Equal(22, Assert.Single(message.GetProperty("entities").EnumerateArray()).GetProperty("offset").GetInt32());
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        Assert.Equal(0, await Dapper.SqlMapper.ExecuteScalarAsync<int>(connection,
            "select (select count(*) from threads.events where body::text ~ '4242 4242 4242|555555555555') + (select count(*) from threads.states where state::text ~ '555555555555')"));
    }
}
