using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Threads.Tests.Messages.Model;

/// <summary>A client that keeps a thread: pages and live events are folded into it as docs/protocol/http.md, "Changes", says. The rule is written here once.</summary>
internal sealed class KeptThread(string me)
{
    private readonly SortedDictionary<long, JsonObject> events = [];

    public long LastSeq => events.Count == 0 ? 0 : events.Keys.Max();

    /// <summary>Everything kept, by number, as text that can be compared.</summary>
    public IReadOnlyList<string> Shown => [.. events.Values.Select(Canonical)];

    /// <summary>An event from a page is as it is now, with changes up to its <c>changedSeq</c> in it: it takes the place of an older one.</summary>
    public void TakeFromPage(JsonElement json)
    {
        var (seq, taken) = (json.GetProperty("seq").GetInt64(), Copy(json));
        if (!events.TryGetValue(seq, out var kept) || ChangedSeq(taken) >= ChangedSeq(kept))
        {
            events[seq] = taken;
        }

        Apply(taken);
    }

    /// <summary>A live event may come twice, and again after a page that had it.</summary>
    public void TakeLive(JsonElement json)
    {
        var taken = Copy(json);
        events.TryAdd(json.GetProperty("seq").GetInt64(), taken);
        Apply(taken);
    }

    private void Apply(JsonObject change)
    {
        var seq = change["seq"]!.GetValue<long>();
        if (change["kind"]!.GetValue<string>() == "unsend")
        {
            ForgetWordsOf(change["of"]!.GetValue<long>());
        }

        if (change["of"] is not { } of || !events.TryGetValue(of.GetValue<long>(), out var message) || ChangedSeq(message) >= seq)
        {
            return;
        }

        message["changedSeq"] = seq;
        var mine = change["sender"]!.GetValue<string>() == me;
        switch (change["kind"]!.GetValue<string>())
        {
            case "edit" when change["text"] is { } text:
                message["text"] = text.DeepClone();
                Set(message, "entities", change["entities"]?.DeepClone());
                message["editedAt"] = change["at"]!.DeepClone();
                break;
            case "reaction":
                React(message, change["sender"]!.GetValue<string>(), change["was"]?.GetValue<string>(), change["emoji"]?.GetValue<string>());
                if (mine)
                {
                    Set(message, "myReaction", change["emoji"]?.DeepClone());
                }

                break;
            case "vote":
                Vote(message, change, mine);
                break;
            case "pin":
                Set(message, "pinned", change["pinned"]!.GetValue<bool>() ? true : null);
                break;
            case "unsend":
                foreach (var name in message.Select(member => member.Key).Except(["seq", "id", "kind", "sender", "at", "clientId", "changedSeq"]).ToList())
                {
                    message.Remove(name);
                }

                message["unsent"] = true;
                break;
        }
    }

    /// <summary>Also when the message itself is known to be unsent: what others quote of it, and its earlier versions.</summary>
    private void ForgetWordsOf(long seq)
    {
        foreach (var kept in events.Values)
        {
            if (kept["replyTo"]?.GetValue<long>() == seq)
            {
                kept.Remove("quote");
            }

            if (kept["kind"]!.GetValue<string>() == "edit" && kept["of"]!.GetValue<long>() == seq)
            {
                kept.Remove("text");
                kept.Remove("entities");
                kept.Remove("edits");
            }
        }
    }

    private static void React(JsonObject message, string member, string? was, string? now)
    {
        var reactions = message["reactions"] as JsonArray ?? [];
        message.Remove("reactions");
        if (reactions.FirstOrDefault(reaction => reaction!["emoji"]!.GetValue<string>() == was) is JsonObject old)
        {
            old["count"] = old["count"]!.GetValue<int>() - 1;
            old["by"] = new JsonArray([.. old["by"]!.AsArray().Select(id => id!.GetValue<string>()).Where(id => id != member).Select(id => JsonValue.Create(id))]);
            if (old["count"]!.GetValue<int>() == 0)
            {
                reactions.Remove(old);
            }
        }

        if (now is not null)
        {
            if (reactions.FirstOrDefault(reaction => reaction!["emoji"]!.GetValue<string>() == now) is not JsonObject grown)
            {
                grown = new JsonObject { ["emoji"] = now, ["count"] = 0, ["by"] = new JsonArray() };
                reactions.Add(grown);
            }

            grown["count"] = grown["count"]!.GetValue<int>() + 1;
            if (grown["by"]!.AsArray().Count < 20)
            {
                grown["by"]!.AsArray().Add(member);
            }
        }

        Set(message, "reactions", reactions.Count > 0 ? reactions : null);
    }

    private static void Vote(JsonObject message, JsonObject change, bool mine)
    {
        var votes = message["votes"] as JsonObject ?? new JsonObject
        {
            ["counts"] = new JsonArray([.. message["poll"]!["options"]!.AsArray().Select(_ => JsonValue.Create(0))]),
            ["voters"] = 0,
        };
        message["votes"] = votes;
        foreach (var (name, step) in ((string, int)[])[("was", -1), ("options", 1)])
        {
            var options = change[name]?.AsArray().Select(option => option!.GetValue<int>()).ToList() ?? [];
            foreach (var option in options)
            {
                votes["counts"]![option] = votes["counts"]![option]!.GetValue<int>() + step;
            }

            votes["voters"] = votes["voters"]!.GetValue<int>() + (options.Count > 0 ? step : 0);
        }

        if (mine)
        {
            Set(votes, "mine", change["options"]!.AsArray().Count > 0 ? change["options"]!.DeepClone() : null);
        }
    }

    private static void Set(JsonObject message, string name, JsonNode? value)
    {
        message.Remove(name);
        if (value is not null)
        {
            message[name] = value;
        }
    }

    private static long ChangedSeq(JsonObject message) => message["changedSeq"]?.GetValue<long>() ?? 0;

    private static JsonObject Copy(JsonElement json) => JsonNode.Parse(json.GetRawText())!.AsObject();

    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject members => "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{Canonical(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(',', items.Select(Canonical)) + "]",
        null => "null",
        _ => JsonSerializer.Serialize(JsonSerializer.Deserialize<object>(node.ToJsonString())),
    };
}
