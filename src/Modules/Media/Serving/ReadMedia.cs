using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Uploads;
using Stoa.Media.Uses;

namespace Stoa.Media.Serving;

/// <summary><c>GET /api/media/{id}</c>, <c>/thumbnail</c> and <c>/info</c>: whether the caller may see it is asked each time; then they are sent to the media origin.</summary>
internal static class ReadMedia
{
    /// <param name="Name">As the uploader's file was called, cleaned.</param>
    public sealed record Info(
        MediaId Id, string Kind, string Type, string Name, long Bytes, int? Width, int? Height, int? DurationMs, bool HasThumbnail, IReadOnlyList<int>? Waveform);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/media/{id}", (MediaId id, bool? download, HttpContext context, Reader reader, CancellationToken cancellationToken) =>
                reader.SendAsync(context, id, download is true ? LinkPart.Download : LinkPart.Content, cancellationToken)).For(Audience.Person)
            .WithName("readMedia").WithTags("Media").WithSummary("Where the content can be read for the next minutes")
            .Produces(StatusCodes.Status302Found).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/media/{id}/thumbnail", (MediaId id, HttpContext context, Reader reader, CancellationToken cancellationToken) =>
                reader.SendAsync(context, id, LinkPart.Thumbnail, cancellationToken)).For(Audience.Person)
            .WithName("readThumbnail").WithTags("Media").WithSummary("Where the thumbnail can be read for the next minutes")
            .Produces(StatusCodes.Status302Found).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/media/{id}/info", async Task<IResult> (MediaId id, HttpContext context, Reader reader, CancellationToken cancellationToken) =>
                await reader.FindAsync(context, id, cancellationToken) is var (row, refusal) && row is not null ? TypedResults.Ok(InfoOf(row.AsCard())) : (refusal ?? UploadProblems.NotFound).AsResult())
            .For(Audience.Person).WithName("readMediaInfo").WithTags("Media").WithSummary("What a finished upload is")
            .Produces<Info>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static Info InfoOf(MediaCard card) =>
        new(card.Id, card.Kind, card.Type, card.Name, card.Bytes, card.Width, card.Height, card.DurationMs, card.HasThumbnail, card.Waveform);

    internal sealed class Reader(NpgsqlDataSource database, MediaUses uses, MediaLinks links)
    {
        public async Task<IResult> SendAsync(HttpContext context, MediaId id, LinkPart part, CancellationToken cancellationToken)
        {
            var (row, refusal) = await FindAsync(context, id, cancellationToken);
            return row is null || (part == LinkPart.Thumbnail && row.Thumbnail is null)
                ? (refusal ?? UploadProblems.NotFound).AsResult()
                : TypedResults.Redirect(links.SignStable(id, part).AbsoluteUri);
        }

        public async Task<(MediaRow? Row, Problem? Refusal)> FindAsync(HttpContext context, MediaId id, CancellationToken cancellationToken)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var row = await connection.QuerySingleOrDefaultAsync<MediaRow>(new CommandDefinition(
                $"select {MediaRow.Columns} from media.items i where i.id = @Value", new { id.Value }, cancellationToken: cancellationToken));
            return row is null || !await uses.MayReadAsync(connection, context.Person(), row, cancellationToken) ? (null, UploadProblems.NotFound)
                : row.State == ItemState.Uploading ? (null, UploadProblems.Unfinished)
                : row.State == ItemState.Refused ? (null, UploadProblems.Refused(row.RefusalCode ?? "", row.RefusalDetail ?? ""))
                : (row, null);
        }
    }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadMedia.Info))]
internal sealed partial class MediaJson : JsonSerializerContext;
