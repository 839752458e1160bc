using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Stoa.Hosting.SignIn;

namespace Stoa.Server;

/// <summary>The description of the API at <c>/openapi/v1.json</c>.</summary>
internal static class OpenApi
{
    public static void AddStoaOpenApi(this IServiceCollection services) =>
        services.AddOpenApi("v1", options =>
        {
            // Else two types of one short name, as every use case's Request, become one schema without a word.
            options.CreateSchemaReferenceId = SchemaName;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "Stoa";
                document.Info.Description = "The interface for people's clients, as docs/protocol/http.md tells it.";
                return Task.CompletedTask;
            });
        });

    public static void MapStoaOpenApi(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json").For(Audience.Anyone);

    internal static string? SchemaName(JsonTypeInfo type)
    {
        var standard = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        return standard is null || type.Type.Namespace?.StartsWith("Stoa", StringComparison.Ordinal) is not true
            ? standard
            : type.Type.FullName?.Replace('+', '.').Split('`')[0] + (type.Type.IsGenericType ? "Of" + string.Join("And", type.Type.GetGenericArguments().Select(a => a.Name)) : "");
    }
}
