using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Stoa.Hosting.Postgres;

namespace Stoa.Hosting.Problems;

/// <summary>What went wrong on the way, by kind. Nothing of our inside reaches the answer.</summary>
internal sealed partial class ProblemOfException(ILogger<ProblemOfException> log) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest; // Nobody reads it.
            return true;
        }

        await Find(context.Request, exception).WriteAsync(context);
        return true;
    }

    private Problem Find(HttpRequest request, Exception exception)
    {
        switch (exception)
        {
            case ProblemException carried:
                return carried.Problem;

            case BadHttpRequestException { InnerException: JsonException json }:
                return JsonProblems.Of(json);

            case BadHttpRequestException bad when bad.StatusCode != StatusCodes.Status400BadRequest:
                return ProblemServices.OfStatus(bad.StatusCode, request);

            case BadHttpRequestException bad:
                return OfParameter(request, bad);

            case LaneStoppedException:
                return new(StatusCodes.Status503ServiceUnavailable, "stopping", "Store the change", "The server is stopping; whether it was stored is not known here.",
                    "Ask again with the same id to learn the outcome.")
                { RetryAfterSeconds = 2 };

            case NpgsqlException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow }
                or NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException or TimeoutException or EndOfStreamException }:
                LogDatabaseAway(exception.Message);
                return new(StatusCodes.Status503ServiceUnavailable, "database_unavailable", "Reach the database", "The database does not answer just now; it is being started again.",
                    "Ask again with the same ids: nothing acknowledged is lost.")
                { RetryAfterSeconds = 1 };

            default:
                LogUnhandled(exception, request.Method, request.HttpContext.GetEndpoint()?.DisplayName ?? "no route");
                return ProblemServices.OfStatus(StatusCodes.Status500InternalServerError, request);
        }
    }

    /// <summary>A part of the path that is no id names nothing; a part of the query that cannot be read is the caller's mistake.</summary>
    private static Problem OfParameter(HttpRequest request, BadHttpRequestException exception)
    {
        // "Failed to bind parameter "ThreadId id" from "abc"." and "Required parameter "string q" was not provided from query string."
        var name = Parameter().Match(exception.Message) is { Success: true } match ? match.Groups["name"].Value : null;
        return name is null
            ? ProblemServices.OfStatus(StatusCodes.Status400BadRequest, request)
            // The handler of exceptions has taken the request's own away by now.
            : (request.HttpContext.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? request.RouteValues).ContainsKey(name)
                ? ProblemServices.OfStatus(StatusCodes.Status404NotFound, request)
                : exception.Message.Contains("from body", StringComparison.Ordinal)
                    ? Problem.Invalid("malformed_json", "The body is empty.", "Send one JSON object in UTF-8.")
                    : Problem.Invalid("invalid_request", $"'{name}' is missing or cannot be read.", "docs/protocol/http.md says what it may be.")
                        with
                    { Errors = new Dictionary<string, string[]> { [name] = ["Missing, or cannot be read."] } };
    }

    [GeneratedRegex("parameter \"[^\"]* (?<name>\\w+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    [LoggerMessage(140, LogLevel.Error, "{Method} at {Route} failed.")]
    private partial void LogUnhandled(Exception exception, string method, string route);

    [LoggerMessage(141, LogLevel.Warning, "The database did not answer a request: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
