using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Media.Storage;

namespace Stoa.Media.Uploads;

/// <summary>How the receiving of a body ended.</summary>
internal enum Received
{
    /// <summary>To its end.</summary>
    Whole,

    /// <summary>The line was cut or fell silent. What had come is kept, unless it was to be checked as a whole.</summary>
    Cut,

    /// <summary>More came than was announced. What was announced is kept.</summary>
    TooMuch,

    ChecksumMismatch,
}

/// <summary>Takes bytes of an upload as they come: each megabyte is stored, then counted, so that whatever breaks, what was counted is there.</summary>
internal sealed class ReceivePart(UploadStore uploads, BlobRows blobs, IOptions<MediaOptions> options)
{
    private const int PartBytes = 1024 * 1024;

    /// <param name="row">Taken by the writer.</param>
    /// <param name="checksum">Then all bytes are counted together or none.</param>
    /// <returns>How it ended, and how many bytes the upload now has.</returns>
    /// <exception cref="BlobStoreException">The store does not take it.</exception>
    /// <exception cref="WriterLostException">Another has taken over.</exception>
    public async Task<(Received How, long Offset)> RunAsync(HttpRequest request, UploadRow row, Guid writer, Checksum? checksum)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        var waiting = new List<StoredPart>();
        var (offset, how) = (row.Received, Received.Whole);
        try
        {
            while (how == Received.Whole)
            {
                var room = (int)Math.Min(PartBytes, row.Length - offset);
                (var filled, how) = await FillAsync(request, buffer.AsMemory(0, room));
                if (filled > 0)
                {
                    checksum?.Add(buffer.AsSpan(0, filled));
                    var bytes = buffer.AsMemory(0, filled);
                    var blob = await blobs.PutAsync(() => new MemoryStream(buffer, 0, bytes.Length, writable: false), filled, SHA256.HashData(bytes.Span), CancellationToken.None);
                    waiting.Add(new(offset, filled, blob));
                    offset += filled;
                    if (checksum is null)
                    {
                        await uploads.AddAsync(row.Id, writer, waiting);
                        waiting.Clear();
                    }
                    else
                    {
                        await uploads.RenewAsync(row.Id, writer);
                    }
                }

                if (how == Received.Whole && filled < room || room == 0)
                {
                    break;
                }
            }

            return await EndAsync(row, writer, checksum, waiting, how, offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (waiting.Count > 0)
            {
                await blobs.GiveUpAsync([.. waiting.Select(part => part.Blob)]);
            }
        }
    }

    private async Task<(Received How, long Offset)> EndAsync(UploadRow row, Guid writer, Checksum? checksum, List<StoredPart> waiting, Received how, long offset)
    {
        if (checksum is null)
        {
            return (how, offset);
        }

        if (how != Received.Whole || !checksum.Holds())
        {
            // A cut body cannot be told from a wrong one.
            return (how == Received.Cut ? how : Received.ChecksumMismatch, row.Received);
        }

        if (waiting.Count > 0)
        {
            await uploads.AddAsync(row.Id, writer, waiting);
            waiting.Clear();
        }

        return (how, offset);
    }

    /// <summary>Until the buffer is full or the body ends; with no room left it only looks whether there is more.</summary>
    private async Task<(int Filled, Received How)> FillAsync(HttpRequest request, Memory<byte> into)
    {
        var filled = 0;
        try
        {
            while (true)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
                patience.CancelAfter(options.Value.SilenceMax);
                var result = await request.BodyReader.ReadAsync(patience.Token);
                if (into.Length == 0)
                {
                    var more = !result.Buffer.IsEmpty;
                    request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                    if (more || result.IsCompleted)
                    {
                        return (0, more ? Received.TooMuch : Received.Whole);
                    }

                    continue;
                }

                var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, into.Length - filled));
                taken.CopyTo(into.Span[filled..]);
                filled += (int)taken.Length;
                request.BodyReader.AdvanceTo(taken.End);
                if (filled == into.Length || (result.IsCompleted && taken.Length == result.Buffer.Length))
                {
                    return (filled, Received.Whole);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionResetException or ConnectionAbortedException or BadHttpRequestException or IOException)
        {
            return (filled, Received.Cut);
        }
    }
}

/// <summary>The sum that a caller gives of one body.</summary>
internal sealed class Checksum(HashAlgorithmName algorithm, byte[] expected) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(algorithm);

    /// <returns>False for a header that cannot be read; a missing one is none.</returns>
    public static bool TryParse(HttpRequest request, out Checksum? checksum)
    {
        checksum = null;
        if (request.Headers[Tus.ChecksumHeader] is not [{ } header])
        {
            return request.Headers[Tus.ChecksumHeader].Count == 0;
        }

        // tus demands SHA-1; it protects from broken lines, not from anybody's intent.
        var sum = new byte[64];
        if (header.Split(' ') is not [var name and ("sha1" or "sha256"), var base64] || !Convert.TryFromBase64String(base64, sum, out var length)
            || length != (name == "sha1" ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes))
        {
            return false;
        }

        checksum = new(name == "sha1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, sum[..length]);
        return true;
    }

    public void Add(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    public bool Holds() => hash.GetHashAndReset().AsSpan().SequenceEqual(expected);

    public void Dispose() => hash.Dispose();
}
