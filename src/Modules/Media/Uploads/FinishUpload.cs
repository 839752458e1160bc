using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Media.Checks;
using Stoa.Media.Storage;

namespace Stoa.Media.Uploads;

/// <summary>After the last byte: the parts are put together beside, checked, rebuilt, and stored as what will be served.</summary>
/// <remarks>Two may do it at once after a time-out: only the one that still has the upload commits. Dying at any point leaves it to be done again.</remarks>
internal sealed partial class FinishUpload(
    UploadStore uploads, BlobRows blobs, IBlobStore store, IOptions<MediaOptions> options, IOptions<StoaOptions> stoa, ILogger<FinishUpload> log) : IDisposable
{
    /// <summary>Two hundred megabytes are copied, read twice and stored again within it, on a slow disk too.</summary>
    private static readonly TimeSpan takesAtMost = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim gate = new(Environment.ProcessorCount);
    private readonly Lazy<string> folder = new(() => OpenFolder(Path.Combine(Path.GetFullPath(stoa.Value.DataDirectory), "media-checks")));

    /// <summary>Takes the upload first. Nothing happens when somebody else has it.</summary>
    public async Task TryRunAsync(long id, CancellationToken cancellationToken)
    {
        var writer = Guid.CreateVersion7();
        if (await uploads.TakeAsync(new MediaId(id), writer, cancellationToken) is not { } row)
        {
            return;
        }

        try
        {
            if (row.IsComplete)
            {
                await RunAsync(row, writer);
            }
        }
        finally
        {
            await uploads.GiveBackAsync(id, writer);
        }
    }

    /// <param name="row">All of its bytes have come, and the writer has it.</param>
    /// <exception cref="BlobStoreException">The store is away: it is done later.</exception>
    /// <exception cref="WriterLostException">Another does it.</exception>
    public async Task RunAsync(UploadRow row, Guid writer)
    {
        // Whoever uploaded may have gone; what has come in whole is finished all the same, but not for ever.
        using var patience = new CancellationTokenSource(takesAtMost);
        await gate.WaitAsync(patience.Token);
        try
        {
            await uploads.RenewAsync(row.Id, writer, takesAtMost);
            await using var beside = new FileStream(Path.Combine(folder.Value, $"{row.Id}.{writer:n}"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
                PreallocationSize = row.Length,
                BufferSize = 0,
            });
            foreach (var part in await uploads.ReadPartsAsync(row.Id, patience.Token))
            {
                if (!await store.CopyAsync(part.Blob, 0, part.Bytes, beside, patience.Token))
                {
                    throw new BlobStoreException($"Part {part.Start} of upload {row.Id} is not in the store.");
                }
            }

            var content = new Content(beside.SafeFileHandle);
            await CheckAsync(row, writer, content, patience.Token);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task CheckAsync(UploadRow row, Guid writer, Content content, CancellationToken cancellationToken)
    {
        CheckedContent found;
        try
        {
            found = ContentCheck.Check(content);
            if (found.Kind != MediaKinds.Video && row.Length > options.Value.BytesMax)
            {
                throw new ContentRefusedException("media_too_large", $"It is no video, and has more than {options.Value.BytesMax} bytes.");
            }
        }
        catch (ContentRefusedException refusal)
        {
            await uploads.RefuseAsync(row.Id, writer, refusal.Code, refusal.Message);
            LogRefused(row.Id, refusal.Code);
            return;
        }

        byte[] hash;
        await using (var once = new RebuiltStream(content, found.Rebuilt))
        {
            hash = await SHA256.HashDataAsync(once, cancellationToken);
        }

        var blob = await blobs.PutAsync(() => new RebuiltStream(content, found.Rebuilt), found.Rebuilt.Length, hash, cancellationToken);
        try
        {
            await uploads.FinishAsync(row.Id, writer, found, blob);
        }
        catch (WriterLostException)
        {
            await blobs.GiveUpAsync([blob]);
            throw;
        }
    }

    private static string OpenFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // The data directory is one server's: what lies here was left by one that was killed.
        foreach (var file in Directory.EnumerateFiles(path))
        {
            File.Delete(file);
        }

        return path;
    }

    [LoggerMessage(602, LogLevel.Information, "Upload {Id} was refused: {Code}.")]
    private partial void LogRefused(long id, string code);
}
