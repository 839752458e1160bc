using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Media.Storage;

/// <summary>AWS Signature Version 4 for S3: the header <c>Authorization</c> over method, path, query, all headers of the request and the body's hash.</summary>
internal sealed class S3Signature(string accessKeyId, string secretAccessKey, string region)
{
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Adds <c>x-amz-date</c>, <c>x-amz-content-sha256</c> and <c>Authorization</c>. Set every other header before.</summary>
    /// <param name="bodyHash">SHA-256 of the body in lower-case hexadecimal digits.</param>
    public void Sign(HttpRequestMessage request, string bodyHash, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("x-amz-date", stamp);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", bodyHash);
        var address = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        request.Headers.Host ??= address.Authority;

        var headers = new SortedList<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Headers)
        {
            headers[name.ToLowerInvariant()] = string.Join(',', values).Trim();
        }

        var signed = string.Join(';', headers.Keys);
        var canonical = new StringBuilder();
        canonical.Append(request.Method.Method).Append('\n').Append(address.AbsolutePath).Append('\n').Append(Query(address)).Append('\n');
        foreach (var (name, value) in headers)
        {
            canonical.Append(name).Append(':').Append(value).Append('\n');
        }

        canonical.Append('\n').Append(signed).Append('\n').Append(bodyHash);
        var scope = $"{stamp[..8]}/{region}/s3/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Hash(Hash(Hash(Hash(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), stamp[..8]), region), "s3"), "aws4_request");
        request.Headers.TryAddWithoutValidation("Authorization",
            $"AWS4-HMAC-SHA256 Credential={accessKeyId}/{scope},SignedHeaders={signed},Signature={Convert.ToHexStringLower(Hash(key, text))}");
    }

    /// <summary>Parameters in the order of their names, a lone name with an equals sign. They come encoded as the address has them.</summary>
    private static string Query(Uri address) =>
        string.Join('&', address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(parameter => parameter.Contains('=', StringComparison.Ordinal) ? parameter : parameter + "=").Order(StringComparer.Ordinal));

    private static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
