using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.People;

namespace Stoa.Payments.BetweenPeople;

/// <summary>How somebody stands: what they may send, their PIN, and whether they are frozen; what they and the operator change of it.</summary>
internal static class MoneyStanding
{
    private const int AppealMax = 1_000;
    private const int AppealsPage = 100;

    /// <param name="Tier">0: may not send; 1: usual; 2: identity proven.</param>
    /// <param name="PinFrom">From this amount on a payment needs the PIN.</param>
    public sealed record View(short Tier, Money DayMax, Money DayLeft, Money PinFrom, bool PinSet, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FrozenView? Frozen);

    public sealed record FrozenView(string Why, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset Since, bool Appealed);

    /// <param name="Password">Absent for people of the demo world, who have none.</param>
    public sealed record PinRequest(string Pin, string? Password = null);

    public sealed record AppealRequest(string Text);

    /// <param name="Freeze">Why their money is frozen, for them to read. Absent: as it was.</param>
    /// <param name="Free">It is not frozen any more.</param>
    /// <param name="Tier">Absent: as it was.</param>
    public sealed record StandingRequest(string? Freeze = null, bool Free = false, short? Tier = null);

    public sealed record Appeal(string Handle, string Why, string? Text, [property: JsonConverter(typeof(InstantJsonConverter))] DateTimeOffset FrozenAt);

    public sealed record Appeals([property: JsonPropertyName("frozen")] IReadOnlyList<Appeal> All);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/money/standing", ReadAsync).For(Audience.Person).ProducesProblem(400)
            .WithName("ReadMoneyStanding").WithTags("Money").WithSummary("What you may send, and your PIN.");
        routes.MapPut("/api/money/pin", SetPinAsync).For(Audience.Person).Accepts<PinRequest>("application/json").ProducesProblem(403).ProducesProblem(422)
            .WithName("SetMoneyPin").WithTags("Money").WithSummary("Choose the PIN for larger payments.");
        routes.MapPost("/api/money/appeal", AppealAsync).For(Audience.Person).Accepts<AppealRequest>("application/json").ProducesProblem(409)
            .WithName("AppealFreeze").WithTags("Money").WithSummary("Object to your money being frozen.");
        routes.MapPut("/admin/money/people/{handle}", ChangeAsync).For(Audience.Operator).Accepts<StandingRequest>("application/json").ProducesProblem(404)
            .WithName("ChangeMoneyStanding").WithTags("Operator").WithSummary("Freeze somebody's money, free it, or change their tier.");
        routes.MapGet("/admin/money/frozen", ListAsync).For(Audience.Operator)
            .WithName("ListFrozenMoney").WithTags("Operator").WithSummary("Whose money is frozen, those who object first.");
    }

    private static async Task<Ok<View>> ReadAsync(HttpContext context, Permits permits, CancellationToken cancellationToken, string currency = "EUR")
    {
        if (!Currency.TryOf(currency, out var of))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'currency' is an ISO 4217 code of three capital letters.", "Send EUR, or leave it out."));
        }

        var me = context.Person();
        var standing = await permits.ReadAsync(me, cancellationToken);
        var most = permits.DayMax(standing.Tier, of);
        var left = Math.Max(0, most - await permits.SentTodayAsync(me, of, cancellationToken));
        return TypedResults.Ok(new View(standing.Tier, new(most, of), new(left, of), new(permits.PinFrom(of), of), standing.HasPin,
            standing is { FrozenWhy: { } why, FrozenAt: { } since } ? new(why, new(since, TimeSpan.Zero), standing.AppealedAt is not null) : null));
    }

    private static async Task<NoContent> SetPinAsync(HttpContext context, NpgsqlDataSource database, ISecrets secrets, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, MoneyStandingJson.Default.PinRequest);
        if (request.Pin is not { Length: >= 4 and <= 8 } pin || pin.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "A PIN has 4 to 8 digits.", "Choose another."));
        }

        if (pin.Distinct().Count() < 2 || "01234567890".Contains(pin, StringComparison.Ordinal) || "09876543210".Contains(pin, StringComparison.Ordinal))
        {
            throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "pin_too_easy", "Choose a PIN", "One digit over and over, or digits in order, are tried first.", "Choose another."));
        }

        var me = context.Person();
        if (!await secrets.IsPasswordAsync(me, request.Password, cancellationToken))
        {
            throw new ProblemException(new(StatusCodes.Status403Forbidden, "password_wrong", "Choose a PIN", "This is not your password.", "Send the password that you sign in with."));
        }

        var hash = await secrets.HashAsync(pin, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.money_people (person, pin_hash) values (@me, @hash) on conflict (person) do update set pin_hash = @hash, pin_tries = 0, pin_locked_until = null",
            new { me = me.Value, hash }, cancellationToken: cancellationToken));
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> AppealAsync(HttpContext context, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, MoneyStandingJson.Default.AppealRequest);
        if (string.IsNullOrWhiteSpace(request.Text) || request.Text.Length > AppealMax || request.Text.Any(c => c == '\0'))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"'text' has 1 to {AppealMax} characters.", "Say in your words what is wrong with it."));
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var heard = await connection.ExecuteAsync(new CommandDefinition(
            "update payments.money_people set appeal = @Text, appealed_at = @now where person = @me and frozen_at is not null",
            new { request.Text, me = context.Person().Value, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
        return heard == 1 ? TypedResults.NoContent()
            : throw new ProblemException(new(StatusCodes.Status409Conflict, "not_frozen", "Object to a freeze", "Your money is not frozen.", "There is nothing to do."));
    }

    private static async Task<NoContent> ChangeAsync(string handle, HttpContext context, NpgsqlDataSource database, IPeople people, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, MoneyStandingJson.Default.StandingRequest);
        var why = request.Freeze;
        if (request.Tier is < 0 or > 2 || why is { Length: 0 or > AppealMax } || (why is not null && request.Free))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", "'tier' is 0, 1 or 2; 'freeze' is a reason; 'free' is the opposite of it.", "Correct them."));
        }

        var person = await people.FindByHandleAsync(handle, cancellationToken) ?? throw new ProblemException(Problem.NotFound("person_not_found", "person"));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.money_people (person) values (@person) on conflict do nothing;
            update payments.money_people set tier = coalesce(@tier::smallint, tier) where person = @person;
            update payments.money_people set frozen_at = case when @why::text is not null then coalesce(frozen_at, @now) end, frozen_why = @why, appeal = case when @why::text is not null then appeal end,
              appealed_at = case when @why::text is not null then appealed_at end
            where person = @person and @told
            """,
            new { person = person.Id.Value, tier = request.Tier, why, told = request.Free || why is not null, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Appeals>> ListAsync(NpgsqlDataSource database, IPeople people, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(long Person, string Why, string? Text, DateTime At)>(new CommandDefinition(
            "select person, frozen_why, appeal, frozen_at from payments.money_people where frozen_at is not null order by appealed_at nulls last, frozen_at limit @AppealsPage",
            new { AppealsPage }, cancellationToken: cancellationToken))).AsList();
        var cards = await people.FindAsync(rows.ConvertAll(r => new PersonId(r.Person)), cancellationToken);
        return TypedResults.Ok(new Appeals(rows.ConvertAll(r => new Appeal(cards.GetValueOrDefault(new(r.Person))?.Handle ?? "", r.Why, r.Text, new(r.At, TimeSpan.Zero)))));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MoneyStanding.PinRequest))]
[JsonSerializable(typeof(MoneyStanding.AppealRequest))]
[JsonSerializable(typeof(MoneyStanding.StandingRequest))]
internal sealed partial class MoneyStandingJson : JsonSerializerContext;
