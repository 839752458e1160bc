using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Hosting;

namespace Stoa.Server.CommandLine;

/// <summary>The operator's command line, <c>./stoa</c>: speaks to the running server through the admin socket of its data directory.</summary>
internal static class OperatorCommand
{
    internal const int Done = 0;
    internal const int Refused = 1;
    internal const int Misused = 2;
    internal const int NotRunning = 3;

    // A webhook may take its 20 seconds to answer the handshake.
    private static readonly TimeSpan usualPatience = TimeSpan.FromSeconds(45);

    internal const string Usage =
        """
        ./stoa bot create --name N --username U --webhook URL --verify-token T [--data DIR]
            Makes a page and an app, performs the webhook's verification handshake and prints
            {"pageId":"…","appId":"…","appSecret":"…","accessToken":"…"}: the only time the secrets are shown.
            Optional: --category TEXT  --about TEXT  --color #RRGGBB  --verified  --developer HANDLE (who sees it in the console)
            With --polling instead of --webhook and --verify-token the bot asks for its events.
        ./stoa bot record --token T --user PSID [--server URL] [--out FILE]
            Writes what the bot of this page token was told of a conversation, and what was said to it, as a file.
        ./stoa bot replay FILE --webhook URL [--app-secret S] [--listen URL] [--patience SECONDS]
            Plays it again to the bot at URL and prints what it says otherwise: - then, + now. The bot must call the address of
            --listen (default http://127.0.0.1:8090) in the place of the server. Ends with 1 when anything differs.
        ./stoa ledger verify [--anchors FILE] [--data DIR]
            Plays the whole ledger again from nothing and hashes its chain again; compares the heads that the server kept in
            ledger-anchors.jsonl and those of FILE. Prints what was looked at; ends with 1 when anything is not as it must be.
        ./stoa ledger anchor [--data DIR]
            Prints the head of the chain as one line, to be kept where nobody who has the database can change it.
        ./stoa help

        --data DIR is the data directory of the running server; default data.
        Ends with 0 when done, 1 when the server refused, 2 when the words are wrong, 3 when no server runs.
        """;

    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter error)
    {
        switch (words)
        {
            case [] or ["help" or "--help" or "-h", ..]:
                await output.WriteLineAsync(Usage);
                return words.Length == 0 ? Misused : Done;
            case ["bot", "create", .. var options]:
                return await CreateBotAsync(options, output, error);
            case ["bot", "record", .. var options]:
                return await RecordCommand.RunAsync(options, output, error);
            case ["bot", "replay", .. var options]:
                return await ReplayCommand.RunAsync(options, output, error);
            case ["ledger", "verify" or "anchor", .. var options]:
                return await LedgerCommand.RunAsync(words[1], options, output, error);
            default:
                await error.WriteLineAsync($"There is no command '{string.Join(' ', words)}'.\n{Usage}");
                return Misused;
        }
    }

    private static async Task<int> CreateBotAsync(string[] words, TextWriter output, TextWriter error)
    {
        var body = new JsonObject();
        var data = "data";
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] is "--verified" or "--polling")
            {
                body[words[i][2..]] = true;
                continue;
            }

            if (i + 1 == words.Length || words[i] is not ("--name" or "--username" or "--webhook" or "--verify-token" or "--category" or "--about" or "--color" or "--developer" or "--data"))
            {
                await error.WriteLineAsync($"'{words[i]}' is no option of bot create, or lacks its value.\n{Usage}");
                return Misused;
            }

            var value = words[++i];
            switch (words[i - 1])
            {
                case "--data":
                    data = value;
                    break;
                case "--verify-token":
                    body["verifyToken"] = value;
                    break;
                case var option:
                    body[option[2..]] = value;
                    break;
            }
        }

        var missing = new[] { ("name", "--name"), ("username", "--username"), ("webhook", "--webhook"), ("verifyToken", "--verify-token") }
            .Where(needed => !body.ContainsKey(needed.Item1) && !(body.ContainsKey("polling") && needed.Item1 is ("webhook" or "verifyToken"))).Select(needed => needed.Item2).ToList();
        if (missing.Count > 0)
        {
            await error.WriteLineAsync($"bot create needs {string.Join(", ", missing)}.\n{Usage}");
            return Misused;
        }

        return await PostAsync(data, "/admin/bots", body, output, error);
    }

    /// <param name="patience">How long the answer may take; 45 seconds where nothing is said.</param>
    /// <param name="judge">Of the answer's text: whether the command is to end well.</param>
    internal static async Task<int> PostAsync(
        string data, string path, JsonObject body, TextWriter output, TextWriter error, TimeSpan? patience = null, Func<string, bool>? judge = null)
    {
        var waits = patience ?? usualPatience;
        var socketPath = DataDirectory.AdminSocketOf(data);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://localhost"), Timeout = waits };
        try
        {
            using var answer = await client.PostAsJsonAsync(path, body);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode)
            {
                await output.WriteLineAsync(text);
                return judge?.Invoke(text) is false ? Refused : Done;
            }

            await error.WriteLineAsync(Describe((int)answer.StatusCode, text));
            return Refused;
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException)
        {
            await error.WriteLineAsync($"{(File.Exists(socketPath) ? "No server listens at" : "No server runs here: there is no")} {socketPath}\n  What helps: start it with ./run, or name its data directory: --data DIR");
            return NotRunning;
        }
        catch (HttpRequestException exception)
        {
            await error.WriteLineAsync($"The server ended before it answered: {exception.Message}");
            return NotRunning;
        }
        catch (TaskCanceledException)
        {
            await error.WriteLineAsync($"The server has not answered within {waits.TotalSeconds:0} s; whether it was done is not known.");
            return NotRunning;
        }
    }

    /// <summary>The problem document in two lines, with what is wrong with which option.</summary>
    private static string Describe(int status, string text)
    {
        try
        {
            using var problem = JsonDocument.Parse(text);
            var root = problem.RootElement;
            var lines = new List<string> { $"Refused ({Text(root, "code") ?? status.ToString(System.Globalization.CultureInfo.InvariantCulture)}): {Text(root, "detail") ?? Text(root, "title")}" };
            if (root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Object)
            {
                lines.AddRange(errors.EnumerateObject().Select(error => $"  {error.Name}: {string.Join("; ", error.Value.EnumerateArray().Select(e => e.GetString()))}"));
            }

            if (Text(root, "fix") is { } fix)
            {
                lines.Add($"  What helps: {fix}");
            }

            return string.Join(Environment.NewLine, lines);
        }
        catch (JsonException)
        {
            return $"Refused ({status}).";
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
