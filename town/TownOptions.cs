using System.Globalization;

namespace Stoa.Town;

/// <summary>How the town is started.</summary>
/// <param name="Server">Address of the messenger, such as http://localhost:8080.</param>
/// <param name="AdminSocket">Path of the server's operator socket; needed at the first start only.</param>
/// <param name="Data">Folder for credentials and journals; made if missing.</param>
/// <param name="Listen">Loopback port of the webhook; 0: the one of the last run, or any that is free.</param>
/// <param name="Seed">Decides what the simulated people say; the same seed, the same words.</param>
/// <param name="ParentPid">When this process ends, the town ends too.</param>
/// <param name="Verbose">Log what happens, not only what goes wrong.</param>
internal sealed record TownOptions(Uri Server, string? AdminSocket, string Data, int Listen, int Seed, int? ParentPid, bool Verbose)
{
    public const string Usage =
        "Usage: dotnet Stoa.Town.dll --server URL --data DIR [--admin SOCKET] [--listen PORT] [--seed N] [--parent-pid PID] [--verbose]";

    /// <exception cref="ArgumentException">An option is unknown, lacks its value, or is missing.</exception>
    public static TownOptions Read(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> values = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--verbose") values[name] = "";
            else if (name is "--server" or "--admin" or "--data" or "--listen" or "--seed" or "--parent-pid" && i + 1 < arguments.Count) values[name] = arguments[++i];
            else throw new ArgumentException($"\"{name}\" is no option, or lacks its value. {Usage}");
        }
        string Needed(string name) => values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"{name} is missing. {Usage}");
        int? Number(string name) => !values.TryGetValue(name, out var value) ? null
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ArgumentException($"{name} wants a number, not \"{value}\". {Usage}");
        if (!Uri.TryCreate(Needed("--server"), UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https")) throw new ArgumentException($"--server wants an http address. {Usage}");
        return new TownOptions(
            server, values.GetValueOrDefault("--admin"), Path.GetFullPath(Needed("--data")), Number("--listen") ?? 0, Number("--seed") ?? 1, Number("--parent-pid"), values.ContainsKey("--verbose"));
    }
}
