using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.Requests;
using Stoa.Hosting.SignIn;
using Stoa.People.Names;
using Stoa.People.Search;

namespace Stoa.People.Profile;

/// <summary><c>PATCH /api/me</c>: what is left out stays as it is.</summary>
internal static class ChangeMe
{
    public sealed record ChangeMeRequest(string? Name = null, string? Locale = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/api/me", HandleAsync).For(Audience.Person)
            .WithName("changeMe").WithTags("People").WithSummary("Change my name or language")
            .Accepts<ChangeMeRequest>("application/json").ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Me>, ProblemHttpResult>> HandleAsync(
        HttpContext context, IPeople people, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync(context, PeopleJson.Default.ChangeMeRequest);
        var errors = new RequestErrors();
        var name = request.Name is null ? null : errors.Take<string>("name", DisplayName.TryClean(request.Name, out var cleaned, out var lie) ? cleaned : null, lie);
        var locale = request.Locale is null ? null : errors.Take("locale", Locales.Canonical(request.Locale), "is no BCP 47 language tag such as 'en' or 'pl-PL'");
        if (errors.AsProblem("Change my profile") is { } problem)
        {
            return problem.AsResult();
        }

        var me = context.Person();
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var handle = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
                "update people.people set name = coalesce(@name, name), locale = coalesce(@locale, locale) where id = @Value returning handle",
                new { name, locale, me.Value }, transaction, cancellationToken: cancellationToken));
            if (name is not null && handle is not null)
            {
                await SearchWords.WriteAsync(connection, transaction, me, handle, name, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return TypedResults.Ok(Me.Of((await people.FindAsync([me], cancellationToken))[me]));
    }
}
