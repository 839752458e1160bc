namespace Stoa.Media.Storage;

/// <summary>Keeps bytes under names that <c>media.blobs</c> knows. What a put acknowledges survives a crash of the machine.</summary>
internal interface IBlobStore
{
    /// <summary>Stores all or nothing; nobody sees half of it. The same again replaces the same.</summary>
    /// <param name="name">32 hexadecimal digits.</param>
    /// <param name="open">Gives the content from its beginning; asked again when a try failed.</param>
    /// <exception cref="BlobMismatchException">The content is not of this length or hash; nothing is stored.</exception>
    /// <exception cref="BlobStoreException">The store does not take it just now.</exception>
    Task PutAsync(string name, Func<Stream> open, long length, byte[] sha256, CancellationToken cancellationToken);

    /// <summary>Writes a range of it into another stream.</summary>
    /// <param name="length">With <paramref name="offset"/> within the blob; not 0.</param>
    /// <returns>False: there is no such blob, and nothing was written.</returns>
    /// <exception cref="BlobStoreException">The store does not answer, or ended early.</exception>
    Task<bool> CopyAsync(string name, long offset, long length, Stream into, CancellationToken cancellationToken);

    /// <summary>Repeatable: what is not there is gone.</summary>
    /// <exception cref="BlobStoreException">The store does not answer.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <exception cref="BlobStoreException">The store does not answer.</exception>
    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What came is not what was announced.</summary>
internal sealed class BlobMismatchException(string name) : Exception($"The content of blob {name} is not of the announced length and hash; nothing was stored.");

/// <summary>The store is away or refuses. Asking again later may help.</summary>
internal sealed class BlobStoreException(string what, Exception? inner = null) : Exception(what, inner);
