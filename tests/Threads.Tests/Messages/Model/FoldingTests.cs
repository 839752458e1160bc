using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Stoa.Kernel;
using Xunit;

namespace Stoa.Threads.Tests.Messages.Model;

/// <summary>
/// Whatever several people do to the same messages at the same time: what pages show is what the calls add up to, and what a client keeps by
/// folding live events into any page it has read, from anywhere on and twice over, is what pages show.
/// </summary>
public sealed class FoldingTests
{
    private const int Acts = 45;
    private static readonly string[] emoji = ["👍", "❤️", "🎉", "😢", "👀", "🙏"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_show_what_the_calls_add_up_to_and_live_events_fold_to_what_pages_show()
    {
        await using var server = await Cast.StartAsync();
        Somebody[] people = [await Somebody.SignUpAsync(server, "ann"), await Somebody.SignUpAsync(server, "ben"), await Somebody.SignUpAsync(server, "cem")];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(8),
            Prop.ForAll(Gen.ArrayOf(Act.Any, Acts).ToArbitrary(), Gen.Choose(0, 1_000_000).ToArbitrary(), (acts, seed) => PlayAsync(people, acts, new(seed)).GetAwaiter().GetResult()));
        Assert.Empty(server.Log.Errors);
    }

    private static async Task<bool> PlayAsync(Somebody[] people, Act[] acts, Random dice)
    {
        var thread = await people[0].OpenAsync("@ben", "@cem");
        var devices = await Task.WhenAll(people.Select(person => person.ConnectAsync()));
        var calls = new List<Call>();
        var pages = new List<(int Who, List<JsonElement> Events)>();
        var running = new List<Task>();
        var last = 0L;
        foreach (var act in acts)
        {
            if (!act.AtOnce)
            {
                await Task.WhenAll(running);
                running.Clear();
                last = await people[0].LastSeqAsync(thread);
            }

            if (act.Kind == ActKind.ReadPage)
            {
                pages.Add((act.Who, await people[act.Who].AllEventsAsync(thread)));
                continue;
            }

            if (act.Kind is ActKind.Repeat or ActKind.Lose && calls.Count == 0)
            {
                continue;
            }

            // Lost: made, and its answer never waited for before the same is made again.
            var call = act.Kind switch
            {
                ActKind.Repeat => calls[^(1 + (act.Target % calls.Count))],
                ActKind.Lose => calls[^1],
                _ => await CallAsync(act, people, thread, last),
            };
            calls.Add(call);
            running.Add(MakeAsync(people[call.Who], thread, call));
        }

        await Task.WhenAll(running);
        return await ComparesAsync(people, thread, devices, calls, pages, dice);
    }

    private static async Task<Call> CallAsync(Act act, Somebody[] people, ThreadId thread, long last)
    {
        var target = Math.Max(1, last - act.Target);
        string? quote = null;
        if (act.Kind == ActKind.Answer && last > 0 && (await people[act.Who].EventAsync(thread, target)).Text("text") is { Length: > 2 } text)
        {
            quote = text[..2];
        }

        var word = act.Kind is ActKind.React ? emoji[act.What % emoji.Length] : $"{act.Kind} {act.What} {Guid.NewGuid():n}";
        return new(act.Kind, act.Who, Guid.NewGuid(), act.Kind is ActKind.Send or ActKind.SendPoll ? 0 : target, word, act.What % 4 - 1, quote);
    }

    private static async Task MakeAsync(Somebody who, ThreadId thread, Call call)
    {
        using var answer = await (call.Kind switch
        {
            ActKind.Send => who.PostAsync(thread, new { clientId = call.Id, text = call.Word }),
            ActKind.SendPoll => who.PostAsync(thread, new { clientId = call.Id, poll = new { question = call.Word, options = new[] { "a", "b", "c" } } }),
            ActKind.Answer when call.Quote is null => who.PostAsync(thread, new { clientId = call.Id, text = call.Word, replyTo = call.Target }),
            ActKind.Answer => who.PostAsync(thread, new { clientId = call.Id, text = call.Word, replyTo = call.Target, quote = call.Quote }),
            ActKind.Edit => who.EditAsync(thread, call.Target, call.Word, call.Id),
            ActKind.Unsend => who.UnsendAsync(thread, call.Target, call.Id),
            ActKind.React => who.ReactAsync(thread, call.Target, call.Word, call.Id),
            ActKind.TakeBack => who.ReactAsync(thread, call.Target, null, call.Id),
            ActKind.Pin or ActKind.Unpin => PinAsync(who, thread, call),
            ActKind.Vote => who.VoteAsync(thread, call.Target, call.Option < 0 ? [] : [call.Option], call.Id),
            _ => throw new InvalidOperationException($"{call.Kind} is no call."),
        });
        Assert.True((int)answer.StatusCode < 500, $"{call}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}");
    }

