using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Bots.Apps;
using Stoa.Bots.Webhooks;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Protocol.Graph;
using Stoa.Protocol.Graph.Templates;
using Stoa.Threads;

namespace Stoa.Bots.Acts;

/// <summary>
/// <c>/api/threads/{id}/forms/{seq}</c>: a person answers a feedback or customer-information template, once, while it is open (messenger-platform §2.10, §2.11). The answer
/// goes to the business alone and is not kept here.
/// </summary>
internal sealed class AnswerForm(NpgsqlDataSource database, IBusinessThreads threads, IThreadLog log, TellPage tell, TimeProvider time)
{
    private const int ValueMax = 200;
    private static readonly string[] keys = ["name", "email", "phone", "address_line_1", "address_line_2", "locality", "administrative_area", "country", "zipcode"];

    /// <param name="Score">Of a feedback template: a number of its scale.</param>
    /// <param name="FollowUp">Of a feedback template that asks for it: at most 400 characters.</param>
    /// <param name="Values">Of a customer-information template: <c>name</c>, <c>email</c>, <c>phone</c>, <c>address_line_1</c> …</param>
    public sealed record Request(Guid ClientId, int? Score = null, string? FollowUp = null, Dictionary<string, string>? Values = null);

    /// <param name="OpenUntil">An answer is taken until then.</param>
    public sealed record Form(string Kind, bool Answered, DateTimeOffset OpenUntil);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/threads/{id}/forms/{seq:long}", ReadAsync).For(Audience.Person)
            .WithName("readForm").WithTags("Businesses").WithSummary("Whether a form of a business is still to be answered").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapPost("/api/threads/{id}/forms/{seq:long}", HandleAsync).For(Audience.Person)
            .WithName("answerForm").WithTags("Businesses").WithSummary("Answer a form of a business, once").Accepts<Request>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<Form>, ProblemHttpResult>> ReadAsync(ThreadId id, long seq, HttpContext context, AnswerForm forms, CancellationToken cancellationToken) =>
        await forms.FindAsync(id, seq, context.Person(), cancellationToken) is { } found
            ? TypedResults.Ok(new Form(found.Kind, await forms.IsAnsweredAsync(id, seq, cancellationToken), found.OpenUntil)) : NotFound().AsResult();

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(ThreadId id, long seq, HttpContext context, AnswerForm forms, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, BotsJson.Default.AnswerFormRequest);
        if (await forms.FindAsync(id, seq, context.Person(), cancellationToken) is not { } form)
        {
            return NotFound().AsResult();
        }

