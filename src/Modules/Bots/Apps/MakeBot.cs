using System.Text.RegularExpressions;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Bots.Apps;

/// <summary>What a new bot is made from. Neither a webhook nor polling is said by who connects it later: until then its events wait to be asked for.</summary>
/// <param name="Join">The page is there already, and the new app becomes one more receiver of it.</param>
/// <param name="Listed">Whether a search finds the page.</param>
internal sealed record BotForm(
    string? Name, string? Username, string? Webhook, string? VerifyToken, string? Category = null, string? About = null, string? Color = null,
    bool Verified = false, bool RequireProof = false, bool Join = false, bool Polling = false, bool Listed = true);

/// <param name="PageId">With <c>join</c> the page that has the username; the new app is a secondary receiver of it.</param>
/// <param name="AppSecret">Signs the deliveries. Shown here and nowhere else.</param>
/// <param name="AccessToken">Lets the bot act for the page. Shown here and nowhere else.</param>
internal sealed record CreatedBot(PageId PageId, AppId AppId, string AppSecret, string AccessToken);

/// <summary>Makes a page, an app, its token and its subscription in one commit, after the endpoint has agreed to be called.</summary>
internal sealed partial class MakeBot(NpgsqlDataSource database, CallbackHandshake handshake, SecretKeys keys, PageDirectory pages, TimeProvider time)
{
    /// <summary>Of one person. Whoever needs more asks the operator, who has no such limit.</summary>
    public const int OwnMax = 25;

    /// <param name="developer">Who sees it in the console; null for nobody but the operator.</param>
    /// <exception cref="ProblemException">400 <c>invalid_request</c>, <c>webhook_verification_failed</c>; 404 <c>page_not_found</c>; 409 <c>username_taken</c>, <c>too_many_bots</c>.</exception>
    public async Task<CreatedBot> MakeAsync(BotForm form, PersonId? developer, CancellationToken cancellationToken)
    {
        if (Check(form) is { } errors)
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "Members of the bot are missing or wrong.", "See errors.") with { Title = "Make a bot", Errors = errors });
        }

        // Checked for above, but the type does not say so.
        var username = form.Username!;
        var known = await pages.FindByUsernameAsync(username, cancellationToken);
        if (known is not null != form.Join)
        {
            throw new ProblemException(form.Join ? Problem.NotFound("page_not_found", "page") : Taken(username));
        }

        if (form.Webhook is { } webhook && await handshake.VerifyAsync(webhook, form.VerifyToken!, cancellationToken) is { } failure)
        {
            throw new ProblemException(failure.AsProblem());
        }

        var bot = new CreatedBot(known ?? PageId.New(), AppId.New(), AppStore.NewSecret(), AppStore.NewToken());
        return await StoreAsync(form, bot, developer, cancellationToken) ? bot : throw new ProblemException(Taken(username));
    }

    private static Dictionary<string, string[]>? Check(BotForm form)
    {
        var errors = new Dictionary<string, string[]>();
        Demand("name", form.Name is { Length: >= 1 and <= 80 } && !string.IsNullOrWhiteSpace(form.Name), "has 1 to 80 characters");
        Demand("username", form.Username is { } username && Username().IsMatch(username), "takes 3 to 32 of a-z, 0-9, _, - and ., beginning and ending with a letter or digit");
        Demand("webhook", form.Polling ? form.Webhook is null : Uri.TryCreate(form.Webhook, UriKind.Absolute, out _), "is an absolute address, or absent with polling");
        Demand("verifyToken", form.Polling || form.VerifyToken is { Length: >= 1 and <= 200 }, "has 1 to 200 characters");
        Demand("category", form.Category is null or { Length: <= 80 }, "has at most 80 characters");
        Demand("about", form.About is null or { Length: <= 500 }, "has at most 500 characters");
        Demand("color", form.Color is null || Color().IsMatch(form.Color), "is written as #009ddc");
        return errors.Count == 0 ? null : errors;

        void Demand(string member, bool holds, string rule)
        {
            if (!holds)
            {
                errors[member] = [$"{member} {rule}."];
            }
        }
    }

    /// <returns>False when somebody else was given the username meanwhile.</returns>
    private async Task<bool> StoreAsync(BotForm form, CreatedBot bot, PersonId? developer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (developer is { } person)
        {
            await DemandRoomAsync(connection, transaction, person, cancellationToken);
        }

        // The unique key decides, also between two at the same moment.
        var made = form.Join ? 1 : await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.pages (id, username, name, category, about, color, verified, listed, created_at)
            values (@page, @Username, @name, @category, @about, @Color, @Verified, @Listed, @now) on conflict (username) do nothing
            """,
            new { page = bot.PageId.Value, form.Username, name = form.Name!.Trim(), category = form.Category ?? "", about = form.About ?? "", form.Color, form.Verified, form.Listed, now }, // Checked for.
            transaction, cancellationToken: cancellationToken));
        if (made == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.apps (id, name, secret, callback_url, fields, require_proof, polls, created_at) values (@app, @name, @secret, @Webhook, @fields, @RequireProof, @Polling, @now);
            insert into bots.tokens (id, sha256, app_id, page_id, created_at) values (@tokenId, @token, @app, @page, @now);
            insert into bots.subscriptions (id, page_id, app_id, active, receiver_rank, created_at)
            select @subscription, @page, @app, true, coalesce(max(receiver_rank) + 1, 0), @now from bots.subscriptions where page_id = @page;
            insert into bots.developers (person_id, app_id, added_at) select @developer, @app, @now where @developer is not null;
            """,
            new
            {
                app = bot.AppId.Value,
                page = bot.PageId.Value,
                name = form.Name,
                secret = keys.Seal(bot.AppId.Value, bot.AppSecret),
                form.Webhook,
                form.RequireProof,
                form.Polling,
                fields = WebhookFields.Default.ToArray(),
                token = AppStore.Hash(bot.AccessToken),
                tokenId = WireIds.New(),
                developer = developer?.Value,
                subscription = WireIds.New(),
                now,
            },
            transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Counted under a lock: two at the same moment would both find room for the last one.</summary>
    private static async Task DemandRoomAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended('bots.developers', @person))", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        var own = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*)::int from bots.developers where person_id = @person", new { person = person.Value }, transaction, cancellationToken: cancellationToken));
        if (own >= OwnMax)
        {
            throw new ProblemException(new(StatusCodes.Status409Conflict, "too_many_bots", "Make a bot",
                $"You have {own} bots; a person has at most {OwnMax}.", "Use one that you have, or ask the operator to make more for you."));
        }
    }

    private static Problem Taken(string username) => new(
        StatusCodes.Status409Conflict, "username_taken", "Make a bot", $"The username {username} belongs to another page.", "Choose another username.");

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$", RegexOptions.NonBacktracking)]
    private static partial Regex Username();

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.NonBacktracking)]
    private static partial Regex Color();
}
