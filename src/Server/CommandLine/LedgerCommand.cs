using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.Server.CommandLine;

/// <summary><c>./stoa ledger verify</c> and <c>./stoa ledger anchor</c>.</summary>
internal static class LedgerCommand
{
    // A ledger of many millions.
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(30);

    public static async Task<int> RunAsync(string what, string[] words, TextWriter output, TextWriter error)
    {
        var (data, anchors) = ("data", new JsonArray());
        for (var i = 0; i < words.Length; i += 2)
        {
            if (i + 1 == words.Length || !(words[i] == "--data" || (words[i] == "--anchors" && what == "verify")))
            {
                await error.WriteLineAsync($"'{words[i]}' is no option of ledger {what}, or lacks its value.\n{OperatorCommand.Usage}");
                return OperatorCommand.Misused;
            }

            if (words[i] == "--data")
            {
                data = words[i + 1];
            }
            else if (await ReadAsync(words[i + 1], anchors) is { } wrong)
            {
                await error.WriteLineAsync(wrong);
                return OperatorCommand.Misused;
            }
        }

        return what == "verify"
            ? await OperatorCommand.PostAsync(data, "/admin/ledger/verify", new() { ["anchors"] = anchors }, output, error, patience, IsSound)
            : await OperatorCommand.PostAsync(data, "/admin/ledger/anchor", [], output, error, patience);
    }

    private static bool IsSound(string report)
    {
        using var json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("sound").GetBoolean();
    }

    /// <returns>What is wrong with the file; null when all its lines are in <paramref name="anchors"/>.</returns>
    private static async Task<string?> ReadAsync(string file, JsonArray anchors)
    {
        try
        {
            foreach (var line in (await File.ReadAllLinesAsync(file)).Where(line => !string.IsNullOrWhiteSpace(line)))
            {
                anchors.Add(JsonNode.Parse(line));
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return $"{file} is no file of anchors: {exception.Message}\n  What helps: a file with one line of './stoa ledger anchor' for each anchor";
        }
    }
}
