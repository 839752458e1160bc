using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Stoa.Media.Storage;

/// <summary>Blobs as files, <c>ab/cd/abcd…</c> below one folder: written beside, flushed to the disk, then renamed.</summary>
internal sealed partial class DiskBlobStore : IBlobStore
{
    private const int BufferBytes = 64 * 1024;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    // Other nodes may be writing there: only what nobody can still be writing is swept.
    private static readonly TimeSpan halfWrittenIsKeptFor = TimeSpan.FromDays(1);

    private readonly string folder;
    private readonly string half;

    public DiskBlobStore(string folder)
    {
        this.folder = folder;
        half = Path.Combine(folder, "half");
        CreateFolder(half);
        foreach (var file in Directory.EnumerateFiles(half).Where(file => File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - halfWrittenIsKeptFor))
        {
            File.Delete(file);
        }
    }

    public async Task PutAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        var (path, beside) = (PathOf(name), Path.Combine(half, $"{name}.{Guid.NewGuid():n}"));
        try
        {
            await WriteAsync(name, beside, open, length, sha256, cancellationToken);
            var shard = Path.GetDirectoryName(path)!; // It has two folders of ours above it.
            var above = Path.GetDirectoryName(shard)!; // As above.
            if (CreateFolder(above))
            {
                FlushFolder(folder);
            }

            if (CreateFolder(shard))
            {
                FlushFolder(above);
            }

            File.Move(beside, path, overwrite: true);
            FlushFolder(shard);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BlobStoreException($"The folder {folder} does not take blob {name}.", exception);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    public async Task<bool> CopyAsync(string name, long offset, long length, Stream into, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using var file = File.OpenHandle(PathOf(name), options: FileOptions.Asynchronous | FileOptions.SequentialScan);
            for (var end = offset + length; offset < end;)
            {
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), offset, cancellationToken);
                if (read == 0)
                {
                    throw new BlobStoreException($"Blob {name} ends at {offset}, before {end}.");
                }

                await into.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                offset += read;
            }

            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // Never was.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BlobStoreException($"The folder {folder} does not give up blob {name}.", exception);
        }

        return Task.CompletedTask;
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(File.Exists(PathOf(name)));

    private static async Task WriteAsync(string name, string beside, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, PreallocationSize = length, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        await using var content = open();
        await using var file = new FileStream(beside, options);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (file.Position + read > length)
                {
                    throw new BlobMismatchException(name);
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (file.Position != length || !hash.GetHashAndReset().AsSpan().SequenceEqual(sha256))
        {
            throw new BlobMismatchException(name);
        }

        file.Flush(flushToDisk: true);
    }

    private string PathOf(string name) => BlobName.IsOne(name)
        ? Path.Combine(folder, name[..2], name[2..4], name)
        : throw new ArgumentException($"'{name}' is no name of a blob.", nameof(name));

    /// <returns>Whether it was not there.</returns>
    private static bool CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return false;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnFolder);
        }

        return true;
    }

    /// <summary>A renamed file is on the disk when its folder is.</summary>
    private static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS writes names to its journal by itself.
        }

        var handle = Open(path, 0);
        if (handle < 0)
        {
            throw new IOException($"{path} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        }

        var failed = Flush(handle) != 0;
        _ = Close(handle);
        if (failed)
        {
            throw new IOException($"{path} cannot be flushed to the disk.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
