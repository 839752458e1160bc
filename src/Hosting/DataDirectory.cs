using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Hosting;

/// <summary>The one folder that a server owns. While it is open no other server may open it.</summary>
/// <remarks>Holds <c>lock</c>, <c>server.json</c> (where the running server listens), <c>admin.sock</c> and <c>postgres/</c>.</remarks>
public sealed class DataDirectory : IDisposable
{
    private const int SocketPathMax = 107; // sun_path of Linux, less its final zero.

    private readonly FileStream held;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        this.held = held;
        AdminSocketPath = AdminSocketOf(path);
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Where the operator speaks to the server.</summary>
    public string AdminSocketPath { get; }

    /// <summary>Written when the server is ready, removed when it stops.</summary>
    public string ServerFile => System.IO.Path.Combine(Path, "server.json");

    /// <summary>Makes the folder when missing and locks it.</summary>
    /// <exception cref="DataDirectoryException">Another server has it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path);
                if (!OperatingSystem.IsWindows())
                {
                    // Others may pass through, which the account that PostgreSQL runs as must, but not look around.
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
                }
            }

            var held = Lock(System.IO.Path.Combine(path, "lock"));
            var directory = new DataDirectory(path, held);
            // Left behind by a server that was killed; nobody else can be using them while we hold the lock.
            File.Delete(directory.AdminSocketPath);
            File.Delete(directory.ServerFile);
            return directory;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataDirectoryException($"The data directory {path} cannot be used: {exception.Message}",
                "Give it to the user that runs the server, or choose another: --data DIR");
        }
        catch (IOException exception)
        {
            throw new DataDirectoryException($"The data directory {path} cannot be used: {exception.Message}", "Free the disk or choose another: --data DIR");
        }
    }

    /// <summary>Beside the data; where that path is too long for a socket, in a folder of the user's own below /tmp, named after it.</summary>
    public static string AdminSocketOf(string dataDirectory)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataDirectory), "admin.sock");
        if (Encoding.UTF8.GetByteCount(path) <= SocketPathMax)
        {
            return path;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
        return $"/tmp/stoa-admin-{hash}/admin.sock";
    }

    public void Dispose() => held.Dispose();

    private static FileStream Lock(string file)
    {
        try
        {
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            held.SetLength(0);
            held.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            held.Flush();
            return held;
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && File.Exists(file))
        {
            throw new DataDirectoryException($"Another server works in the data directory {System.IO.Path.GetDirectoryName(file)}.",
                "Stop that one first, or give this one a folder of its own: --data DIR");
        }
    }
}

/// <summary>The data directory cannot be used: why, and what helps.</summary>
public sealed class DataDirectoryException(string what, string fix) : Exception($"{what}{Environment.NewLine}  What helps: {fix}");
