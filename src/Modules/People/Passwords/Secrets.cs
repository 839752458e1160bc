using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Kernel;
using Stoa.People.Limits;
using Stoa.People.Names;

namespace Stoa.People.Passwords;

internal sealed class Secrets(NpgsqlDataSource database, HashGate hashing, TryCounter tries, IOptions<PeopleOptions> options) : ISecrets
{
    private const int LengthMax = 512;

    public Task<string> HashAsync(string secret, CancellationToken cancellationToken) => hashing.HashAsync(secret, cancellationToken);

    public async Task<bool> VerifyAsync(string? stored, string secret, CancellationToken cancellationToken) =>
        Utf16.IsWellFormed(secret) && secret.Length <= LengthMax && (await hashing.VerifyAsync(stored, secret, cancellationToken)).Right;

    public async Task<bool> IsPasswordAsync(PersonId person, string? password, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (handle, demo, hash) = await connection.QuerySingleAsync<(string, bool, string?)>(new CommandDefinition(
            "select handle, demo, password_hash from people.people where id = @person", new { person = person.Value }, cancellationToken: cancellationToken));
        await connection.CloseAsync();
        if (demo && hash is null)
        {
            return true;
        }

        await tries.CountAsync(TimeSpan.FromMinutes(1), cancellationToken, ("sign-in:account:" + TryCounter.Account(handle), options.Value.SignInsPerAccountAndMinute));
        return await VerifyAsync(hash, password ?? "", cancellationToken);
    }
}
