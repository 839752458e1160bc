using Stoa.Town.Friends;

namespace Stoa.Town.Tests;

public sealed class FriendsTests
{
    private const string Self = "1";
    private const string Zofia = "2";
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_message_from_somebody_else_is_answered() => Assert.Equal(2, Wanted(Own(1, -60), Other(2, 0, "hi"))?.Seq);

    [Fact]
    public void Nothing_is_said_to_ones_own_last_word() => Assert.Null(Wanted(Other(1, -60, "hi"), Own(2, 0)));

    [Fact]
    public void Nothing_is_said_in_an_empty_conversation() => Assert.Null(Wanted());

    [Fact]
    public void Simulated_people_never_answer_each_other() =>
        Assert.Null(Answering.Wanted(new HeardThread("t", "direct", Self, [Other(1, 0, "hi")]), "Leila", lastIsSimulated: true));

    [Theory]
    [InlineData(-9, false)]
    [InlineData(-11, true)]
    public void Where_the_person_wrote_from_another_device_the_simulation_is_silent_for_ten_minutes(int minutes, bool answers) =>
        Assert.Equal(answers, Wanted(Own(1, 60 * minutes, Guid.NewGuid().ToString()), Other(2, 0, "hi")) is not null);

    [Fact]
    public void What_came_in_those_ten_minutes_is_not_answered_later_either()
    {
        // The rule hangs on the messages alone, so a reconnection an hour later decides the same.
        HeardMessage[] messages = [Own(1, -3600, Guid.NewGuid().ToString()), Other(2, -3500, "hi")];
        Assert.Null(Wanted(messages));
    }

    [Fact]
    public void In_a_group_only_ones_name_is_answered_and_with_a_business_nothing()
    {
        Assert.Null(Answering.Wanted(new HeardThread("t", "group", Self, [Other(1, 0, "who has the map?")]), "Tomek", false));
        Assert.NotNull(Answering.Wanted(new HeardThread("t", "group", Self, [Other(1, 0, "tomek, who has the map?")]), "Tomek", false));
        Assert.Null(Answering.Wanted(new HeardThread("t", "business", Self, [Other(1, 0, "Tomek, pay")]), "Tomek", false));
    }

    [Fact]
    public void A_talk_without_end_ends()
    {
        List<HeardMessage> messages = [];
        var answered = 0;
        for (var i = 0; i < 100; i++)
        {
            messages.Add(Other(2 * i, i * 2, "hello"));
            if (Wanted([.. messages]) is null) break;
            answered++;
            messages.Add(Own(2 * i + 1, i * 2 + 1));
        }
        Assert.InRange(answered, 10, 20);
    }

    [Fact]
    public void The_id_of_an_answer_hangs_on_what_it_answers_and_is_known_as_ours()
    {
        var id = StableId.Of("answer", "leila", "m_1");
        Assert.Equal(id, StableId.Of("answer", "leila", "m_1"));
        Assert.NotEqual(id, StableId.Of("answer", "leila", "m_2"));
        Assert.NotEqual(id, StableId.Of("answer", "tomek", "m_1"));
        Assert.True(StableId.IsOurs(id.ToString()));
        Assert.False(StableId.IsOurs("019a0000-0000-7000-8000-000000000000"));
        Assert.False(StableId.IsOurs(null));
    }

    [Theory]
    [InlineData("hi Leila!", "greeting", "en")]
    [InlineData("Cześć, co słychać?", "how", "pl")]
    [InlineData("how are you?", "how", "en")]
    [InlineData("I booked a flight to Athens", "flight", "en")]
    [InlineData("thanks a lot", "thanks", "en")]
    [InlineData("مرحبا ليلى", "greeting", "ar")]
    [InlineData("كيف حالك؟", "how", "ar")]
    [InlineData("شكرًا", "thanks", "ar")]
    [InlineData("Salut, ça va ?", "how", "fr")]
    [InlineData("gdzie jesteś?", "where", "pl")]
    [InlineData("where are you", "where", "en")]
    [InlineData("coffee on saturday?", "meet", "en")]
    [InlineData("you owe me 5 euros", "money", "en")]
    [InlineData("hahaha", "joy", "en")]
    [InlineData("😂😂", "joy", "en")]
    [InlineData("", "picture", "en")]
    [InlineData("do you like cats?", "question", "en")]
    [InlineData("the neighbour painted the fence", "other", "en")]
    [InlineData("bye!", "bye", "en")]
    [InlineData("שלום", "other", "he")]
    public void A_message_is_understood_well_enough_to_answer(string message, string topic, string language) =>
        Assert.Equal((topic, language), (Phrasebook.TopicOf(message), Phrasebook.LanguageOf(message)));

    [Fact]
    public void Everybody_has_something_to_say_to_everything_in_character_and_never_the_same_twice_running()
    {
        string[] messages = ["hi", "how are you?", "thanks", "a flight!", "pay me", "coffee?", "where are you?", "when?", "haha", "bye", "", "why?", "hm so", "مرحبا", "cześć", "bonjour", "שלום"];
        foreach (var friend in Friend.All)
        {
            HashSet<string> said = [];
            string? before = null;
            foreach (var message in messages)
            {
                for (var i = 0; i < 20; i++)
                {
                    var answer = Phrasebook.Answer(friend, message, "Zofia", $"m_{i}", 1, before);
                    Assert.False(string.IsNullOrWhiteSpace(answer));
                    Assert.DoesNotContain("{", answer, StringComparison.Ordinal);
                    Assert.NotEqual(before, answer);
                    Assert.Equal(answer, Phrasebook.Answer(friend, message, "Zofia", $"m_{i}", 1, before));
                    said.Add(answer);
                    before = answer;
                }
            }
            Assert.True(said.Count > 25, $"{friend.Handle} says only {said.Count} things");
        }
        Assert.Contains(Phrasebook.Answer(Friend.Leila, "مرحبا", "Zofia", "m", 1, null), c => c is >= '\u0600' and <= '\u06FF');
    }

    [Fact]
    public void Every_opening_is_between_two_demo_people_and_has_an_id_of_its_own()
    {
        string[] people = ["zofia", "leila", "tomek", "noa", "piotr", "amelie"];
        Assert.All(Openings.All, opening => Assert.True(people.Contains(opening.To) && Friend.All.Any(friend => friend.Handle == opening.From) && opening.To != opening.From));
        Assert.Equal(Openings.All.Count, Openings.All.Select(opening => StableId.Of("opening", opening.From, opening.To, opening.Text)).Distinct().Count());
        Assert.Contains(Openings.All, opening => opening is { From: "leila", To: "zofia" });
    }

    private static HeardMessage? Wanted(params HeardMessage[] messages) => Answering.Wanted(new HeardThread("t", "direct", Self, messages), "Leila", lastIsSimulated: false);

    private static HeardMessage Own(long seq, int seconds, string? clientId = null) =>
        new(seq, $"m_{seq}", Self, Noon.AddSeconds(seconds), "own", clientId ?? StableId.Of("x", seq.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString());

    private static HeardMessage Other(long seq, int seconds, string text) => new(seq, $"m_{seq}", Zofia, Noon.AddSeconds(seconds), text, null);
}
