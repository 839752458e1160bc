using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Media.Storage;

namespace Stoa.Media.Uploads;

/// <summary>An upload in one step, for a page. It is a row like others at every moment: what dies half way is finished or forgotten by the same sweeper.</summary>
internal sealed class Intake(NpgsqlDataSource database, UploadStore uploads, BlobRows blobs, FinishUpload finish, IMedia media, IOptions<MediaOptions> options) : IMediaIntake
{
    private const int NameMax = 200;

    public async Task<IntakeOutcome> TakeAsync(PageId owner, Guid clientId, string name, Func<Stream> open, long length, CancellationToken cancellationToken)
    {
        if (length <= 0)
        {
            return IntakeOutcome.Refused("media_malformed", "It is empty.");
        }

        if (length > options.Value.BytesMax)
        {
            return IntakeOutcome.Refused("media_too_large", $"It has more than {options.Value.BytesMax} bytes.");
        }

        var person = Uploader(owner);
        var (begun, refusal) = await uploads.BeginAsync(person, length, new(Clean(name), "", clientId, null), options.Value.BytesPerPage, countsUploads: false, cancellationToken);
        if (begun is null)
        {
            return IntakeOutcome.Refused(refusal?.Code ?? "storage_full", refusal?.Detail ?? "There is no room.");
        }

        if (begun.IsUploading)
        {
            await FillAsync(begun, open, length, cancellationToken);
        }

        return await FindAsync(begun.Id, person, cancellationToken);
    }

    public async Task KeepAsync(PageId owner, MediaId id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await media.ClaimAsync(connection, Uploader(owner), Shelf(id), 0, [id], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task LetGoAsync(MediaId id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await media.ReleaseAsync(connection, Shelf(id), 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // Ids are of one space: a page owns as a person does, and a thing that is kept for itself is used by the thread of its own number, which nobody is in.
    private static PersonId Uploader(PageId page) => new(page.Value);

    private static ThreadId Shelf(MediaId media) => new(media.Value);

    private static string Clean(string name) =>
        string.Concat(name.Where(c => !char.IsControl(c) && c is not ('/' or '\\'))) is var clean && clean.Length > NameMax ? clean[^NameMax..] : clean;

    private async Task FillAsync(UploadRow begun, Func<Stream> open, long length, CancellationToken cancellationToken)
    {
        var writer = Guid.CreateVersion7();
        var row = await uploads.TakeAsync(new(begun.Id), writer, cancellationToken) ?? throw new ProblemException(UploadProblems.Locked with { Status = 503 });
        try
        {
            if (row.Received == 0)
            {
                await StoreAsync(row, writer, open, length, cancellationToken);
            }

            await finish.RunAsync(row with { Received = length }, writer);
        }
        catch (BlobStoreException)
        {
            throw new ProblemException(UploadProblems.StoreAway);
        }
        catch (WriterLostException)
        {
            throw new ProblemException(UploadProblems.Locked with { Status = 503 });
        }
        finally
        {
            await uploads.GiveBackAsync(row.Id, writer);
        }
    }

    private async Task StoreAsync(UploadRow row, Guid writer, Func<Stream> open, long length, CancellationToken cancellationToken)
    {
        byte[] hash;
        await using (var content = open())
        {
            hash = await SHA256.HashDataAsync(content, cancellationToken);
        }

        var blob = await blobs.PutAsync(open, length, hash, cancellationToken);
        try
        {
            await uploads.AddAsync(row.Id, writer, [new(0, (int)length, blob)]);
        }
        catch (WriterLostException)
        {
            await blobs.GiveUpAsync([blob]);
            throw;
        }
    }

    private async Task<IntakeOutcome> FindAsync(long id, PersonId owner, CancellationToken cancellationToken)
    {
        if ((await media.FindAsync([new(id)], cancellationToken)).TryGetValue(new(id), out var card))
        {
            return new(card, null, null);
        }

        var row = await uploads.FindAsync(new(id), owner, cancellationToken);
        return row is { IsRefused: true }
            ? IntakeOutcome.Refused(row.RefusalCode ?? "media_malformed", row.RefusalDetail ?? "It cannot be taken.")
            : throw new ProblemException(UploadProblems.Locked with { Status = 503 });
    }
}
