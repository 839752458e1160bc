using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.SignIn;

namespace Stoa.People.SigningIn;

/// <summary>Sees within a second which sessions other nodes have ended or time has, and tells.</summary>
internal sealed partial class SessionWatch(NpgsqlDataSource database, TimeProvider time, SessionEnds ends, ILogger<SessionWatch> log) : BackgroundService
{
    private const int TidyEveryLooks = 3_600;
    private static readonly TimeSpan lookEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(lookEvery, time);
        for (var looks = 0; await NextAsync(timer, stoppingToken); looks++)
        {
            try
            {
                await LookAsync(looks % TidyEveryLooks == 0, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogFailed(exception);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
        }
    }

    private async Task LookAsync(bool tidy, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Each end is told of for ten seconds: a socket opened by a look-up that was under way at the end goes too.
        var now = time.GetUtcNow();
        var gone = await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            select id from people.sessions where ended_at > clock_timestamp() - interval '10 seconds'
            union all
            select id from people.sessions where ended_at is null and expires_at between @since and @now
            """,
            new { now, since = now.AddSeconds(-10) }, cancellationToken: cancellationToken));
        foreach (var session in gone)
        {
            ends.Tell(session);
        }

        if (tidy)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "delete from people.sessions where ended_at < clock_timestamp() - interval '1 day' or (ended_at is null and expires_at < @old)",
                new { old = now.AddDays(-1) }, cancellationToken: cancellationToken));
        }
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(201, LogLevel.Warning, "The sessions that have ended could not be looked up; trying again in a second.")]
    private partial void LogFailed(Exception exception);
}
