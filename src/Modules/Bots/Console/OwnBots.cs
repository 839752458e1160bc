using Dapper;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Bots.Console;

/// <summary>Whose an app is. Every call of the console goes through here: what is somebody else's is not there.</summary>
internal sealed class OwnBots(NpgsqlDataSource database)
{
    /// <exception cref="ProblemException">404 <c>bot_not_found</c>: there is no such app, or the person does not develop it.</exception>
    public async Task<AppId> DemandAsync(PersonId developer, string app, CancellationToken cancellationToken)
    {
        if (!AppId.TryParse(app, null, out var id))
        {
            throw NotThere();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from bots.developers where person_id = @person and app_id = @app)", new { person = developer.Value, app = id.Value }, cancellationToken: cancellationToken))
                ? id
                : throw NotThere();
    }

    private static ProblemException NotThere() => new(Problem.NotFound("bot_not_found", "bot"));
}
