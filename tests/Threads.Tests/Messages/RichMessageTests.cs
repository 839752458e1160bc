using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Media;
using Xunit;

namespace Stoa.Threads.Tests.Messages;

/// <summary>Messages with more in them than a line.</summary>
public sealed class RichMessageTests(SharedServer shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Refused { get; } = new()
    {
        { """{"text":"hello","entities":[{"type":"bold","offset":0,"length":6}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"bold","offset":-1,"length":2}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"bold","offset":2147483647,"length":2147483647}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"bold","offset":0,"length":0}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"blink","offset":0,"length":1}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"offset":0,"length":1}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[null]}""", "400 entities_invalid" },
        { """{"text":"a👍b","entities":[{"type":"bold","offset":0,"length":2}]}""", "400 entities_invalid" },
        { """{"text":"a👍b","entities":[{"type":"bold","offset":2,"length":2}]}""", "400 entities_invalid" },
        { """{"text":"e\u0301x","entities":[{"type":"bold","offset":0,"length":1}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"bold","offset":0,"length":5,"url":"https://example.org"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5,"url":"javascript:alert(1)"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5,"url":" https://example.org"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5,"url":"java\nscript:alert(1)"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5,"url":"/relative"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"link","offset":0,"length":5,"url":"data:text/html,x"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"mention","offset":0,"length":5,"person":"somebody"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"mention","offset":0,"length":5,"person":"7000000000000007"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"mention","offset":0,"length":5,"person":"all"}]}""", "403 admins_only" },
        { """{"text":"hello","entities":[{"type":"pre","offset":0,"length":5,"language":"<script>"}]}""", "400 entities_invalid" },
        { """{"text":"hello","entities":[{"type":"bold","offset":0,"length":5,"color":"red"}]}""", "400 unknown_member" },
        { """{"entities":[{"type":"bold","offset":0,"length":5}]}""", "400 text_missing" },
        { """{"attachments":[]}""", "400 text_missing" },
        { """{"attachments":[null]}""", "400 attachments_invalid" },
        { """{"attachments":[{}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"image","media":"7000000000000007"}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"media":"7000000000000007"}]}""", "400 media_not_found" },
        { """{"attachments":[{"media":7}]}""", "400 invalid_request" },
        { """{"attachments":[{"media":"7000000000000007","latitude":1}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"location","latitude":91,"longitude":0}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"location","latitude":1}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"location","latitude":1e999,"longitude":0}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"contact"}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"contact","name":"N","phones":["call me"]}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"contact","name":"N","emails":[null]}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"contact","name":"N","person":"7000000000000007"}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"voice","media":"7000000000000007","waveform":[32]}]}""", "400 attachments_invalid" },
        { """{"attachments":[{"type":"template","payload":{}}]}""", "400 unknown_member" },
        { """{"poll":{"question":"When?","options":["now"]}}""", "400 poll_invalid" },
        { """{"poll":{"question":"When?","options":["now","now"]}}""", "400 poll_invalid" },
        { """{"poll":{"question":" ","options":["now","then"]}}""", "400 poll_invalid" },
        { """{"poll":{"question":"When?","options":["now",null]}}""", "400 poll_invalid" },
        { """{"poll":{"question":"When?"}}""", "400 poll_invalid" },
        { """{"poll":{"question":"When?","options":["now","then"],"closesAt":"2020-01-01T00:00:00Z"}}""", "400 poll_invalid" },
        { """{"text":"x","quote":"y"}""", "400 quote_not_found" },
        { """{"text":"x","quote":"y","replyTo":999999}""", "400 reply_not_found" },
        { """{"text":"x","poll":{"question":"When?","options":["now","then"]},"replyTo":999999}""", "400 reply_not_found" },
        { """{"text":"x","payload":"P","poll":{"question":"When?","options":["now","then"]}}""", "400 invalid_request" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_sent_says_why(string message, string refusal)
    {
        var body = $$"""{"clientId":"{{Guid.NewGuid()}}",{{message[1..]}}""";
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(refusal, await shared.One.Client.PostAsync($"/api/threads/{shared.Thread}/messages", content, Ct).RefusalAsync());
    }

    [Fact]
    public async Task Marks_move_with_a_text_that_is_normalised()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var seq = await one.PostAsync(thread, new
        {
            clientId = Guid.NewGuid(),
            text = "cafe\u0301 👍 fin",
            entities = new object[]
            {
                new { type = "italic", offset = 0, length = 5 }, new { type = "bold", offset = 6, length = 2 },
                new { type = "link", offset = 9, length = 3, url = "https://example.org/a?b=c" }, new { type = "pre", offset = 9, length = 3, language = "c++" },
            },
        }).SeqAsync();

        var message = await other.EventAsync(thread, seq);
        Assert.Equal("café 👍 fin", message.Text("text"));
        Assert.Equal(["café", "👍", "fin", "fin"], message.GetProperty("entities").EnumerateArray()
            .Select(entity => message.Text("text")!.Substring(entity.GetProperty("offset").GetInt32(), entity.GetProperty("length").GetInt32())));
    }

    [Fact]
    public async Task Who_is_named_is_stored_with_the_message_and_again_with_its_edits()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, _) = await Cast.PairAsync(server);
        var third = await Somebody.SignUpAsync(server, "third");
        var group = await one.OpenAsync("@other", "@third");
        await Calls.ExecuteAsync(server, "update threads.members set role = case when member_id = @One then 1 else 3 end where thread_id = @Group", new { One = one.Id.Value, Group = group.Value });
        object Naming(string person) => new { type = "mention", offset = 0, length = 2, person };

        var seq = await one.PostAsync(group, new { clientId = Guid.NewGuid(), text = "hi there", entities = new[] { Naming(other.Id.ToString()), Naming(one.Id.ToString()) } }).SeqAsync();
        Assert.Equal([other.Id.Value], await MentionedAsync(seq));
        await one.EditAsync(group, seq, "hi there", entities: [Naming(third.Id.ToString())]).SeqAsync();
        Assert.Equal([third.Id.Value], await MentionedAsync(seq));
        await one.EditAsync(group, seq, "hi there").SeqAsync();
        Assert.Empty(await MentionedAsync(seq));
        var all = await one.PostAsync(group, new { clientId = Guid.NewGuid(), text = "hi", entities = new[] { Naming("all"), Naming(third.Id.ToString()) } }).SeqAsync();
        Assert.Equal([0], await MentionedAsync(all));
        Assert.Equal("403 admins_only", await other.PostAsync(group, new { clientId = Guid.NewGuid(), text = "hi", entities = new[] { Naming("all") } }).RefusalAsync());
        Assert.Equal(4, await one.LastSeqAsync(group));

        async Task<List<long>> MentionedAsync(long of)
        {
            await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
            return (await connection.QueryAsync<long>("select member_id from threads.mentions where thread_id = @Value and seq = @of", new { group.Value, of })).AsList();
        }
    }

    [Fact]
    public async Task A_quote_is_a_part_of_the_message_answered()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var seq = await one.SendAsync(thread, "olives, feta, bread");
        await one.EditAsync(thread, seq, "olives, feta, pita").SeqAsync();

        var answer = await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "which?", replyTo = seq, quote = "feta, pita" }).SeqAsync();

        Assert.Equal(("feta, pita", seq), ((await one.EventAsync(thread, answer)).Text("quote"), (await one.EventAsync(thread, answer)).GetProperty("replyTo").GetInt64()));
        Assert.Equal("400 quote_not_found", await other.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "which?", replyTo = seq, quote = "bread" }).RefusalAsync());
    }

    [Fact]
    public async Task Attachments_are_stored_with_their_cards_and_open_to_readers_alone()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        var stranger = await Somebody.SignUpAsync(server, "stranger");
        await using var phone = await other.ConnectAsync();
        var (picture, voice) = (await Calls.UploadAsync(server, one), await Calls.UploadAsync(server, one, "audio", "audio/ogg", "note.ogg"));
        var message = new
        {
            clientId = Guid.NewGuid(),
            attachments = new object[]
            {
                new { media = picture.ToString(), caption = "the harvest" },
                new { type = "voice", media = voice.ToString(), waveform = new[] { 0, 31, 7 } },
                new { type = "location", latitude = 37.97, longitude = 23.72, title = "Plaka" },
                new { type = "contact", name = "Eleni", phones = new[] { "+30 210 0000000" }, person = stranger.Id.ToString() },
            },
        };
        var seq = await one.PostAsync(thread, message).SeqAsync();
        Assert.Equal(seq, await one.PostAsync(thread, message).SeqAsync());

        var told = (await phone.WaitForEventsAsync(thread.ToString(), seq))[^1];
        var read = await other.EventAsync(thread, seq);
        Assert.Equal(told.GetProperty("attachments").GetRawText(), read.GetProperty("attachments").GetRawText());
        Assert.Equal(
            $$$"""[{"type":"image","payload":{"media":{"id":"{{{picture}}}","type":"image/png","name":"olives.png","bytes":10,"width":40,"height":30,"thumbnail":false},"caption":"the harvest"}},{"type":"voice","payload":{"media":{"id":"{{{voice}}}","type":"audio/ogg","name":"note.ogg","bytes":10,"thumbnail":false},"waveform":[0,31,7]}},{"type":"location","payload":{"latitude":37.97,"longitude":23.72,"title":"Plaka"}},{"type":"contact","payload":{"name":"Eleni","phones":["+30 210 0000000"],"person":"{{{stranger.Id}}}"}}]""",
            read.GetProperty("attachments").GetRawText().Replace("\\u002B", "+", StringComparison.Ordinal));

        var media = server.Services.GetRequiredService<IMedia>();
        Assert.Equal(2, (await media.MayReadAsync(other.Id, [picture, voice], Ct)).Count);
        Assert.Empty(await media.MayReadAsync(stranger.Id, [picture, voice], Ct));
        // Nobody sends what they cannot read; a voice note is an audio.
        var elsewhere = await stranger.OpenAsync("@other");
        Assert.Equal("400 media_not_found", await stranger.PostAsync(elsewhere, new { clientId = Guid.NewGuid(), attachments = new[] { new { media = picture.ToString() } } }).RefusalAsync());
        Assert.Equal("400 attachments_invalid", await one.PostAsync(thread, new { clientId = Guid.NewGuid(), attachments = new[] { new { type = "voice", media = picture.ToString() } } }).RefusalAsync());
        Assert.Equal(1, await Calls.UsesAsync(server, picture));
        // Whoever reads it may send it on, and deleting it for oneself closes it.
        await other.PostAsync(thread, new { clientId = Guid.NewGuid(), attachments = new[] { new { media = picture.ToString() } } }).SeqAsync();
        await other.HideAsync(thread, seq);
        Assert.Equal([picture], await media.MayReadAsync(other.Id, [picture, voice], Ct));
        await Calls.ExecuteAsync(server, "update threads.members set from_seq = 9 where thread_id = @Thread and member_id = @Other", new { Thread = thread.Value, Other = other.Id.Value });
        Assert.Empty(await media.MayReadAsync(other.Id, [picture, voice], Ct));
    }

    [Fact]
    public async Task One_upload_sent_by_two_at_once_and_taken_back_by_one_stays_for_the_other()
    {
        await using var server = await Cast.StartAsync();
        await using var second = await Cast.StartAsync(new() { Database = server.Database });
        var (one, _, thread) = await Cast.PairAsync(server);
        var there = one.At(second);
        await Somebody.SignUpAsync(server, "third");
        var other = await one.OpenAsync("@third");
        for (var i = 0; i < 10; i++)
        {
            var media = await Calls.UploadAsync(server, one);
            object Message() => new { clientId = Guid.NewGuid(), attachments = new[] { new { media = media.ToString() } } };
            var first = await one.PostAsync(thread, Message()).SeqAsync();

            await Task.WhenAll(one.UnsendAsync(thread, first).SeqAsync(), there.PostAsync(other, Message()).SeqAsync());

            Assert.Equal(1, await Calls.UsesAsync(server, media));
            await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
            Assert.Null(await connection.ExecuteScalarAsync<DateTime?>("select reclaim_at from media.items where id = @Value", new { media.Value }));
        }
    }

    [Fact]
    public async Task Everything_can_be_sent_over_the_socket_too()
    {
        await using var server = await Cast.StartAsync();
        var (one, other, thread) = await Cast.PairAsync(server);
        await using var device = await one.ConnectAsync();
        var media = await Calls.UploadAsync(server, one);
        var first = await other.SendAsync(thread, "what do you bring?");

        await device.SendAsync(new
        {
            op = "send",
            thread = thread.ToString(),
            clientId = Guid.NewGuid(),
            text = "bread",
            entities = new[] { new { type = "bold", offset = 0, length = 5 } },
            attachments = new[] { new { media = media.ToString() } },
            poll = new { question = "Or wine?", options = new[] { "yes", "no" } },
            replyTo = first,
            quote = "bring",
        });
        var seq = (await device.WaitAsync("sent")).GetProperty("seq").GetInt64();

        var message = await other.EventAsync(thread, seq);
        Assert.All(["text", "entities", "attachments", "poll", "replyTo", "quote"], member => Assert.True(message.Has(member), member));
        await device.SendAsync(new { op = "send", thread = thread.ToString(), clientId = Guid.NewGuid(), attachments = new[] { new { type = "dance" } } });
        Assert.Equal("attachments_invalid", (await device.WaitAsync("error")).Text("code"));
    }
}
