using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stoa.Protocol.Graph;

/// <summary>The exact bytes of a webhook call and the signatures over them.</summary>
public static class WebhookBytes
{
    /// <summary>
    /// Writes a body as the platform does: pure ASCII, everything else as lower-case <c>\u00e4</c>, slashes as <c>\/</c>.
    /// Verifiers that encode the parsed body again depend on it.
    /// </summary>
    public static byte[] Encode(WebhookBody body)
    {
        var plain = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(plain, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonSerializer.Serialize(writer, body, GraphJson.Default.WebhookBody);
        }

        return Escape(plain.WrittenSpan);
    }

    /// <summary><c>sha1=…</c>, for verifiers of 2016.</summary>
    public static string SignSha1(string appSecret, ReadOnlySpan<byte> body) =>
#pragma warning disable CA5350 // The dialect's first signature is SHA-1; it is sent beside SHA-256, never instead.
        $"sha1={Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(appSecret), body))}";
#pragma warning restore CA5350

    /// <summary><c>sha256=…</c></summary>
    public static string SignSha256(string appSecret, ReadOnlySpan<byte> body) =>
        $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body))}";

    /// <summary><c>v1,…</c>: over id, time and body together, so that neither can be replayed with another's.</summary>
    /// <param name="timestamp">Seconds since 1970.</param>
    public static string SignStandard(string appSecret, string webhookId, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(appSecret));
        hash.AppendData(Encoding.ASCII.GetBytes($"{webhookId}.{timestamp}."));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }

    // The input is JSON as Utf8JsonWriter leaves it: slashes and other than ASCII occur in strings only.
    private static byte[] Escape(ReadOnlySpan<byte> json)
    {
        var result = new ArrayBufferWriter<byte>(json.Length + 64);
        while (!json.IsEmpty)
        {
            var plain = json.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is var other && other < 0 ? json.Length : other;
            CopyAscii(json[..plain], result);
            json = json[plain..];
            if (!json.IsEmpty)
            {
                _ = Rune.DecodeFromUtf8(json, out var rune, out var length); // The writer wrote valid UTF-8.
                WriteEscaped(rune, result);
                json = json[length..];
            }
        }

        return result.WrittenSpan.ToArray();
    }

    private static void CopyAscii(ReadOnlySpan<byte> ascii, ArrayBufferWriter<byte> result)
    {
        for (var i = 0; i < ascii.Length; i++)
        {
            if (ascii[i] == '/')
            {
                result.Write("\\/"u8);
            }
            else if (ascii[i] == '\\')
            {
                // An escape stays one; the writer's \uD83D becomes \ud83d.
                var length = ascii[i + 1] == 'u' ? 6 : 2;
                var target = result.GetSpan(length);
                for (var j = 0; j < length; j++)
                {
                    target[j] = length == 6 && ascii[i + j] is >= (byte)'A' and <= (byte)'F' ? (byte)(ascii[i + j] | 0x20) : ascii[i + j];
                }

                result.Advance(length);
                i += length - 1;
            }
            else
            {
                result.GetSpan(1)[0] = ascii[i];
                result.Advance(1);
            }
        }
    }

    private static void WriteEscaped(Rune rune, ArrayBufferWriter<byte> result)
    {
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        for (var i = 0; i < count; i++)
        {
            result.Write(Encoding.ASCII.GetBytes($"\\u{(int)units[i]:x4}"));
        }
    }
}
