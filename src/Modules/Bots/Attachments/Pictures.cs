using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Media;
using Stoa.Protocol.Graph;
using Stoa.Threads;

namespace Stoa.Bots.Attachments;

/// <summary>
/// <c>GET /api/pages/{id}/pictures?url=</c>: a picture that the page named by address in what it sent. The server fetches it when somebody first
/// looks, and shows its own copy: a business does not learn from where, with what and how often a person looks.
/// </summary>
internal sealed class Pictures(NpgsqlDataSource database, FetchMedia fetch, IMediaIntake intake, IMedia media, IBusinessThreads threads, TimeProvider time)
{
    private static readonly TimeSpan triedAgainAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan linkLasts = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(PageId, string), Lazy<Task<MediaId?>>> underWay = new();

    /// <summary>The members that name pictures, in every template.</summary>
    private static readonly string[] members =
        ["image_url", "logo_image_url", "header_image_url", "above_bar_code_image_url", "barcode_image_url", "profile_picture_url", "image"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/pages/{id}/pictures", HandleAsync).For(Audience.Person)
            .WithName("readPagePicture").WithTags("Businesses").WithSummary("A picture that the business named by address in what it sent")
            .Produces(StatusCodes.Status302Found).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Every picture that a template names, wherever it stands.</summary>
    public static IEnumerable<string> NamedIn(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany(NamedIn);
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(member => members.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.String
                    ? [member.Value.GetString() ?? ""]
                    : NamedIn(member.Value)).Where(url => url.Length is > 0 and <= 4096);
            default:
                return [];
        }
    }

    /// <summary>The page has shown these: from now on people may ask for them.</summary>
    public async Task NoteAsync(PageId page, IReadOnlyCollection<string> urls, CancellationToken cancellationToken)
    {
        if (urls.Count == 0)
        {
            return;
        }

        // In one order everywhere, so that two transactions never wait for each other.
        var rows = urls.Distinct().Select(url => (Hash: Hash(url), Url: url)).OrderBy(r => Convert.ToHexString(r.Hash), StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.pictures (page_id, url_sha256, url) select @page, k.hash, k.url from unnest(@hashes, @urls) as k(hash, url) on conflict do nothing",
            new { page = page.Value, hashes = rows.ConvertAll(r => r.Hash), urls = rows.ConvertAll(r => r.Url) }, cancellationToken: cancellationToken));
    }

    private static async Task<Results<RedirectHttpResult, ProblemHttpResult>> HandleAsync(PageId id, string? url, HttpContext context, Pictures pictures, CancellationToken cancellationToken) =>
        !string.IsNullOrEmpty(url) && !url.Contains('\0', StringComparison.Ordinal) && await pictures.FindLinkAsync(id, context.Person(), url, cancellationToken) is { } link
            ? TypedResults.Redirect(link.AbsoluteUri)
            : Problem.NotFound("picture_not_found", "picture").AsResult();

    private async Task<Uri?> FindLinkAsync(PageId page, PersonId person, string url, CancellationToken cancellationToken) =>
        await FindAsync(page, person, url, cancellationToken) is { } picture ? media.SignLink(picture, linkLasts) : null;

    private async Task<MediaId?> FindAsync(PageId page, PersonId person, string url, CancellationToken cancellationToken)
    {
        // Whoever does not talk with the business has nothing of it to look at.
        if (await threads.FindAsync(page, person, cancellationToken) is null || await ReadAsync(page, url, cancellationToken) is not { } row)
        {
            return null;
        }

        if (row.MediaId is { } known && (await media.FindAsync([new(known)], cancellationToken)).ContainsKey(new(known)))
        {
            return new MediaId(known);
        }

        if (row.TriedAt is { } tried && time.GetUtcNow() - new DateTimeOffset(tried) < triedAgainAfter)
        {
            return null;
        }

        // A picture that stands in several places is asked for several times at once, and fetched once; who leaves does not take it from the others.
        var fetched = underWay.GetOrAdd((page, url), _ => new(() => FetchOnceAsync(page, url))).Value;
        return await fetched.WaitAsync(cancellationToken);
    }

    private async Task<MediaId?> FetchOnceAsync(PageId page, string url)
    {
        try
        {
            return await FetchAsync(page, url, CancellationToken.None);
        }
        finally
        {
            underWay.TryRemove((page, url), out _);
        }
    }

    private async Task<MediaId?> FetchAsync(PageId page, string url, CancellationToken cancellationToken)
    {
        MediaId? found = null;
        try
        {
            found = (await fetch.FromUrlAsync(page, Guid.CreateVersion7(), url, "image", default, cancellationToken)).Id;
            await intake.KeepAsync(page, found.Value, cancellationToken);
        }
        catch (GraphException)
        {
            // A picture that is not there leaves its place empty; it is asked for again in a while.
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.pictures set media_id = coalesce(@found, media_id), tried_at = @now where page_id = @page and url_sha256 = @hash",
            new { page = page.Value, hash = Hash(url), found = found?.Value, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        return found;
    }

    private async Task<Row?> ReadAsync(PageId page, string url, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "select media_id as mediaid, tried_at as triedat from bots.pictures where page_id = @page and url_sha256 = @hash",
            new { page = page.Value, hash = Hash(url) }, cancellationToken: cancellationToken));
    }

    private static byte[] Hash(string url) => SHA256.HashData(Encoding.UTF8.GetBytes(url));

    private sealed class Row
    {
        public long? MediaId { get; init; }

        public DateTime? TriedAt { get; init; }
    }
}
