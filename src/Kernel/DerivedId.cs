using System.Security.Cryptography;
using System.Text;

namespace Stoa.Kernel;

/// <summary>An id that follows from what it is for, so that doing the same thing again uses the same id: after a crash, on another node, twice at once.</summary>
public static class DerivedId
{
    /// <summary>A UUID (version 8) of the purpose and the thing: the same two always give the same one.</summary>
    /// <param name="purpose">A written name with its version, as <c>wallet.demo-topup/1</c>; never changed once in use.</param>
    public static Guid Of(string purpose, string thing)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{thing}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(hash[..16], bigEndian: true);
    }

    public static Guid Of(string purpose, Guid thing) => Of(purpose, thing.ToString("D"));
}
