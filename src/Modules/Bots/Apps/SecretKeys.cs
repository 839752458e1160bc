using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Bots.Apps;

/// <summary>
/// Keeps app secrets unreadable to whoever has only the database: AES-256-GCM under a key from <c>keys/bots</c> in the data directory.
/// </summary>
/// <remarks>
/// The file has one line for each version, <c>number base64</c>; the highest seals, all open. A new version is a new line.
/// Sealed form: version (4), nonce (12), tag (16), ciphertext; the app's id is bound in, so a secret cannot be moved to another app.
/// </remarks>
internal sealed partial class SecretKeys(IOptions<StoaOptions> options)
{
    private const int HeaderLength = 4 + 12 + 16;

    private readonly string path = Path.Combine(options.Value.KeysPath, "bots");
    private readonly Lock gate = new();
    private SortedList<int, byte[]> keys = [];

    public byte[] Seal(long owner, string secret)
    {
        var (version, key) = Newest();
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[HeaderLength + plain.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, version);
        RandomNumberGenerator.Fill(box.AsSpan(4, 12));
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(box.AsSpan(4, 12), plain, box.AsSpan(HeaderLength), box.AsSpan(16, 16), Owner(owner));
        return box;
    }

    /// <exception cref="InvalidOperationException">The key file is not the one that sealed it.</exception>
    public string Open(long owner, byte[] box)
    {
        var version = BinaryPrimitives.ReadInt32BigEndian(box);
        var key = Find(version) ?? throw new InvalidOperationException(
            $"{path} has no key of version {version}, under which this database's app secrets are sealed. Restore the file that was kept beside the database.");

        var plain = new byte[box.Length - HeaderLength];
        using var aes = new AesGcm(key, 16);
        try
        {
            aes.Decrypt(box.AsSpan(4, 12), box.AsSpan(HeaderLength), box.AsSpan(16, 16), plain, Owner(owner));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new InvalidOperationException(
                $"The key of version {version} in {path} is not the one that sealed this database's app secrets. Restore the file that was kept beside the database.", exception);
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Owner(long owner) => Encoding.ASCII.GetBytes(owner.ToString(CultureInfo.InvariantCulture));

    /// <summary>To seal with; the first one ever is made here. Nothing that opens makes a key: it would be the wrong one.</summary>
    private (int Version, byte[] Key) Newest()
    {
        lock (gate)
        {
            if (!File.Exists(path))
            {
                Create(path);
            }

            keys = Load(path);
            var (version, key) = keys.Last();
            return (version, key);
        }
    }

    /// <summary>To open with; the file is read again for a version that was added since.</summary>
    private byte[]? Find(int version)
    {
        lock (gate)
        {
            if (!keys.ContainsKey(version) && File.Exists(path))
            {
                keys = Load(path);
            }

            return keys.GetValueOrDefault(version);
        }
    }

    private static SortedList<int, byte[]> Load(string path)
    {
        var loaded = new SortedList<int, byte[]>();
        foreach (var line in File.ReadLines(path).Where(l => !string.IsNullOrWhiteSpace(l)))
        {
            var key = new byte[33];
            if (line.Split(' ') is not [var number, var base64] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                || !Convert.TryFromBase64String(base64, key, out var length) || length != 32)
            {
                throw new InvalidOperationException($"{path} must have lines of a version number and 32 bytes in base64.");
            }

            loaded.Add(version, key[..32]);
        }

        return loaded.Count > 0 ? loaded : throw new InvalidOperationException($"{path} holds no key. Restore it from where it was kept, or delete it if no bot was ever made.");
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

            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Whole or not at all, and never over another node's that was a moment quicker.</summary>
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
