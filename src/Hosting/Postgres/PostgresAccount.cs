using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Stoa.Hosting.Postgres;

/// <summary>Whose processes PostgreSQL's are. It refuses to run as root, so root lends it another account.</summary>
internal sealed partial record PostgresAccount
{
    private PostgresAccount(string? name, uint uid, uint gid) => (Name, Uid, Gid) = (name, uid, gid);

    /// <summary>Null: our own account.</summary>
    public string? Name { get; }

    private uint Uid { get; }

    private uint Gid { get; }

    /// <summary>Our own account, or, as root, <c>postgres</c> where there is one, else <c>nobody</c>.</summary>
    public static PostgresAccount Choose()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            return new(null, 0, 0);
        }

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length >= 4).ToList();
        var chosen = accounts.Find(a => a[0] == "postgres") ?? accounts.Find(a => a[0] == "nobody")
            ?? throw new PostgresStartException(
                "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as.",
                "Start the server as an ordinary user, or add one: adduser --system --group postgres");
        return new(chosen[0], uint.Parse(chosen[2], CultureInfo.InvariantCulture), uint.Parse(chosen[3], CultureInfo.InvariantCulture));
    }

    /// <summary>Makes the file or folder this account's, where it is another than ours.</summary>
    public void Own(string path)
    {
        if (Name is not null && LinkChown(path, Uid, Gid) != 0)
        {
            throw new PostgresStartException($"{path} could not be given to the user '{Name}': {Marshal.GetLastPInvokeErrorMessage()}.",
                "Choose a data directory on an ordinary local file system: --data DIR");
        }
    }

    /// <summary>The first folder on the way to <paramref name="path"/> that this account cannot pass, or null.</summary>
    public string? FindUnreachableParent(string path)
    {
        if (Name is null || OperatingSystem.IsWindows())
        {
            return null;
        }

        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && !folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute) && OwnerOf(folder.FullName) != Name)
            {
                return folder.FullName;
            }
        }

        return null;
    }

    /// <summary>The owner's name, or null where it cannot be told.</summary>
    public static string? OwnerOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        using var stat = Process.Start(new ProcessStartInfo("stat", ["-L", "-c", "%U", path]) { RedirectStandardOutput = true, RedirectStandardError = true });
        var owner = stat?.StandardOutput.ReadToEnd().Trim();
        return string.IsNullOrEmpty(owner) ? null : owner;
    }

    /// <summary>Runs one of PostgreSQL's programs to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        // The working folder must be readable to the account; messages in English, so that we can read them.
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        if (Name is not null)
        {
            start.UserName = Name;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, (await output + await error).Trim());
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkChown(string path, uint owner, uint group);
}

/// <summary>The embedded PostgreSQL cannot run: what, why, and what helps.</summary>
public sealed class PostgresStartException(string what, string fix) : Exception($"{what}{Environment.NewLine}  What helps: {fix}");