    private static async Task<HttpResponseMessage> PinAsync(Somebody who, ThreadId thread, Call call)
    {
        using var request = new HttpRequestMessage(call.Kind == ActKind.Pin ? HttpMethod.Put : HttpMethod.Delete, Calls.Path(thread, call.Target, "pin"));
        request.Headers.Add("Idempotency-Key", call.Id.ToString());
        return await who.Client.SendAsync(request, Ct);
    }

    private static async Task<bool> ComparesAsync(
        Somebody[] people, ThreadId thread, LiveClient[] devices, List<Call> calls, List<(int Who, List<JsonElement> Events)> pages, Random dice)
    {
        var byId = calls.DistinctBy(call => call.Id).ToDictionary(call => (people[call.Who].Id.ToString(), call.Id));
        var finals = new List<List<JsonElement>>();
        foreach (var person in people)
        {
            finals.Add(await person.AllEventsAsync(thread));
        }

        Assert.Equal(Enumerable.Range(1, finals[0].Count).Select(i => (long)i), finals[0].Select(e => e.GetProperty("seq").GetInt64()));
        var expected = new ExpectedThread();
        foreach (var seq in Enumerable.Range(0, finals[0].Count))
        {
            // Each one's own page has the client ids of what they did; every event is of one call, and every call of one event at most.
            var (sender, clientId) = people.Zip(finals).Where(read => read.Second[seq].Has("clientId")).Select(read => (read.First.Id.ToString(), Guid.Parse(read.Second[seq].Text("clientId")!))).Single();
            Assert.True(byId.Remove((sender, clientId), out var call), $"Event {seq + 1} is of a call that already has another.");
            expected.Apply(seq + 1, sender, call!);
        }

        Assert.DoesNotContain(byId.Values, call => call.Kind is ActKind.Send or ActKind.SendPoll); // Nothing that must be stored is missing.
        foreach (var (person, final) in people.Zip(finals))
        {
            Assert.Empty(expected.Compare(final, person.Id.ToString()));
        }

        for (var i = 0; i < devices.Length; i++)
        {
            if (finals[i].Count == 0)
            {
                continue;
            }

            var shown = Keep(people[i], finals[i], []);
            var live = await devices[i].WaitForEventsAsync(thread.ToString(), finals[i].Count);
            Assert.Equal(finals[i].Select(e => e.GetProperty("seq").GetInt64()), live.Select(e => e.GetProperty("seq").GetInt64()));
            Assert.Equal(shown, Keep(people[i], [], live));
            // The comparison can fail: a client that misses the changes shows something else.
            Assert.True(live.TrueForAll(e => !e.Has("of")) || !shown.SequenceEqual(Keep(people[i], finals[i][..0], live.FindAll(e => !e.Has("of")))));
            foreach (var (_, page) in pages.Where(page => page.Who == i))
            {
                Assert.Equal(shown, Keep(people[i], page, live[dice.Next(page.Count + 1)..]));
            }

            await devices[i].DisposeAsync();
        }

        return true;
    }

    /// <summary>A page, then live events from somewhere before its end: in pieces, some of them twice.</summary>
    private static IReadOnlyList<string> Keep(Somebody reader, IReadOnlyList<JsonElement> page, IReadOnlyList<JsonElement> live)
    {
        var kept = new KeptThread(reader.Id.ToString());
        foreach (var e in page)
        {
            kept.TakeFromPage(e);
        }

        foreach (var piece in live.Chunk(5))
        {
            foreach (var e in piece.Concat(piece.Take(3)))
            {
                kept.TakeLive(e);
            }
        }

        return kept.Shown;
    }
}
