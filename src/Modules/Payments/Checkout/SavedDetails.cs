using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.Threads;

namespace Stoa.Payments.Checkout;

/// <summary>What a person wants kept for the next purchase: only what they asked to keep, and until they take it back.</summary>
internal sealed class SavedDetails(NpgsqlDataSource database, IBusinessThreads people, TimeProvider time)
{
    /// <param name="Saved">False: nothing is kept, and <paramref name="Name"/> is what they are called here.</param>
    public sealed record View(
        bool Saved,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Phone,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AddressView? Address);

    public sealed record AddressView(
        string Street1, string City, string PostalCode, string Country,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Street2,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? State,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name)
    {
        public static AddressView? Of(PostalAddress? address) =>
            address is null ? null : new(address.Street1, address.City, address.PostalCode, address.Country, address.Street2, address.State, address.Name);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/payment-details", async Task<Ok<View>> (HttpContext context, SavedDetails saved, CancellationToken cancellationToken) =>
                TypedResults.Ok(await saved.ReadAsync(context.Person(), cancellationToken)))
            .For(Audience.Person).WithName("GetPaymentDetails").WithTags("Payments").WithSummary("Name, mail, phone and address that you keep for purchases.");
        routes.MapPut("/api/payment-details", async Task<NoContent> (HttpContext context, SavedDetails saved, CancellationToken cancellationToken) =>
            {
                var details = CleanDetails.Of(await CardFreeBody.ReadAsync(context, CheckoutJson.Default.PayerDetails));
                await saved.SaveAsync(context.Person(), details, cancellationToken);
                return TypedResults.NoContent();
            })
            .For(Audience.Person).Accepts<PayerDetails>("application/json").ProducesProblem(400).WithName("SavePaymentDetails").WithTags("Payments").WithSummary("Keep them for next time, in place of what was kept.");
        routes.MapDelete("/api/payment-details", async Task<NoContent> (HttpContext context, SavedDetails saved, CancellationToken cancellationToken) =>
            {
                await saved.ForgetAsync(context.Person(), cancellationToken);
                return TypedResults.NoContent();
            })
            .For(Audience.Person).WithName("ForgetPaymentDetails").WithTags("Payments").WithSummary("Forget them. What went with a purchase stays with it.");
    }

    private async Task<View> ReadAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stored = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select details from payments.payer_details where person = @person", new { person = person.Value }, cancellationToken: cancellationToken));
        var details = stored is null ? null : JsonSerializer.Deserialize(stored, CheckoutJson.Default.PayerDetails);
        return new(details is not null, details?.Name ?? (await people.FindProfileAsync(person, cancellationToken))?.Name, details?.Email, details?.Phone, AddressView.Of(details?.Address));
    }

    private async Task SaveAsync(PersonId person, PayerDetails details, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.payer_details (person, details, updated_at) values (@person, @details::jsonb, @now)
            on conflict (person) do update set details = excluded.details, updated_at = excluded.updated_at
            """,
            new { person = person.Value, details = JsonSerializer.Serialize(details, CheckoutJson.Default.PayerDetails), now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
    }

    private async Task ForgetAsync(PersonId person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("delete from payments.payer_details where person = @person", new { person = person.Value }, cancellationToken: cancellationToken));
    }
}
