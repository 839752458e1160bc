using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Server.CommandLine;

/// <summary><c>./stoa bot record</c>: a conversation as a bot was told it, as a file. Asks as the page, not as the operator: nobody reads here what the bot may not.</summary>
internal static class RecordCommand
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter error)
    {
        if (CommandOptions.Read(words, ["--server", "--token", "--user", "--out"]) is not { } options || !options.TryGetValue("--token", out var token) || !options.TryGetValue("--user", out var user))
        {
            await error.WriteLineAsync($"bot record needs --token and --user.\n{OperatorCommand.Usage}");
            return OperatorCommand.Misused;
        }

        using var http = new HttpClient { Timeout = patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(options.GetValueOrDefault("--server", "http://localhost:8080")), $"/me/recording?user_id={Uri.EscapeDataString(user)}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
            {
                await error.WriteLineAsync($"The server refused: {text}");
                return OperatorCommand.Refused;
            }

            var recording = (JsonNode.Parse(text) ?? throw new JsonException("Nothing came.")).ToJsonString(indented);
            if (options.TryGetValue("--out", out var file))
            {
                await File.WriteAllTextAsync(file, recording + "\n");
            }
            else
            {
                await output.WriteLineAsync(recording);
            }

            return OperatorCommand.Done;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or JsonException)
        {
            await error.WriteLineAsync($"The server was not reached: {exception.Message}\n  What helps: start it with ./run, or name it: --server URL");
            return OperatorCommand.NotRunning;
        }
    }
}

/// <summary>Options with a value each.</summary>
internal static class CommandOptions
{
    /// <returns>Null when a word is none of them, or lacks its value.</returns>
    public static Dictionary<string, string>? Read(string[] words, string[] known)
    {
        var options = new Dictionary<string, string>();
        for (var i = 0; i < words.Length; i += 2)
        {
            if (i + 1 == words.Length || !known.Contains(words[i]))
            {
                return null;
            }

            options[words[i]] = words[i + 1];
        }

        return options;
    }
}
