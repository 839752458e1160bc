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
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>The Messenger dialect at the root of the host, with and without a version in front. Every call of it is in <see cref="Map"/>.</summary>
internal static partial class GraphRoutes
{
    private const string Node = $"{{node:regex({GraphEdges.NodePattern})}}";
    private const string Version = "/v{major:int}.{minor:int}";

    /// <summary>For paths that are no call.</summary>
    public static readonly GraphEdge Unsupported = new("", "{node}", static (call, _) => throw call.Unsupported());

    // Texts of errors stand on the wire as they are documented, quotes and all.
    private static readonly GraphJson json = new(new JsonSerializerOptions(GraphJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var version in (ReadOnlySpan<string>)["", Version])
        {
            foreach (var edge in GraphEdges.All)
            {
                MapCall(routes, edge.Method, $"{version}/{edge.Path.Replace("{node}", Node, StringComparison.Ordinal)}", edge);
            }

            MapCall(routes, "POST", $"{version}/", new("POST", "", RunBatch.HandleAsync));
            MapCall(routes, null, $"{version}/{Node}/{{**edge}}", Unsupported);
        }

        MapCall(routes, null, Version + "/{**edge}", Unsupported);
    }

    /// <summary>Reads the call, finds out who calls, and answers: with what the handler says, or with an error of the dialect.</summary>
    public static async Task HandleAsync(HttpContext http, GraphEdge edge)
    {
        try
        {
            edge = Overridden(http, edge);
            var request = await GraphRequest.ReadAsync(http, http.RequestAborted);
            var caller = edge.NeedsToken ? await FindCallerAsync(http, request) : GraphCaller.Nobody;
            await edge.Handler(new(http, request, caller, FindNode(http)), http.RequestAborted);
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

    private static void MapCall(IEndpointRouteBuilder routes, string? method, string pattern, GraphEdge edge)
    {
        var handle = new RequestDelegate(http => HandleAsync(http, edge));
        var route = method is null ? routes.Map(pattern, handle) : routes.MapMethods(pattern, [method], handle);
        route.For(Audience.Bot).ExcludeFromDescription();
    }

    /// <summary>Who cannot send DELETE sends <c>POST …?method=delete</c>.</summary>
    private static GraphEdge Overridden(HttpContext http, GraphEdge edge)
    {
        if (edge.Path.Length == 0 || !HttpMethods.IsPost(http.Request.Method) || http.Request.Query["method"] is not [{ Length: > 0 } wanted] || wanted.Equals("post", StringComparison.OrdinalIgnoreCase))
        {
            return edge;
        }

        http.Request.Method = wanted.ToUpperInvariant();
        if (GraphEdges.Find(wanted, http.Request.Path.Value ?? "") is not var (found, node))
        {
            return Unsupported;
        }

        http.Request.RouteValues["node"] = node;
        return found;
    }

    private static async Task<GraphCaller> FindCallerAsync(HttpContext http, GraphRequest request)
    {
        if (request.Token is not { } token)
        {
            throw new GraphException(GraphErrors.NoToken);
        }

        var apps = http.RequestServices.GetRequiredService<AppStore>();
        var caller = await apps.FindCallerAsync(token, http.RequestAborted) ?? throw new GraphException(GraphErrors.BadToken);
        var proof = request.Parameters["appsecret_proof"].TextOrNull(200);
        if (proof is null)
        {
            // A part of a batch acts with the proof of the whole.
            return !caller.RequiresProof || http.Items.ContainsKey(RunBatch.Proved) ? caller : throw new GraphException(GraphErrors.ProofRequired);
        }

        if (!(await apps.FindSecretAsync(caller.App, http.RequestAborted) is { } secret && AppStore.IsProof(proof, secret, ProvedText(request, token))))
        {
            throw new GraphException(GraphErrors.BadProof);
        }

        return caller;
    }

    /// <summary>With <c>appsecret_time</c> the proof is over the token and the time.</summary>
    private static string ProvedText(GraphRequest request, string token) =>
        request.Parameters["appsecret_time"].TextOrNumber(20) is { Length: > 0 } time ? $"{token}|{time}" : token;

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
