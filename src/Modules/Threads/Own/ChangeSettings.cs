using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Messages;
using Stoa.Threads.Wire;

namespace Stoa.Threads.Own;

/// <summary><c>PUT /api/threads/{id}/settings</c>: what is left out stays as it is. Repeating changes nothing; all devices are told.</summary>
internal static class ChangeSettings
{
    private const int FolderMax = 50;

    /// <summary>Null is a value for two of them, so what is left out is undefined.</summary>
    public sealed record SettingsRequest
    {
        /// <summary>An instant, <c>always</c>, or null for not at all.</summary>
        public JsonElement MutedUntil { get; init; }

        public bool? Archived { get; init; }

        public bool? Pinned { get; init; }

        public bool? MarkedUnread { get; init; }

        /// <summary>One line, or null for none.</summary>
        public JsonElement Folder { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/threads/{id}/settings", HandleAsync).For(Audience.Person)
            .WithName("changeSettings").WithTags("Threads").WithSummary("Mute, archive, pin, mark as unread, file: for me, on all devices").Accepts<SettingsRequest>("application/json")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, SettingsStore store, Fanout fanout, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, ThreadsJson.Default.SettingsRequest);
        var change = Read(request, time.GetUtcNow());
        if (!ThreadId.TryParse(id, null, out var thread))
        {
            return ThreadProblems.NotFound.AsResult();
        }

        var (verdict, settings) = await store.ChangeAsync(context.Person(), thread, change, cancellationToken);
        switch (verdict)
        {
            case SettingsVerdict.NoThread:
                return ThreadProblems.NotFound.AsResult();
            case SettingsVerdict.TooManyPinned:
                return new Problem(StatusCodes.Status409Conflict, "too_many_pinned", "Pin a conversation",
                    $"{SettingsStore.PinnedMost} conversations are pinned; more would leave no room for the others.", "Unpin one of them first.").AsResult();
            case SettingsVerdict.TooManyFolders:
                return new Problem(StatusCodes.Status409Conflict, "too_many_folders", "File a conversation",
                    $"You have {Folders.Most} folders.", "Use one of them, or empty one first.").AsResult();
            case SettingsVerdict.Changed when settings is not null:
                await fanout.TellAsync(new PersonalNews(thread, [context.Person()], OwnFrames.Settings(thread, settings)), CancellationToken.None);
                break;
        }

        return TypedResults.NoContent();
    }

    private static SettingsChange Read(SettingsRequest request, DateTimeOffset now) => new()
    {
        SetsMuted = request.MutedUntil.ValueKind != JsonValueKind.Undefined,
        MutedUntil = request.MutedUntil.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.String when request.MutedUntil.GetString() == "always" => DateTimeOffset.MaxValue,
            JsonValueKind.String when DateTimeOffset.TryParse(request.MutedUntil.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var until)
                && until.Year < 9999 => until > now ? until : null,
            _ => throw Wrong("'mutedUntil' is neither an instant nor 'always' nor null.", "Send '2026-11-20T20:58:00Z', 'always', or null."),
        },
        Archived = request.Archived,
        Pinned = request.Pinned,
        MarkedUnread = request.MarkedUnread,
        SetsFolder = request.Folder.ValueKind != JsonValueKind.Undefined,
        Folder = request.Folder.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.String => CheckFolder(request.Folder.GetString() ?? ""), // A string by the case.
            _ => throw Wrong("'folder' is neither a text nor null.", "Send the folder's name, or null."),
        },
    };

    private static string CheckFolder(string asked) =>
        MessageText.TryClean(asked, out var name) is not null || name.Length > FolderMax || name.AsSpan().ContainsAny('\n', '\t')
            ? throw Wrong($"A folder's name is one line of 1 to {FolderMax} characters.", "Shorten it.")
            : Array.Exists(InboxFolder.Reserved, name.Equals) ? throw Wrong($"'{name}' is a list that everybody has.", "Choose another name.") : name;

    private static ProblemException Wrong(string detail, string fix) => new(Problem.Invalid("invalid_request", detail, fix));
}
