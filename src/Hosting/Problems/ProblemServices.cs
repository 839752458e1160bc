using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Hosting.Problems;

/// <summary>Makes every failed answer of our own API a problem document with a stable code.</summary>
public static class ProblemServices
{
    /// <summary>On its way through the document; it leaves as a header.</summary>
    internal const string RetryAfter = "retryAfter";

    public static IServiceCollection AddStoaProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddExceptionHandler<ProblemOfException>();
        // So that the reason reaches the handler above, in production too.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => MakeStrict(options.SerializerOptions));
        return services;
    }

    /// <summary>What we own is read strictly: a member that is unknown, repeated or of another kind is an error, not a guess.</summary>
    public static void MakeStrict(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.PropertyNameCaseInsensitive = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 32;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    }

    /// <summary>Before everything that may fail.</summary>
    public static IApplicationBuilder UseStoaProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        return app.Use(FillEmptyAsync);
    }

    /// <summary>Answers that a middleware left empty: no such route, wrong method, wrong media type.</summary>
    private static async Task FillEmptyAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var response = context.Response;
        if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentLength is null && string.IsNullOrEmpty(response.ContentType)
            && SpeaksProblems(context.Request.Path))
        {
            await OfStatus(response.StatusCode, context.Request).WriteAsync(context);
        }
    }

    /// <summary>Writes the document. For middleware; a handler returns <see cref="Problem.AsResult"/>.</summary>
    public static async Task WriteAsync(this Problem problem, HttpContext context)
    {
        context.Response.StatusCode = problem.Status;
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new() { HttpContext = context, ProblemDetails = problem.AsDetails() });
    }

    public static Problem BodyTooLarge(long bytesMax) =>
        new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "Read the request", $"The body is larger than the {bytesMax} bytes this call takes.", "Send less at a time.");

    /// <summary>Ours; the Messenger dialect has its own envelope, pages are pages.</summary>
    private static bool SpeaksProblems(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/admin") || path.StartsWithSegments("/health") || path.StartsWithSegments("/dev")
        || path.StartsWithSegments("/live") || path.StartsWithSegments("/openapi");

    internal static Problem OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status401Unauthorized => new(status, "not_signed_in", "See who is calling", "This call needs a signed-in person.", "Send Authorization: Bearer <token>, or the session cookie."),
        StatusCodes.Status404NotFound => new(status, "not_found", $"{request.Method} {request.Path}", "There is no such call, or it is not yours to see.", "docs/protocol/http.md lists the calls."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", $"{request.Method} {request.Path}", "The call exists with another method.", "Use a method that the header Allow names."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge(Requests.JsonBody.BytesMax),
        StatusCodes.Status415UnsupportedMediaType => new(status, "wrong_media_type", "Read the request", "The body is not JSON by its Content-Type.", "Send Content-Type: application/json."),
        StatusCodes.Status429TooManyRequests => new(status, "too_many_requests", "Serve the request", "More calls came than the limit allows.", "Wait as long as Retry-After says."),
        StatusCodes.Status503ServiceUnavailable => new(status, "unavailable", "Serve the request", "The server cannot serve it just now.", "Ask again with the same ids.") { RetryAfterSeconds = 1 },
        >= 500 => new(status, "internal_error", "Serve the request", "Something broke on our side; it is in the server's log.", "Ask again with the same ids; if it stays, tell the operator the time."),
        _ => new(status, "invalid_request", "Read the request", "The request cannot be served as it is.", "docs/protocol/http.md describes the calls."),
    };

    /// <summary>For documents that others begin: the validation filter, <c>TypedResults.Problem</c>.</summary>
    private static void Complete(ProblemDetailsContext context)
    {
        var details = context.ProblemDetails;
        details.Type = "about:blank";
        details.Extensions.Remove("traceId");
        details.Extensions.Remove("exception");
        if (details.Extensions.Remove(RetryAfter, out var seconds))
        {
            context.HttpContext.Response.Headers.RetryAfter = Convert.ToString(seconds, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (details is HttpValidationProblemDetails validation)
        {
            // Keys are names of C# members; readers know those of JSON.
            var errors = validation.Errors.ToDictionary(error => ToJsonPath(error.Key), error => error.Value, StringComparer.Ordinal);
            validation.Errors.Clear();
            foreach (var (path, messages) in errors)
            {
                validation.Errors[path] = messages;
            }

            details.Title = "Read the request";
            details.Detail = $"The request breaks a rule: {string.Join(", ", errors.Keys)}.";
            details.Extensions.TryAdd("code", "invalid_request");
            details.Extensions.TryAdd("fix", "Correct the members that 'errors' names.");
        }

        if (!details.Extensions.ContainsKey("code"))
        {
            var general = OfStatus(details.Status ?? context.HttpContext.Response.StatusCode, context.HttpContext.Request);
            details.Extensions["code"] = general.Code;
            details.Extensions.TryAdd("fix", general.Fix);
            details.Title = general.Title;
            details.Detail ??= general.Detail;
        }
    }

    private static string ToJsonPath(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
