using Microsoft.Extensions.Options;
using Stoa.Hosting;

namespace Stoa.Bots.Apps;

/// <summary>App secrets, sealed under the key file <c>keys/bots</c> of the data directory and bound to their app.</summary>
internal sealed class SecretKeys(IOptions<StoaOptions> options)
{
    private readonly SealedSecrets sealing = new(
        Path.Combine(options.Value.KeysPath, "bots"), "Restore the file that was kept beside the database, or delete it if no bot was ever made.");

    /// <inheritdoc cref="SealedSecrets.Seal"/>
    public byte[] Seal(long app, string secret) => sealing.Seal(app, secret);

    /// <inheritdoc cref="SealedSecrets.Open"/>
    public string Open(long app, byte[] box) => sealing.Open(app, box);
}
