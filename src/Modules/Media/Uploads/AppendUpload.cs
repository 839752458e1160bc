using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media.Storage;

namespace Stoa.Media.Uploads;

/// <summary><c>PATCH /api/media/{id}</c>: more bytes, from the offset that was reached. The last one has the upload checked and finished.</summary>
internal sealed class AppendUpload(UploadStore uploads, ReceivePart receive, FinishUpload finish, IOptions<MediaOptions> options) : IDisposable
{
    private const int PartsMax = 5000;

    private readonly SemaphoreSlim gate = new(options.Value.AppendsMax);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/api/media/{id}", HandleAsync).For(Audience.Person)
            // What was announced is the limit, and the handler keeps to it.
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithName("appendUpload").WithTags("Media").WithSummary("Append bytes to an upload (tus 1.0.0)")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status423Locked);

    /// <summary>Appends the request's body to an upload of the caller.</summary>
    /// <returns>Null when all went well, and the upload's offset stands in the answer's header.</returns>
    public async Task<Problem?> RunAsync(HttpContext context, MediaId id, PersonId owner, long offset)
    {
        if (!Checksum.TryParse(context.Request, out var checksum))
        {
            return UploadProblems.ChecksumUnknown;
        }

        using (checksum)
        {
            if (!await gate.WaitAsync(TimeSpan.Zero, CancellationToken.None))
            {
                return UploadProblems.Busy;
            }

            try
            {
                return await TakeAsync(context, id, owner, offset, checksum);
            }
            catch (BlobStoreException)
            {
                return UploadProblems.StoreAway;
            }
            catch (WriterLostException)
            {
                return UploadProblems.Locked;
            }
            finally
            {
                gate.Release();
            }
        }
    }

    public void Dispose() => gate.Dispose();

    private static async Task<IResult> HandleAsync(MediaId id, HttpContext context, AppendUpload append)
    {
        if (Tus.Greet(context) is { } wrongVersion)
        {
            return wrongVersion.AsResult();
        }

        if (!Tus.HasBytes(context.Request))
        {
            return UploadProblems.WrongType.AsResult();
        }

        return Tus.Number(context, Tus.OffsetHeader) is not { } offset
            ? Problem.Invalid("invalid_request", "Upload-Offset is missing or no number.", "Send the offset that HEAD tells.").AsResult()
            : await append.RunAsync(context, id, context.Person(), offset) is { } problem ? problem.AsResult() : TypedResults.NoContent();
    }

    private async Task<Problem?> TakeAsync(HttpContext context, MediaId id, PersonId owner, long offset, Checksum? checksum)
    {
        // The owner first: a stranger must not even be able to hold it.
        if (await uploads.FindAsync(id, owner, context.RequestAborted) is not { } known)
        {
            return UploadProblems.NotFound;
        }

        var writer = Guid.CreateVersion7();
        if (!known.IsUploading || known.IsTaken || await uploads.TakeAsync(id, writer, context.RequestAborted) is not { } row)
        {
            return WhyNot(context, known, offset);
        }

        try
        {
            return row.Received != offset ? WrongOffset(context, row.Received)
                : row.Parts >= PartsMax ? UploadProblems.TooManyParts
                : context.Request.ContentLength > row.Length - offset ? UploadProblems.TooMuch(row.Length - offset)
                : await ReceiveAsync(context, row, writer, checksum);
        }
        finally
        {
            await uploads.GiveBackAsync(row.Id, writer);
        }
    }

    private async Task<Problem?> ReceiveAsync(HttpContext context, UploadRow row, Guid writer, Checksum? checksum)
    {
        var (how, offset) = await receive.RunAsync(context.Request, row, writer, checksum);
        Tus.TellOffset(context, offset);
        Tus.TellExpiry(context, row.ReclaimAt);
        if (offset == row.Length)
        {
            await finish.RunAsync(row with { Received = offset }, writer);
            if (await uploads.FindAsync(new(row.Id), new(row.Owner), CancellationToken.None) is { IsRefused: true } refused)
            {
                return UploadProblems.Refused(refused.RefusalCode ?? "", refused.RefusalDetail ?? "");
            }
        }

        return how switch
        {
            Received.TooMuch => UploadProblems.TooMuch(0),
            Received.ChecksumMismatch => UploadProblems.ChecksumMismatch,
            // Nobody may be there to read it; who is, was silent for too long.
            Received.Cut => new(StatusCodes.Status408RequestTimeout, "body_cut", "Append to an upload", "The body broke off; what had come is kept.", "Go on from the offset that HEAD tells."),
            _ => null,
        };
    }

    private static Problem? WhyNot(HttpContext context, UploadRow known, long offset)
    {
        if (known.IsRefused)
        {
            return UploadProblems.Refused(known.RefusalCode ?? "", known.RefusalDetail ?? "");
        }

        if (known.IsUploading)
        {
            return UploadProblems.Locked;
        }

        // The last one come again: it was taken the first time.
        Tus.TellOffset(context, known.Received);
        return offset == known.Length ? null : WrongOffset(context, known.Received);
    }

    private static Problem WrongOffset(HttpContext context, long offset)
    {
        Tus.TellOffset(context, offset);
        return UploadProblems.WrongOffset(offset);
    }
}
