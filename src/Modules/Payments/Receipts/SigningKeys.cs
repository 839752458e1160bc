using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting;
using Stoa.Kernel;

namespace Stoa.Payments.Receipts;

/// <summary>The keys that sign receipts: P-256, one for each page and one for the server, made when first needed. Browsers verify this curve without any library.</summary>
internal sealed class SigningKeys(NpgsqlDataSource database, IOptions<StoaOptions> options, TimeProvider time)
{
    private const long Server = 0;

    private readonly SealedSecrets sealing = new(
        Path.Combine(options.Value.KeysPath, "receipts"), "Restore it from where it was kept beside the database: what was signed still verifies, and nothing new can be signed without it.");

    public Task<SigningKey> OfAsync(PageId page, CancellationToken cancellationToken) => FindOrMakeAsync(page.Value, cancellationToken);

    public Task<SigningKey> OfServerAsync(CancellationToken cancellationToken) => FindOrMakeAsync(Server, cancellationToken);

    private async Task<SigningKey> FindOrMakeAsync(long owner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindAsync(connection, owner, cancellationToken) is { } known)
        {
            return known;
        }

        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Of several at once one is first, and all go on with its key.
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.signing_keys (owner, public_key, private_key, created_at) values (@owner, @publicKey, @privateKey, @now) on conflict (owner) do nothing",
            new
            {
                owner,
                publicKey = made.ExportSubjectPublicKeyInfo(),
                privateKey = sealing.Seal(owner, Convert.ToBase64String(made.ExportPkcs8PrivateKey())),
                now = time.GetUtcNow().UtcDateTime,
            }, cancellationToken: cancellationToken));
        return await FindAsync(connection, owner, cancellationToken) ?? throw new InvalidOperationException($"The key of {owner} was stored and is not there.");
    }

    private async Task<SigningKey?> FindAsync(NpgsqlConnection connection, long owner, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<(byte[] PublicKey, byte[] PrivateKey)?>(new CommandDefinition(
            "select public_key, private_key from payments.signing_keys where owner = @owner", new { owner }, cancellationToken: cancellationToken)) is var (publicKey, privateKey)
            ? new(publicKey, Convert.FromBase64String(sealing.Open(owner, privateKey)))
            : null;
}

/// <param name="PublicKey">SubjectPublicKeyInfo.</param>
/// <param name="PrivateKey">PKCS #8; leaves this process in no form.</param>
internal sealed record SigningKey(byte[] PublicKey, byte[] PrivateKey)
{
    /// <summary>ECDSA over SHA-256, as r and s of 32 bytes each: the form that browsers take.</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(PrivateKey, out _);
        return key.SignData(bytes, HashAlgorithmName.SHA256);
    }
}
