using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Hosting;

/// <summary>Keeps secrets unreadable to whoever has only the database: AES-256-GCM under a key from a file beside it.</summary>
/// <remarks>
/// The file is a <see cref="KeyFile"/>: the highest version seals, all open. Sealed form: version (4), nonce (12), tag (16), ciphertext; the owner's id is
/// bound in, so a secret cannot be moved to another owner.
/// </remarks>
/// <param name="path">Of the file; made when something is sealed first.</param>
/// <param name="helps">What to do about a file that cannot be used.</param>
public sealed class SealedSecrets(string path, string helps)
{
    private const int HeaderLength = 4 + 12 + 16;

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
        aes.Encrypt(box.AsSpan(4, 12), plain, box.AsSpan(HeaderLength), box.AsSpan(16, 16), OwnerOf(owner));
        return box;
    }

    /// <exception cref="InvalidOperationException">The key file is not the one that sealed it, or it was sealed for another owner.</exception>
    public string Open(long owner, byte[] box)
    {
        var version = BinaryPrimitives.ReadInt32BigEndian(box);
        var key = Find(version) ?? throw new InvalidOperationException($"{path} has no key of version {version}, under which secrets of this database are sealed. {helps}");
        var plain = new byte[box.Length - HeaderLength];
        using var aes = new AesGcm(key, 16);
        try
        {
            aes.Decrypt(box.AsSpan(4, 12), box.AsSpan(HeaderLength), box.AsSpan(16, 16), plain, OwnerOf(owner));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new InvalidOperationException($"The key of version {version} in {path} is not the one that sealed this secret of this owner. {helps}", exception);
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] OwnerOf(long owner) => Encoding.ASCII.GetBytes(owner.ToString(CultureInfo.InvariantCulture));

    /// <summary>To seal with. Nothing that opens makes a key: it would be the wrong one.</summary>
    private (int Version, byte[] Key) Newest()
    {
        lock (gate)
        {
            KeyFile.CreateUnlessThere(path);
            keys = KeyFile.Load(path, helps);
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
                keys = KeyFile.Load(path, helps);
            }

            return keys.GetValueOrDefault(version);
        }
    }
}
