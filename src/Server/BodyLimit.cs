using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;

namespace Stoa.Server;

/// <summary>Refuses bodies that are too large before anything reads them. The Messenger dialect has a limit and an answer of its own.</summary>
/// <remarks>Kestrel's own limit is higher on purpose: a body beyond it is not read to its end, and the caller whose connection breaks never sees the answer.</remarks>
internal sealed class BodyLimit(RequestDelegate next)
{
    public const long DrainedBytesMax = 1024 * 1024;

    private static readonly Problem tooLarge = ProblemServices.BodyTooLarge(JsonBody.BytesMax);

    public Task InvokeAsync(HttpContext context)
    {
        var route = context.GetEndpoint()?.Metadata;
        // An upload brings what it announced; its route keeps to that by itself.
        if (route?.GetMetadata<AudienceMetadata>()?.Audience is Audience.Bot || route?.GetMetadata<IRequestSizeLimitMetadata>() is not null)
        {
            return next(context);
        }

        if (context.Request.ContentLength > JsonBody.BytesMax)
        {
            return tooLarge.WriteAsync(context);
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = JsonBody.BytesMax;
        }

        return next(context);
    }
}
