using System.Text.Json;

namespace Stoa.Threads.Tests.Messages.Model;

/// <summary>What a thread must look like: the calls that got an event, one after the other in the order of the events. As simple as can be.</summary>
internal sealed class ExpectedThread
{
    private sealed record Message(string Text, bool IsPoll)
    {
        public string Text { get; set; } = Text;

        public bool Unsent { get; set; }

        public bool Pinned { get; set; }

        public string? Quote { get; set; }

        public long QuoteOf { get; set; }

        public Dictionary<string, string> Reactions { get; } = [];

        public Dictionary<string, int> Votes { get; } = [];
    }

    private readonly Dictionary<long, Message> messages = [];

    public void Apply(long seq, string sender, Call call)
    {
        switch (call.Kind)
        {
            case ActKind.Send or ActKind.SendPoll:
                messages[seq] = new(call.Word, call.Kind == ActKind.SendPoll);
                return;
            case ActKind.Answer:
                messages[seq] = new(call.Word, false) { Quote = call.Quote, QuoteOf = call.Target };
                return;
        }

        var message = messages[call.Target];
        if (message.Unsent)
        {
            throw new InvalidOperationException($"{seq} has changed {call.Target}, which was unsent before.");
        }

        switch (call.Kind)
        {
            case ActKind.Edit:
                message.Text = call.Word;
                break;
            case ActKind.Unsend:
                message.Unsent = true;
                foreach (var quoting in messages.Values.Where(other => other.QuoteOf == call.Target))
                {
                    quoting.Quote = null;
                }

                break;
            case ActKind.React:
                message.Reactions[sender] = call.Word;
                break;
            case ActKind.TakeBack:
                message.Reactions.Remove(sender);
                break;
            case ActKind.Pin or ActKind.Unpin:
                message.Pinned = call.Kind == ActKind.Pin;
                break;
            case ActKind.Vote when call.Option < 0:
                message.Votes.Remove(sender);
                break;
            case ActKind.Vote:
                message.Votes[sender] = call.Option;
                break;
        }
    }

    /// <summary>What is wrong with a page, as this reader sees it; empty when nothing is.</summary>
    public IEnumerable<string> Compare(IReadOnlyList<JsonElement> page, string reader)
    {
        foreach (var (seq, message) in messages)
        {
            var read = page[(int)seq - 1];
            foreach (var (what, expected, actual) in ((string, string?, string?)[])[
                ("unsent", message.Unsent ? "True" : null, Raw(read, "unsent")),
                ("text", message.Unsent || message.IsPoll ? null : message.Text, Raw(read, "text")),
                ("quote", message.Unsent ? null : message.Quote, Raw(read, "quote")),
                ("pinned", message is { Unsent: false, Pinned: true } ? "True" : null, Raw(read, "pinned")),
                ("myReaction", message.Unsent ? null : message.Reactions.GetValueOrDefault(reader), Raw(read, "myReaction")),
                ("reactions", message.Unsent ? "" : Sorted(message.Reactions.Select(reaction => $"{reaction.Value} {reaction.Key}")), Sorted(ReactionsOf(read))),
                ("counts", message.Unsent || message.Votes.Count == 0 ? "0 0 0" : string.Join(' ', Enumerable.Range(0, 3).Select(o => message.Votes.Values.Count(v => v == o))), Counts(read)),
                ("voters", message.Unsent ? "0" : $"{message.Votes.Count}", read.TryGetProperty("votes", out var votes) ? $"{votes.GetProperty("voters")}" : "0"),
                ("mine", message.Unsent || !message.Votes.TryGetValue(reader, out var option) ? null : $"[{option}]", read.TryGetProperty("votes", out var v) ? Raw(v, "mine") : null),
            ])
            {
                if (expected != actual)
                {
                    yield return $"{what} of {seq}: '{actual}', expected '{expected}'";
                }
            }
        }
    }

    private static IEnumerable<string> ReactionsOf(JsonElement read) =>
        !read.TryGetProperty("reactions", out var reactions) ? [] : reactions.EnumerateArray().SelectMany(reaction =>
            reaction.GetProperty("by").EnumerateArray().Select(id => $"{reaction.GetProperty("emoji").GetString()} {id.GetString()}")
                .Concat(reaction.GetProperty("count").GetInt32() == reaction.GetProperty("by").GetArrayLength() ? [] : ["a count that is not the number of those named"]));

    private static string Counts(JsonElement read) =>
        read.TryGetProperty("votes", out var votes) ? string.Join(' ', votes.GetProperty("counts").EnumerateArray().Select(count => count.GetInt32())) : "0 0 0";

    private static string Sorted(IEnumerable<string> items) => string.Join(", ", items.Order(StringComparer.Ordinal));

    private static string? Raw(JsonElement json, string member) => json.TryGetProperty(member, out var value) ? value.ToString() : null;
}

/// <summary>A call as it was made.</summary>
/// <param name="Target">The number of the message it is about; 0 for a new one.</param>
/// <param name="Option">Of a poll; -1 takes the vote back.</param>
internal sealed record Call(ActKind Kind, int Who, Guid Id, long Target, string Word, int Option, string? Quote);
