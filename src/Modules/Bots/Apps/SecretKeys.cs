using System.Buffers.Binary;
using System.Globalization;
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
internal sealed class SecretKeys(IOptions<StoaOptions> options)
{
    private const string Helps = "Restore it from where it was kept, or delete it if no bot was ever made.";
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
            KeyFile.CreateUnlessThere(path);
            keys = KeyFile.Load(path, Helps);
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
                keys = KeyFile.Load(path, Helps);
            }

            return keys.GetValueOrDefault(version);
        }
    }
}
