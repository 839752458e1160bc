using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Hosting;

/// <summary>A file of 32-byte keys outside the database: one line for each version, <c>number base64</c>, readable by its owner alone.</summary>
public static partial class KeyFile
{
    /// <summary>Makes the file with a first key unless it is there. Of several at once one makes it, and all go on with the same.</summary>
    public static void CreateUnlessThere(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // The path was combined from a folder.
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            var access = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(temporary, access))
            {
                file.Write(Encoding.ASCII.GetBytes($"1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n"));
                file.Flush(flushToDisk: true);
            }

            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <param name="helps">What to do about a file that cannot be used.</param>
    /// <returns>The keys by version; at least one.</returns>
    /// <exception cref="InvalidOperationException">The file is damaged or empty.</exception>
    public static SortedList<int, byte[]> Load(string path, string helps)
    {
        var loaded = new SortedList<int, byte[]>();
        foreach (var line in File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var key = new byte[33];
            if (line.Split(' ') is not [var number, var base64] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                || !Convert.TryFromBase64String(base64, key, out var length) || length != 32)
            {
                throw new InvalidOperationException($"{path} must have lines of a version number and 32 bytes in base64. {helps}");
            }

            loaded.Add(version, key[..32]);
        }

        return loaded.Count > 0 ? loaded : throw new InvalidOperationException($"{path} holds no key. {helps}");
    }

    /// <summary>Whole or not at all, and never over another's that was a moment quicker.</summary>
    /// <remarks>Not <see cref="File.Move(string, string)"/>: on Unix it looks whether the name is taken and then renames over it, two steps between which the other has been seen to come.</remarks>
    private static void Publish(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // The other was quicker.
            }
        }
        else if (Link(temporary, path) != 0 && !File.Exists(path))
        {
            throw new IOException($"{path} could not be made: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
