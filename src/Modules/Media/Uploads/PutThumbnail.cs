using System.Security.Cryptography;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Checks;
using Stoa.Media.Storage;
using Stoa.Media.Uses;

namespace Stoa.Media.Uploads;

/// <summary><c>PUT /api/media/{id}/thumbnail</c>: a small picture of it, made by the owner's browser, once. Rebuilt like any picture; its shape must be that of the whole.</summary>
internal sealed class PutThumbnail(NpgsqlDataSource database, BlobRows blobs)
{
    public const int BytesMax = 64 * 1024;
    private const int SideMax = 512;

    private static readonly Problem taken = new(StatusCodes.Status409Conflict, "thumbnail_exists", "Add a thumbnail",
        "It has another one already; what was sent may not change.", "Keep the one it has.");

    private static readonly Problem noPicture = new(StatusCodes.Status409Conflict, "no_thumbnail_for_kind", "Add a thumbnail", "Only pictures and videos have one.", "Leave it out.");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/media/{id}/thumbnail", HandleAsync).For(Audience.Person)
            .WithName("putThumbnail").WithTags("Media").WithSummary("Add a thumbnail to a finished picture or video of one's own")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <summary>A width or height may be rounded by the browser, and a long side be cut to a whole pixel.</summary>
    internal static bool IsOfShape(int width, int height, int wholeWidth, int wholeHeight)
    {
        var (expectedHeight, expectedWidth) = ((double)width * wholeHeight / wholeWidth, (double)height * wholeWidth / wholeHeight);
        return Math.Abs(expectedHeight - height) <= Math.Max(1.5, 0.02 * height) || Math.Abs(expectedWidth - width) <= Math.Max(1.5, 0.02 * width);
    }

    private static async Task<IResult> HandleAsync(MediaId id, HttpContext context, PutThumbnail put, CancellationToken cancellationToken)
    {
        using var sent = new MemoryStream();
        if (context.Request.ContentLength > BytesMax)
        {
            return ProblemServices.BodyTooLarge(BytesMax).AsResult();
        }

        // Bounded by the server's limit for bodies, of the same size.
        await context.Request.Body.CopyToAsync(sent, cancellationToken);
        return await put.RunAsync(id, context.Person(), sent.ToArray(), cancellationToken) is { } problem ? problem.AsResult() : TypedResults.NoContent();
    }

    private async Task<Problem?> RunAsync(MediaId id, PersonId owner, byte[] sent, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(sent);
        if (await WhyNotAsync(id, owner, hash, cancellationToken) is var (row, refusal) && (refusal is not null || row is null))
        {
            return refusal;
        }

        using var content = new Content(sent);
        CheckedContent found;
        try
        {
            found = Check(content, row);
        }
        catch (ContentRefusedException refused)
        {
            return UploadProblems.Refused(refused.Code, refused.Message);
        }

        await using var once = new RebuiltStream(content, found.Rebuilt);
        try
        {
            var blob = await blobs.PutAsync(() => new RebuiltStream(content, found.Rebuilt), found.Rebuilt.Length, await SHA256.HashDataAsync(once, cancellationToken), cancellationToken);
            return await KeepAsync(id, found, blob, hash) ? null : (await WhyNotAsync(id, owner, hash, cancellationToken)).Refusal;
        }
        catch (BlobStoreException)
        {
            return UploadProblems.StoreAway;
        }
    }

    /// <returns>Neither: it has this very thumbnail already.</returns>
    private async Task<(MediaRow? Row, Problem? Refusal)> WhyNotAsync(MediaId id, PersonId owner, byte[] hash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<MediaRow>(new CommandDefinition(
            $"select {MediaRow.Columns}, i.thumbnail_sent as ThumbnailSent from media.items i where i.id = @Value and i.owner = @owner",
            new { id.Value, owner = owner.Value }, cancellationToken: cancellationToken));
        return row is null ? (null, UploadProblems.NotFound)
            : !row.IsFinished ? (null, UploadProblems.Unfinished)
            : row.Kind is not (MediaKinds.Image or MediaKinds.Video) ? (null, noPicture)
            : row.Thumbnail is null ? (row, null)
            : row.ThumbnailSent.AsSpan().SequenceEqual(hash) ? (null, null) : (null, taken);
    }

    private static CheckedContent Check(Content content, MediaRow whole)
    {
        var found = Jpeg.Is(content) ? Jpeg.Check(content) : Webp.Is(content) ? Webp.Check(content) : throw ContentRefusedException.Malformed("A thumbnail is a JPEG or a WebP.");
        var (width, height) = (found.Width ?? 0, found.Height ?? 0);
        ContentRefusedException.Unless(found.Frames == 1, "A thumbnail stands still.");
        if (width > SideMax || height > SideMax)
        {
            throw new ContentRefusedException("picture_too_large", $"A thumbnail has at most {SideMax} pixels to a side.");
        }

        if (!IsOfShape(width, height, whole.Width ?? 1, whole.Height ?? 1))
        {
            throw new ContentRefusedException("thumbnail_shape", $"The thumbnail is of {width} × {height}, the whole of {whole.Width} × {whole.Height}: these are different shapes.");
        }

        return found;
    }

    /// <returns>False: another was quicker.</returns>
    private async Task<bool> KeepAsync(MediaId id, CheckedContent found, string blob, byte[] hash)
    {
        await using (var connection = await database.OpenConnectionAsync(CancellationToken.None))
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var owner = await connection.ExecuteScalarAsync<long?>(
                """
                update media.items set thumbnail = @blob, thumbnail_type = @Type, thumbnail_bytes = @Length, thumbnail_sent = @hash, charged = charged + @Length
                where id = @Value and state = 1 and thumbnail is null returning owner
                """, new { id.Value, blob, found.Type, Length = (int)found.Rebuilt.Length, hash }, transaction);
            if (owner is not null && await BlobRows.KeepAsync(connection, transaction, [blob]) == 1)
            {
                await connection.ExecuteAsync("update media.people set bytes = bytes + @Length where person = @owner", new { owner, found.Rebuilt.Length }, transaction);
                await transaction.CommitAsync();
                return true;
            }
        }

        await blobs.GiveUpAsync([blob]);
        return false;
    }
}
