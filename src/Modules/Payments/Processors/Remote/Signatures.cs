using System.Security.Cryptography;
using System.Text;

namespace Stoa.Payments.Processors.Remote;

/// <summary>Compares signatures without telling by time how much of one is right.</summary>
internal static class Signatures
{
    public static bool Equal(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
