using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Stoa.Media.Storage;

/// <summary>Blobs in a bucket of an S3-compatible store, by path style. Its address is the operator's, like the database's: it may be on a private network.</summary>
internal sealed class S3BlobStore : IBlobStore, IDisposable
{
    private const int TriesMax = 3;
    private const int AnswerBytesMax = 64 * 1024;
    private static readonly TimeSpan answersWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan pauseAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly S3Options options;
    private readonly S3Signature signature;
    private readonly Uri bucket;
    private readonly HttpMessageInvoker client;

    /// <param name="time">Signatures carry the world's time, never one that development has moved.</param>
    public S3BlobStore(S3Options options, TimeProvider time)
    {
        this.options = options;
        Time = time;
        signature = new(Need(options.AccessKeyId, nameof(options.AccessKeyId)), Need(options.SecretAccessKey, nameof(options.SecretAccessKey)), options.Region);
        bucket = new($"{Need(options.Address, nameof(options.Address)).TrimEnd('/')}/{Need(options.Bucket, nameof(options.Bucket))}/");
        client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
    }

    private TimeProvider Time { get; }

    public Task PutAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken) =>
        length <= options.PartBytes ? PutWholeAsync(name, open, length, sha256, cancellationToken) : PutInPartsAsync(name, open, length, sha256, cancellationToken);

    public async Task<bool> CopyAsync(string name, long offset, long length, Stream into, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            () => new(HttpMethod.Get, AddressOf(name)) { Headers = { Range = new RangeHeaderValue(offset, offset + length - 1) } }, S3Signature.EmptyHash, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        if (answer.StatusCode != HttpStatusCode.PartialContent && !(answer.StatusCode == HttpStatusCode.OK && offset == 0))
        {
            throw await RefusedAsync($"read {name}", answer, cancellationToken);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            while (length > 0)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(answersWithin);
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), patience.Token);
                if (read == 0)
                {
                    throw new BlobStoreException($"The store ended {length} bytes before the end of blob {name}.");
                }

                await into.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                length -= read;
            }

            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BlobStoreException($"The store broke off in the middle of blob {name}.", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Delete, AddressOf(name)), S3Signature.EmptyHash, cancellationToken);
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.NotFound)
        {
            throw await RefusedAsync($"delete {name}", answer, cancellationToken);
        }
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Head, AddressOf(name)), S3Signature.EmptyHash, cancellationToken);
        return answer.IsSuccessStatusCode || (answer.StatusCode == HttpStatusCode.NotFound ? false : throw await RefusedAsync($"look for {name}", answer, cancellationToken));
    }

    public void Dispose() => client.Dispose();

    private async Task PutWholeAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        // At most one part: so a content that is not what was announced is noticed before anything is sent.
        var buffer = ArrayPool<byte>.Shared.Rent((int)length + 1);
        try
        {
            await using var content = open();
            var read = await content.ReadAtLeastAsync(buffer.AsMemory(0, (int)length + 1), (int)length + 1, throwOnEndOfStream: false, cancellationToken);
            if (read != length || !SHA256.HashData(buffer.AsSpan(0, read)).AsSpan().SequenceEqual(sha256))
            {
                throw new BlobMismatchException(name);
            }

            using var answer = await SendAsync(() => Put(AddressOf(name), buffer, read), Convert.ToHexStringLower(sha256), cancellationToken);
            await DemandAsync($"put {name}", answer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task PutInPartsAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        var upload = await BeginAsync(name, cancellationToken);
        try
        {
            var tags = await SendPartsAsync(name, upload, open, length, sha256, cancellationToken);
            await CompleteAsync(name, upload, tags, cancellationToken);
        }
        catch
        {
            // Parts of an upload that never ends are paid for. Without the caller's token: they may have gone.
            using var patience = new CancellationTokenSource(answersWithin);
            try
            {
                using var answer = await SendAsync(() => new(HttpMethod.Delete, AddressOf(name, $"uploadId={Uri.EscapeDataString(upload)}")), S3Signature.EmptyHash, patience.Token);
            }
            catch (Exception exception) when (exception is BlobStoreException or OperationCanceledException)
            {
                // The store's own rule for unfinished uploads ends it; docs/protocol/media.md asks the operator for one.
            }

            throw;
        }
    }

    private async Task<string> BeginAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(() => new(HttpMethod.Post, AddressOf(name, "uploads=")), S3Signature.EmptyHash, cancellationToken);
        return (await DemandAsync($"begin {name}", answer, cancellationToken)).Descendants().FirstOrDefault(element => element.Name.LocalName == "UploadId")?.Value
            ?? throw new BlobStoreException("The store began an upload in parts without an id for it.");
    }

    private async Task<List<string>> SendPartsAsync(string name, string upload, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (tags, sent) = (new List<string>(), 0L);
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
        try
        {
            await using var content = open();
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer.AsMemory(0, options.PartBytes), options.PartBytes, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                if ((sent += read) > length)
                {
                    throw new BlobMismatchException(name);
                }

                whole.AppendData(buffer, 0, read);
                var query = string.Create(CultureInfo.InvariantCulture, $"partNumber={tags.Count + 1}&uploadId={Uri.EscapeDataString(upload)}");
                using var answer = await SendAsync(() => Put(AddressOf(name, query), buffer, read), Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, read))), cancellationToken);
                await DemandAsync($"put a part of {name}", answer, cancellationToken);
                tags.Add(answer.Headers.ETag?.Tag ?? throw new BlobStoreException("The store took a part and gave no tag for it."));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return sent == length && whole.GetHashAndReset().AsSpan().SequenceEqual(sha256) ? tags : throw new BlobMismatchException(name);
    }

    private async Task CompleteAsync(string name, string upload, List<string> tags, CancellationToken cancellationToken)
    {
        var list = Encoding.UTF8.GetBytes(new XElement("CompleteMultipartUpload", tags.Select((tag, index) =>
            new XElement("Part", new XElement("PartNumber", index + 1), new XElement("ETag", tag)))).ToString(SaveOptions.DisableFormatting));
        using var answer = await SendAsync(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(name, $"uploadId={Uri.EscapeDataString(upload)}")) { Content = new ByteArrayContent(list) };
            request.Content.Headers.ContentType = new("application/xml");
            return request;
        }, Convert.ToHexStringLower(SHA256.HashData(list)), cancellationToken);
        // The answer begins before the work is done: 200 may hold an error.
        var said = await DemandAsync($"complete {name}", answer, cancellationToken);
        if (said.Name.LocalName == "Error")
        {
            throw new BlobStoreException($"The store did not complete {name}: {said.Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value}.");
        }
    }

    /// <summary>Tries again what the store or the way to it broke; the same put or delete twice is as once.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string bodyHash, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make();
            signature.Sign(request, bodyHash, Time.GetUtcNow());
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(answersWithin);
            Exception? failed = null;
            try
            {
                var answer = await client.SendAsync(request, patience.Token);
                if ((int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    return answer;
                }

                answer.Dispose();
                failed = new HttpRequestException($"It answered {(int)answer.StatusCode}.");
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                failed = exception;
            }

            if (attempt == TriesMax)
            {
                throw new BlobStoreException($"The store at {bucket.Authority} does not answer.", failed);
            }

            await Task.Delay(pauseAfterFailure * attempt, cancellationToken);
        }
    }

    private static HttpRequestMessage Put(Uri address, byte[] buffer, int length) =>
        new(HttpMethod.Put, address) { Content = new ReadOnlyMemoryContent(buffer.AsMemory(0, length)) };

    private static async Task<XElement> DemandAsync(string what, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw await RefusedAsync(what, answer, cancellationToken);
        }

        return await ReadAsync(answer, cancellationToken) ?? new XElement("Nothing");
    }

    private static async Task<BlobStoreException> RefusedAsync(string what, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var code = (await ReadAsync(answer, cancellationToken))?.Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value;
        return new($"The store refused to {what}: {(int)answer.StatusCode} {code}.");
    }

    private static async Task<XElement?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(answersWithin);
        try
        {
            await answer.Content.LoadIntoBufferAsync(AnswerBytesMax, patience.Token);
            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return text.Length == 0 ? null : XElement.Load(reader);
        }
        catch (Exception exception) when (exception is XmlException or HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private Uri AddressOf(string name, string? query = null) => BlobName.IsOne(name)
        ? new(bucket, $"{options.Prefix}{name}{(query is null ? "" : "?" + query)}")
        : throw new ArgumentException($"'{name}' is no name of a blob.", nameof(name));

    private static string Need(string? value, string name) =>
        string.IsNullOrEmpty(value) ? throw new InvalidOperationException($"Media:Store is s3 and Media:S3:{name} is missing.") : value;
}
