using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Stoa.Bots.Attachments;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Graph;

/// <summary>
/// A call of the Messenger dialect with its parameters in one object, wherever they came from: query, form, multipart form or
/// JSON body (messenger-platform §0). What stands in the body wins over the query.
/// </summary>
internal sealed class GraphRequest
{
    private const int BodyBytesMax = 128 * 1024;
    private const int ParametersMax = 200;
    private const string BearerScheme = "Bearer ";

    /// <summary>The largest file, and room for the parts around it.</summary>
    private const int MultipartBytesMax = (25 * 1024 * 1024) + BodyBytesMax;

    /// <summary>Where a part of a batch finds its file in the items of its context.</summary>
    public const string FileItem = "stoa.bots.file";

    private readonly IReadOnlyDictionary<string, UploadedFile> files;

    private GraphRequest(JsonElement parameters, string? token, IReadOnlyDictionary<string, UploadedFile> files, UploadedFile? file) =>
        (Parameters, Token, this.files, File) = (new(parameters, ""), token, files, file);

    public GraphValue Parameters { get; }

    /// <summary>From form, body, query or header, in this order.</summary>
    public string? Token { get; }

    /// <summary>The file of a multipart request: the part named <c>filedata</c>, else the first one.</summary>
    public UploadedFile? File { get; }

    /// <exception cref="GraphException">The body is too large or no JSON.</exception>
    public static async Task<GraphRequest> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var texts = request.Query.Select(q => (q.Key, Value: q.Value.ToString())).Take(ParametersMax).ToList();
        JsonElement? body = null;
        var files = new Dictionary<string, UploadedFile>(StringComparer.Ordinal);
        var file = context.Items.TryGetValue(FileItem, out var given) ? given as UploadedFile : null;
        var isMultipart = request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;
        // A carousel or a receipt may be longer than what our own API takes.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = isMultipart ? MultipartBytesMax : BodyBytesMax;
        }

        try
        {
            if (request.HasFormContentType)
            {
                var form = await request.ReadFormAsync(new FormOptions { ValueCountLimit = ParametersMax, ValueLengthLimit = BodyBytesMax, BufferBodyLengthLimit = BodyBytesMax, MultipartBodyLengthLimit = isMultipart ? MultipartBytesMax : BodyBytesMax }, cancellationToken);
                texts.AddRange(form.Select(f => (f.Key, f.Value.ToString())));
                foreach (var part in form.Files)
                {
                    files.TryAdd(part.Name, new(part.FileName, part.Length, part.OpenReadStream));
                }

                file ??= files.GetValueOrDefault("filedata") ?? files.Values.FirstOrDefault();
            }
            else
            {
                body = await ReadJsonAsync(request, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException or IOException)
        {
            throw new GraphException(GraphError.Parameter($"The request could not be read: {exception.Message}"));
        }

        var parameters = Merge(texts, body);
        if (LenientJson.FindBadText(parameters, "") is { } bad)
        {
            throw new GraphException(GraphError.Parameter($"Param {bad} must be valid UTF-8 text without the character U+0000.", path: bad));
        }

        var token = parameters.TryGetProperty("access_token", out var sent) && sent.ValueKind == JsonValueKind.String ? sent.GetString() : null;
        return new(parameters, string.IsNullOrEmpty(token) ? ReadHeader(request) : token, files, file);
    }

    /// <summary>A file of a multipart request by the name of its part.</summary>
    public UploadedFile? FindFile(string part) => files.GetValueOrDefault(part);

    /// <summary>A comma list or a JSON array of names, with blanks, empties and a trailing comma.</summary>
    public IReadOnlyList<string>? NamesIn(string parameter)
    {
        var value = Parameters[parameter];
        if (!value.Exists)
        {
            return null;
        }

        var names = value.Raw.ValueKind == JsonValueKind.Array ? value.List(0, ParametersMax).Select(n => n.Text(200)) : (value.TextOrNull(4000) ?? "").Split(',');
        return [.. names.Select(n => n.Trim()).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static string? ReadHeader(HttpRequest request) =>
        request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerScheme.Length..].Trim()
            : null;

    private static async Task<JsonElement?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > BodyBytesMax)
        {
            throw new InvalidDataException($"the body has more than {BodyBytesMax} bytes.");
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.GetMemory(1024), cancellationToken);
            if (read == 0)
            {
                break;
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > BodyBytesMax)
            {
                throw new InvalidDataException($"the body has more than {BodyBytesMax} bytes.");
            }
        }

        // Clients send "Content-Type: application/json" on requests without a body.
        if (!buffer.WrittenSpan.ContainsAnyExcept(" \t\r\n"u8))
        {
            return null;
        }

        if (!LenientJson.TryParse(buffer.WrittenMemory, out var body))
        {
            throw new InvalidDataException("the body is no JSON.");
        }

        return body.Value.ValueKind == JsonValueKind.Object ? body : throw new InvalidDataException("the body must be a JSON object.");
    }

    private static JsonElement Merge(List<(string Key, string Value)> texts, JsonElement? body)
    {
        var merged = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (key, value) in texts)
        {
            merged[key] = Unfold(value);
        }

        if (body is { } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                merged[member.Name] = member.Value is { ValueKind: JsonValueKind.String } text && text.ValueEquals("") is false && HasNestedJson(text) ? Unfold(text.GetString()!) : member.Value; // A string's text is not null.
            }
        }

        var written = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(written, new() { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in merged)
            {
                writer.WritePropertyName(key);
                writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(written.WrittenMemory, new() { MaxDepth = 40, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        return document.RootElement.Clone();
    }

    // Looks at the raw text: a string with half a surrogate pair cannot be read, and is complained about later.
    private static bool HasNestedJson(JsonElement text) => text.GetRawText().AsSpan(1).TrimStart() is ['{' or '[', ..] && LenientJson.FindBadText(text, "") is null;

    /// <summary>A parameter in query or form: nested JSON if it reads as such, else text. A bare number stays text, an id never loses a digit.</summary>
    private static JsonElement Unfold(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start is ['{' or '[', ..] && LenientJson.TryParse(text, out var value))
        {
            return value;
        }

        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(text, TextJson.Default.String));
        return document.RootElement.Clone();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
