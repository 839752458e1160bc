using System.Text.Json;
using Stoa.Threads.Messages;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

public sealed class ReactTests
{
    [Theory]
    [InlineData("👍", "👍")]
    [InlineData("❤", "❤️")]
    [InlineData("❤️", "❤️")]
    [InlineData("👍️", "👍")]
    [InlineData("👍🏽", "👍🏽")]
    [InlineData("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦")]
    [InlineData("🏳️‍🌈", "🏳️‍🌈")]
    [InlineData("❤️‍🔥", "❤️‍🔥")]
    [InlineData("🇵🇱", "🇵🇱")]
    [InlineData("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿")]
    [InlineData("1️⃣", "1️⃣")]
    [InlineData("1⃣", "1️⃣")]
    [InlineData("🫆", "🫆")]
    [InlineData("☺", "☺️")]
    public void One_emoji_is_taken(string sent, string stored) => Assert.Equal(stored, Emoji.Check(sent));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1")]
    [InlineData("#")]
    [InlineData("👍👍")]
    [InlineData("👍 ")]
    [InlineData("ok")]
    [InlineData("é")]
    [InlineData("漢")]
    [InlineData("🇵")]
    [InlineData("👍‍")]
    [InlineData("\uFE0F")]
    [InlineData("\u200D")]
    [InlineData("\uD83D")]
    [InlineData("👍\u0301")]
    [InlineData("🏴󠁧󠁢󠁳󠁣󠁴")]
    [InlineData("a\u20E3")]
    public void What_is_not_one_emoji_is_refused(string? sent) =>
        Assert.Equal("emoji_invalid", Assert.Throws<Hosting.Problems.ProblemException>(() => Emoji.Check(sent)).Problem.Code);

    [Fact]
    public async Task One_reaction_a_person_and_another_takes_its_place()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var phone = await one.ConnectAsync();
        var seq = await one.SendAsync(thread, "we have a cat");
        var a = Guid.NewGuid();

        var first = await other.ReactAsync(thread, seq, "😻", a).SeqAsync();
        Assert.Equal(first, await other.ReactAsync(thread, seq, "😻", a).SeqAsync());
        await one.ReactAsync(thread, seq, "😻").SeqAsync();
        var second = await other.ReactAsync(thread, seq, "❤").SeqAsync();
        Assert.Equal(first, await other.ReactAsync(thread, seq, "😻", a).SeqAsync()); // Late: leaves the newer one.
        Assert.Equal(second, await other.ReactAsync(thread, seq, "❤️").SeqAsync()); // As wanted already.

        var message = await one.EventAsync(thread, seq);
        Assert.Equal($"{{\"😻\":[{one.Id}],\"❤️\":[{other.Id}]}}", Summary(message));
        Assert.Equal("😻", message.Text("myReaction"));
        Assert.Equal("❤️", (await other.EventAsync(thread, seq)).Text("myReaction"));
        var told = (await phone.WaitForEventsAsync(thread.ToString(), second)).Single(e => e.GetProperty("seq").GetInt64() == second);
        Assert.Equal(("reaction", "❤️", "😻", seq), (told.Text("kind"), told.Text("emoji"), told.Text("was"), told.GetProperty("of").GetInt64()));

        var list = await one.GetAsync(Calls.Path(thread, seq, "reactions?limit=1"));
        Assert.Equal((other.Id.ToString(), "❤️"), (list.GetProperty("reactions")[0].Text("member"), list.GetProperty("reactions")[0].Text("emoji")));
        var rest = await one.GetAsync(Calls.Path(thread, seq, $"reactions?before={list.Text("next")}"));
        Assert.Equal([one.Id.ToString()], rest.GetProperty("reactions").EnumerateArray().Select(reaction => reaction.Text("member"))!);
        Assert.Null(rest.Text("next"));

        var back = Guid.NewGuid();
        var taken = await other.ReactAsync(thread, seq, null, back).SeqAsync();
        await other.ReactAsync(thread, seq, "🎉").SeqAsync();
        Assert.Equal(taken, await other.ReactAsync(thread, seq, null, back).SeqAsync());
        Assert.Equal($"{{\"😻\":[{one.Id}],\"🎉\":[{other.Id}]}}", Summary(await other.EventAsync(thread, seq)));
        await one.ReactAsync(thread, seq, null).SeqAsync();
        await other.ReactAsync(thread, seq, null).SeqAsync();
        Assert.Equal(await one.LastSeqAsync(thread), await other.ReactAsync(thread, seq, null).SeqAsync());
        Assert.False((await one.EventAsync(thread, seq)).Has("reactions"));
    }

    [Fact]
    public async Task A_message_takes_twenty_different_emoji()
    {
        await using var server = await Cast.StartAsync();
        var (one, _, _) = await Cast.PairAsync(server);
        var names = Enumerable.Range(0, 20).Select(i => $"fan{i}").ToArray();
        var fans = new List<Somebody>();
        foreach (var name in names)
        {
            fans.Add(await Somebody.SignUpAsync(server, name));
        }

        var thread = await one.OpenAsync([.. names.Select(name => "@" + name)]);
        var seq = await one.SendAsync(thread, "what do you think?");
        for (var i = 0; i < fans.Count; i++)
        {
            await fans[i].ReactAsync(thread, seq, char.ConvertFromUtf32(0x1F600 + i)).SeqAsync();
        }

        Assert.Equal("409 too_many_reactions", await one.ReactAsync(thread, seq, "👍").RefusalAsync());
        await one.ReactAsync(thread, seq, "😀").SeqAsync();
        await fans[3].ReactAsync(thread, seq, "👍").SeqAsync(); // Its old one goes.
        Assert.Equal(20, (await one.EventAsync(thread, seq)).GetProperty("reactions").GetArrayLength());
    }

    [Fact]
    public void The_summary_names_twenty_and_counts_all()
    {
        List<(string Emoji, int Count, List<string> By)> reactions = [];
        for (var i = 0; i < 25; i++)
        {
            reactions = Reaction.Fold(reactions, $"{i}", null, "👍");
        }

        Assert.Equal((25, 20), (reactions[0].Count, reactions[0].By.Count));
        reactions = Reaction.Fold(reactions, "24", "👍", null);
        reactions = Reaction.Fold(reactions, "3", "👍", "🎉");
        Assert.Equal((23, 19), (reactions[0].Count, reactions[0].By.Count));
        Assert.DoesNotContain("3", reactions[0].By);
        reactions = Reaction.Fold(reactions, "30", null, "👍");
        Assert.Equal("30", reactions[0].By[^1]);
    }

    private static string Summary(JsonElement message) =>
        "{" + string.Join(',', message.GetProperty("reactions").EnumerateArray().Select(reaction =>
            $"\"{reaction.Text("emoji")}\":[{string.Join(',', reaction.GetProperty("by").EnumerateArray().Select(id => id.GetString()))}]")) + "}";
}
