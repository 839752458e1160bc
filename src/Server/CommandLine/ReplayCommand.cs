using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Server.CommandLine;

/// <summary>
/// <c>./stoa bot replay</c>: tells a bot what a recording says that it was told, in order, and compares what it says with what was said then. The bot calls this
/// command in the place of the server. For a bot's own tests: it ends with 1 when the conversation went otherwise.
/// </summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan answersWithin = TimeSpan.FromSeconds(20);

    /// <summary>After the acknowledgement and the last answer that was expected: something more may come.</summary>
    private static readonly TimeSpan listensFor = TimeSpan.FromMilliseconds(300);

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter error)
    {
        if (words is not [var file, .. var rest] || CommandOptions.Read(rest, ["--webhook", "--app-secret", "--listen", "--patience"]) is not { } options
            || !options.TryGetValue("--webhook", out var webhook) || !Uri.TryCreate(webhook, UriKind.Absolute, out var address)
            || !double.TryParse(options.GetValueOrDefault("--patience", "5"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > 300)
        {
            await error.WriteLineAsync($"bot replay needs a file and --webhook.\n{OperatorCommand.Usage}");
            return OperatorCommand.Misused;
        }

        JsonObject recording;
        try
        {
            recording = JsonNode.Parse(await File.ReadAllTextAsync(file)) is JsonObject read && read["recording"]?.GetValue<int>() == 1 ? read : throw new JsonException("it is no recording of this version");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            await error.WriteLineAsync($"{file} cannot be read: {exception.Message}");
            return OperatorCommand.Misused;
        }

        await using var platform = await ReplayPlatform.StartAsync(options.GetValueOrDefault("--listen", "http://127.0.0.1:8090"), recording["person"]?.AsObject() ?? []);
        await error.WriteLineAsync($"Listening at {platform.Address}: the bot's calls must come here.");
        using var http = new HttpClient { Timeout = answersWithin };
        var rounds = new List<(JsonObject Input, List<string> Then, IReadOnlyList<string> Now, string? Failure)>();
        foreach (var input in (recording["inputs"]?.AsArray() ?? []).Select(node => node!.AsObject()))
        {
            var then = (input["answers"]?.AsArray() ?? []).Select(answer => ReplayPlatform.Normalise(answer!.AsObject())).ToList();
            var failure = await TellAsync(http, address, options.GetValueOrDefault("--app-secret", ""), rounds.Count + 1, input);
            rounds.Add((input, then, failure is null ? await platform.HearAsync(then.Count, TimeSpan.FromSeconds(seconds), listensFor) : [], failure));
        }

        // Somebody who writes on before the bot has finished gets the rest of its answer after their next message: what counts is what was said, in order.
        if (rounds.TrueForAll(round => round.Failure is null) && rounds.SelectMany(round => round.Then).SequenceEqual(rounds.SelectMany(round => round.Now)))
        {
            await output.WriteLineAsync($"{rounds.Count} inputs: the same.");
            return OperatorCommand.Done;
        }

        var different = 0;
        foreach (var (number, round) in rounds.Index().Where(r => r.Item.Failure is not null || !r.Item.Then.SequenceEqual(r.Item.Now)))
        {
            different++;
            await output.WriteLineAsync($"@ {number + 1}: {Describe(round.Input)}");
            if (round.Failure is not null)
            {
                await output.WriteLineAsync($"! {round.Failure}");
            }

            foreach (var (mark, line) in Compare(round.Then, round.Now))
            {
                await output.WriteLineAsync($"{mark} {line}");
            }
        }

        await output.WriteLineAsync($"{rounds.Count} inputs, {different} answered otherwise.");
        return OperatorCommand.Refused;
    }

    /// <returns>Null when the bot took it.</returns>
    private static async Task<string?> TellAsync(HttpClient http, Uri webhook, string secret, int number, JsonObject input)
    {
        var body = Encoding.UTF8.GetBytes(input["update"]?.ToJsonString() ?? "{}");
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
        var key = Encoding.UTF8.GetBytes(secret);
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, body)));
#pragma warning disable CA5350 // The dialect's older signature; bots of its time look at nothing else.
        request.Headers.Add("X-Hub-Signature", "sha1=" + Convert.ToHexStringLower(HMACSHA1.HashData(key, body)));
#pragma warning restore CA5350
        request.Headers.Add("webhook-id", Guid.CreateVersion7().ToString());
        request.Headers.Add("Stoa-Sequence", number.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Stoa-Time", input["at"]?.ToString() ?? "");
        try
        {
            using var answer = await http.SendAsync(request);
            return answer.IsSuccessStatusCode ? null : $"The bot answered {(int)answer.StatusCode}.";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return $"The bot did not answer: {exception.Message}";
        }
    }

    /// <summary>What is the same is left out at both ends; the rest was said then (−) and is said now (+).</summary>
    private static IEnumerable<(char Mark, string Line)> Compare(List<string> then, IReadOnlyList<string> now)
    {
        var same = 0;
        while (same < then.Count && same < now.Count && then[same] == now[same])
        {
            same++;
        }

        return then.Skip(same).Select(line => ('-', line)).Concat(now.Skip(same).Select(line => ('+', line)));
    }

    private static string Describe(JsonObject input)
    {
        var what = input["update"]?["entry"]?[0]?["messaging"]?[0] as JsonObject;
        return what?["message"]?["text"]?.ToString() ?? what?["postback"]?["payload"]?.ToString() ?? what?.Select(member => member.Key).LastOrDefault() ?? "?";
    }
}
