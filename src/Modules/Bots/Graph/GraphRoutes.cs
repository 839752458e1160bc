using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.Bots.Apps;
using Stoa.Bots.Profiles;
using Stoa.Bots.Sending;
using Stoa.Bots.Subscriptions;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>The Messenger dialect at the root of the host, with and without a version in front. Every call of it is in <see cref="Map"/>.</summary>
internal static partial class GraphRoutes
{
    private const string Node = "{node:regex(^(me|[0-9]+)$)}";

    // Texts of errors stand on the wire as they are documented, quotes and all.
    private static readonly GraphJson json = new(new JsonSerializerOptions(GraphJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var version in (ReadOnlySpan<string>)["", "/v{major:int}.{minor:int}"])
        {
            MapCall(routes, "POST", $"{version}/{Node}/messages", SendMessage.HandleAsync);
            MapCall(routes, "GET", $"{version}/{Node}/messenger_profile", ReadProfile.HandleAsync);
            MapCall(routes, "POST", $"{version}/{Node}/messenger_profile", ChangeProfile.HandleAsync);
            MapCall(routes, "DELETE", $"{version}/{Node}/messenger_profile", DeleteFromProfile.HandleAsync);
            MapCall(routes, "GET", $"{version}/{Node}/subscriptions", AppSubscriptions.ReadAsync);
            MapCall(routes, "POST", $"{version}/{Node}/subscriptions", AppSubscriptions.SetAsync);
            MapCall(routes, "DELETE", $"{version}/{Node}/subscriptions", AppSubscriptions.RemoveAsync);
            MapCall(routes, "GET", $"{version}/{Node}/subscribed_apps", SubscribedApps.ReadAsync);
            MapCall(routes, "POST", $"{version}/{Node}/subscribed_apps", SubscribedApps.SetAsync);
            MapCall(routes, "DELETE", $"{version}/{Node}/subscribed_apps", SubscribedApps.RemoveAsync);
            MapCall(routes, "GET", $"{version}/{Node}", ReadNode.HandleAsync);
            MapCall(routes, null, $"{version}/{Node}/{{**edge}}", static (call, _) => throw call.Unsupported());
        }

        MapCall(routes, null, "/v{major:int}.{minor:int}/{**edge}", static (call, _) => throw call.Unsupported());
    }

    private static void MapCall(IEndpointRouteBuilder routes, string? method, string pattern, Func<GraphCall, CancellationToken, Task> handler)
    {
        var handle = new RequestDelegate(http => HandleAsync(http, handler));
        var route = method is null ? routes.Map(pattern, handle) : routes.MapMethods(pattern, [method], handle);
        route.For(Audience.Bot).ExcludeFromDescription();
    }

    private static async Task HandleAsync(HttpContext http, Func<GraphCall, CancellationToken, Task> handler)
    {
        try
        {
            var request = await GraphRequest.ReadAsync(http, http.RequestAborted);
            var caller = await FindCallerAsync(http, request);
            await handler(new(http, request, caller, FindNode(http)), http.RequestAborted);
        }
        catch (GraphException exception)
        {
            await AnswerAsync(http, StatusOf(exception.Error), exception.Error);
        }
        catch (ProblemException exception) when (exception.Problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            await AnswerAsync(http, StatusCodes.Status503ServiceUnavailable, GraphErrors.TemporaryFailure);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
#pragma warning disable CA1031 // The dialect's callers expect its envelope for everything; the cause is logged under the trace id that they get.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUnexpected(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GraphRoutes)), exception, http.Request.Method, TraceId());
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            await AnswerAsync(http, StatusCodes.Status500InternalServerError, GraphErrors.Unexpected);
        }
    }

    private static async Task<GraphCaller> FindCallerAsync(HttpContext http, GraphRequest request)
    {
        if (request.Token is not { } token)
        {
            throw new GraphException(GraphErrors.NoToken);
        }

        var apps = http.RequestServices.GetRequiredService<AppStore>();
        var caller = await apps.FindCallerAsync(token, http.RequestAborted) ?? throw new GraphException(GraphErrors.BadToken);
        if (request.Parameters["appsecret_proof"].TextOrNull(200) is { } proof
            && !(await apps.FindSecretAsync(caller.App, http.RequestAborted) is { } secret && AppStore.IsProof(proof, secret, token)))
        {
            throw new GraphException(GraphErrors.BadProof);
        }

        return caller;
    }

    private static string FindNode(HttpContext http) => http.GetRouteValue("node") as string ?? (http.GetRouteValue("edge") as string)?.Split('/')[0] ?? "";

    private static int StatusOf(GraphError error) => error.Code switch
    {
        2 or 1200 => StatusCodes.Status503ServiceUnavailable,
        1 or -1 => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    private static Task AnswerAsync(HttpContext http, int status, GraphError error)
    {
        if (error.Code == 190)
        {
            http.Response.Headers.WWWAuthenticate = $"OAuth \"Facebook Platform\" \"invalid_token\" \"{error.Message}\"";
        }

        return GraphCall.AnswerAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(new(error with { FbtraceId = TraceId() }), json.GraphErrorEnvelope));
    }

    /// <summary>Eleven characters: the half of the trace's id that fits, so that an error leads to its trace.</summary>
    private static string TraceId()
    {
        Span<byte> id = stackalloc byte[16];
        if (Activity.Current is { } activity)
        {
            activity.TraceId.CopyTo(id);
        }
        else
        {
            RandomNumberGenerator.Fill(id);
        }

        return Base64Url.EncodeToString(id[..8]);
    }

    [LoggerMessage(501, LogLevel.Error, "A {Method} of the Messenger dialect failed; the caller has the trace id {TraceId}.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string method, string traceId);
}
