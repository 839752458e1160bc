using System.Text.RegularExpressions;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Pages;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;

namespace Stoa.Bots.Apps;

/// <summary><c>POST /admin/bots</c>: a page, an app, its token and its subscription, after the endpoint has agreed to be called.</summary>
internal static partial class CreateBot
{
    public sealed record CreateBotRequest(
        string? Name = null, string? Username = null, string? Webhook = null, string? VerifyToken = null,
        string? Category = null, string? About = null, string? Color = null, bool Verified = false, bool RequireProof = false, bool Join = false, bool Polling = false);

    /// <param name="PageId">With <c>join</c> the page that has the username; the new app is a secondary receiver of it.</param>
    /// <param name="AppSecret">Signs the deliveries. Shown here and nowhere else.</param>
    /// <param name="AccessToken">Lets the bot act for the page. Shown here and nowhere else.</param>
    public sealed record CreatedBot(PageId PageId, AppId AppId, string AppSecret, string AccessToken);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/admin/bots", HandleAsync).For(Audience.Operator)
            .WithName("createBot").WithTags("Operator").WithSummary("Make a page and the bot that speaks for it").Accepts<CreateBotRequest>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Created<CreatedBot>, ProblemHttpResult>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, CallbackHandshake handshake, SecretKeys keys, PageDirectory pages, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.CreateBotRequest);
        if (Check(request) is { } errors)
        {
            return (Problem.Invalid("invalid_request", "Members of the bot are missing or wrong.", "See errors.") with { Title = "Make a bot", Errors = errors }).AsResult();
        }

        // Checked for above, but the type does not say so.
        var username = request.Username!;
        var known = await pages.FindByUsernameAsync(username, cancellationToken);
        if (known is not null != request.Join)
        {
            return request.Join ? Problem.NotFound("page_not_found", "page").AsResult() : Taken(username).AsResult();
        }

        if (!request.Polling && await handshake.VerifyAsync(request.Webhook!, request.VerifyToken!, cancellationToken) is { } failure)
        {
            return new Problem(StatusCodes.Status400BadRequest, "webhook_verification_failed", "Ask the webhook whether it wants to be called", failure.WhatHappened, failure.Fix).AsResult();
        }

        var bot = new CreatedBot(known ?? PageId.New(), AppId.New(), AppStore.NewSecret(), AppStore.NewToken());
        return await StoreAsync(database, keys, time.GetUtcNow(), request, bot, cancellationToken)
            ? TypedResults.Created($"/api/pages/{username}", bot)
            : Taken(username).AsResult();
    }

    private static Dictionary<string, string[]>? Check(CreateBotRequest request)
    {
        var errors = new Dictionary<string, string[]>();
        Demand("name", request.Name is { Length: >= 1 and <= 80 } && !string.IsNullOrWhiteSpace(request.Name), "has 1 to 80 characters");
        Demand("username", request.Username is { } username && Username().IsMatch(username), "takes 3 to 32 of a-z, 0-9, _, - and ., beginning and ending with a letter or digit");
        Demand("webhook", request.Polling ? request.Webhook is null : Uri.TryCreate(request.Webhook, UriKind.Absolute, out _), "is an absolute address, or absent with polling");
        Demand("verifyToken", request.Polling || request.VerifyToken is { Length: >= 1 and <= 200 }, "has 1 to 200 characters");
        Demand("category", request.Category is null or { Length: <= 80 }, "has at most 80 characters");
        Demand("about", request.About is null or { Length: <= 500 }, "has at most 500 characters");
        Demand("color", request.Color is null || Color().IsMatch(request.Color), "is written as #009ddc");
        return errors.Count == 0 ? null : errors;

        void Demand(string member, bool holds, string rule)
        {
            if (!holds)
            {
                errors[member] = [$"{member} {rule}."];
            }
        }
    }

    private static async Task<bool> StoreAsync(
        NpgsqlDataSource database, SecretKeys keys, DateTimeOffset now, CreateBotRequest request, CreatedBot bot, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The unique key decides, also between two at the same moment.
        var made = request.Join ? 1 : await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.pages (id, username, name, category, about, color, verified, created_at)
            values (@page, @Username, @name, @category, @about, @Color, @Verified, @now) on conflict (username) do nothing
            """,
            new { page = bot.PageId.Value, request.Username, name = request.Name!.Trim(), category = request.Category ?? "", about = request.About ?? "", request.Color, request.Verified, now }, // Checked for.
            transaction, cancellationToken: cancellationToken));
        if (made == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into bots.apps (id, name, secret, callback_url, fields, require_proof, polls, created_at) values (@app, @name, @secret, @Webhook, @fields, @RequireProof, @Polling, @now);
            insert into bots.tokens (sha256, app_id, page_id, created_at) values (@token, @app, @page, @now);
            insert into bots.subscriptions (id, page_id, app_id, active, receiver_rank, created_at)
            select @subscription, @page, @app, true, coalesce(max(receiver_rank) + 1, 0), @now from bots.subscriptions where page_id = @page;
            """,
            new
            {
                app = bot.AppId.Value,
                page = bot.PageId.Value,
                name = request.Name,
                secret = keys.Seal(bot.AppId.Value, bot.AppSecret),
                request.Webhook,
                request.RequireProof,
                request.Polling,
                fields = WebhookFields.Default.ToArray(),
                token = AppStore.Hash(bot.AccessToken),
                subscription = WireIds.New(),
                now,
            },
            transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Problem Taken(string username) => new(
        StatusCodes.Status409Conflict, "username_taken", "Make a bot", $"The username {username} belongs to another page.", "Choose another username.");

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$", RegexOptions.NonBacktracking)]
    private static partial Regex Username();

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.NonBacktracking)]
    private static partial Regex Color();
}
