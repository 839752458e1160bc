using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.People.Passwords;

/// <summary>A password as it is stored: <c>pbkdf2-sha512$iterations$salt$hash</c>, salt and hash in base 64.</summary>
internal static class PasswordHash
{
    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    public static string Make(string password, int iterations)
    {
        Span<byte> salt = stackalloc byte[SaltBytes];
        RandomNumberGenerator.Fill(salt);
        return $"{Scheme}${iterations.ToString(CultureInfo.InvariantCulture)}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, iterations))}";
    }

    /// <summary>Takes as long for nobody's hash (null) as for somebody's, and then says no.</summary>
    public static bool Verify(string? stored, string password, int iterations, out bool outdated)
    {
        if (stored?.Split('$') is not [Scheme, var rounds, var salt, var hash])
        {
            _ = Derive(password, stackalloc byte[SaltBytes], iterations);
            outdated = false;
            return false;
        }

        var storedIterations = int.Parse(rounds, CultureInfo.InvariantCulture);
        outdated = storedIterations != iterations;
        return CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(hash), Derive(password, Convert.FromBase64String(salt), storedIterations));
    }

    // NFC as RFC 8265 has it: the same password from two keyboards is one password.
    private static byte[] Derive(string password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
