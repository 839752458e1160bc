using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Media.Serving;

/// <summary>The keys that sign links: <c>keys/media</c> in the data directory, made at first use. All nodes need the same file.</summary>
/// <remarks>One line for each version, <c>number base64</c>; the highest signs, all verify. A new version is a new line and a restart.</remarks>
internal sealed class LinkKeys(IOptions<StoaOptions> options)
{
    private readonly Lazy<SortedList<int, byte[]>> keys = new(() => Load(Path.Combine(options.Value.KeysPath, "media")));

    public (int Version, byte[] Key) Newest => (keys.Value.Keys[^1], keys.Value.Values[^1]);

    public byte[]? Find(int version) => keys.Value.GetValueOrDefault(version);

    private static SortedList<int, byte[]> Load(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        var loaded = new SortedList<int, byte[]>();
        foreach (var line in File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var key = new byte[33];
            if (line.Split(' ') is not [var number, var base64] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                || !Convert.TryFromBase64String(base64, key, out var length) || length != 32)
            {
                throw new InvalidOperationException($"{path} must have lines of a version number and 32 bytes in base64. Links live five minutes: the file may be deleted and is then made anew.");
            }

            loaded.Add(version, key[..32]);
        }

        return loaded.Count > 0 ? loaded : throw new InvalidOperationException($"{path} holds no key. Delete it, and it is made anew.");
    }

    private static void Create(string path)
    {
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

            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