        return Compose(form.Template, request) is not { } answer
            ? Problem.Invalid("invalid_answer", "The answer does not fit the form.", $"A score of its scale with at most {FeedbackTemplate.AnswerMax} characters beside it where the form asks for them; or values for {string.Join(", ", keys)}.").AsResult()
            : (await forms.StoreAsync(id, seq, context.Person(), form, request.ClientId, answer, cancellationToken))?.AsResult() is { } refused ? refused : TypedResults.NoContent();
    }

    private static Problem NotFound() => Problem.NotFound("form_not_found", "form");

    private async Task<Found?> FindAsync(ThreadId thread, long seq, PersonId person, CancellationToken cancellationToken)
    {
        if (await threads.FindMembersAsync(thread, cancellationToken) is not var (page, member) || member != person
            || await log.FindAsync(thread, seq, cancellationToken) is not { } asked || asked.Sender != page
            || !asked.Body.TryGetProperty("attachments", out var attachments) || attachments.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var attachment in attachments.EnumerateArray())
        {
            if (attachment.TryGetProperty("payload", out var payload) && payload.TryGetProperty("template_type", out var type) && type.GetString() is "customer_feedback" or "customer_information")
            {
                var template = Template.Read(new(payload, "payload"));
                var days = template is FeedbackTemplate feedback ? feedback.ExpiresInDays : ((InformationTemplate)template).ExpiresInDays;
                return new(page, template, template is FeedbackTemplate ? "feedback" : "information", asked.At.AddDays(days));
            }
        }

        return null;
    }

    private async Task<bool> IsAnsweredAsync(ThreadId thread, long seq, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from bots.form_answers where thread_id = @id and seq = @seq)", new { id = thread.Value, seq }, cancellationToken: cancellationToken));
    }

    /// <returns>Null when it is stored, now or before; else why not.</returns>
    private async Task<Problem?> StoreAsync(ThreadId thread, long seq, PersonId person, Found form, Guid clientId, JsonElement answer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        // The repeat of an answer is answered as the first was, also after the form has closed.
        var first = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select client_id from bots.form_answers where thread_id = @id and seq = @seq", new { id = thread.Value, seq }, transaction, cancellationToken: cancellationToken));
        if (first is null && now >= form.OpenUntil)
        {
            return new(StatusCodes.Status409Conflict, "form_closed", "Answer a form", "The form has closed.", "Write to the business instead.");
        }

        if (first is null && await connection.ExecuteAsync(new CommandDefinition(
            "insert into bots.form_answers (thread_id, seq, client_id, answered_at) values (@id, @seq, @clientId, @now) on conflict do nothing",
            new { id = thread.Value, seq, clientId, now }, transaction, cancellationToken: cancellationToken)) == 1)
        {
            var isFeedback = form.Template is FeedbackTemplate;
            var wake = await tell.AppendAsync(
                connection, transaction, form.Page, person, thread, isFeedback ? WebhookFields.Feedback : WebhookFields.Information, opens: true,
                shell => isFeedback ? shell with { MessagingFeedback = answer } : shell with { MessagingCustomerInformation = answer }, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            wake();
            return null;
        }

        first ??= await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select client_id from bots.form_answers where thread_id = @id and seq = @seq", new { id = thread.Value, seq }, transaction, cancellationToken: cancellationToken));
        return first == clientId ? null : new(StatusCodes.Status409Conflict, "form_answered", "Answer a form", "The form was answered before.", "Write to the business to add to it.");
    }

    /// <summary>As the bot reads it; null when it does not fit.</summary>
    private static JsonElement? Compose(Template template, Request request)
    {
        JsonObject answer;
        if (template is FeedbackTemplate feedback)
        {
            if (request.Values is not null || request.Score is not { } score || score < feedback.ScoreFrom || score > feedback.ScoreTo
                || (request.FollowUp is { } text && (!feedback.FollowUp || !Fits(text, FeedbackTemplate.AnswerMax))))
            {
                return null;
            }

            var given = new JsonObject { ["type"] = feedback.QuestionType, ["payload"] = score.ToString(CultureInfo.InvariantCulture) };
            if (!string.IsNullOrEmpty(request.FollowUp))
            {
                given["follow_up"] = new JsonObject { ["type"] = "free_form", ["payload"] = request.FollowUp };
            }

            answer = new() { ["feedback_screens"] = new JsonArray(new JsonObject { ["screen_id"] = 0, ["questions"] = new JsonObject { [feedback.QuestionId] = given } }) };
        }
        else
        {
            if (request.Score is not null || request.FollowUp is not null || request.Values is not { Count: > 0 } values || values.Any(v => !keys.Contains(v.Key) || v.Value.Length == 0 || !Fits(v.Value, ValueMax)))
            {
                return null;
            }

            answer = new()
            {
                ["screens"] = new JsonArray(new JsonObject
                {
                    ["screen_id"] = "0",
                    ["responses"] = new JsonArray([.. keys.Where(values.ContainsKey).Select(key => new JsonObject { ["key"] = key, ["value"] = values[key] })]),
                }),
            };
        }

        return JsonElement.Parse(answer.ToJsonString());
    }

    private static bool Fits(string text, int most) => GraphValue.CountCharacters(text) <= most && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'));

    private sealed record Found(PageId Page, Template Template, string Kind, DateTimeOffset OpenUntil);
}
