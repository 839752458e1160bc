using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Hosting.SignIn;
using Stoa.Kernel;
using Stoa.Payments.Guards;
using Stoa.Wallet;

namespace Stoa.Payments.BetweenPeople;

/// <summary>Sends money to somebody who has not joined yet: it is put aside for whoever comes with the link, and returns when nobody does.</summary>
internal sealed class SendByLink(
    MoneyStore store, AdvanceMoney advance, ILedger ledger, Permits permits, MoneyViews views, TimeProvider time, IOptions<PaymentsOptions> payments, IOptions<BetweenPeopleOptions> options)
{
    private const int SecretLeast = 22;
    private const int SecretMost = 128;

    /// <param name="Secret">Made by the client, at least 128 random bits in letters, digits, <c>-</c> and <c>_</c>; it stands in the link, and is not kept.</param>
    public sealed record Request(Guid Key, string Secret, Money Amount, string? Note = null, string? Pin = null);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/money/links", async Task<Results<Created<MoneyView>, Ok<MoneyView>>> (HttpContext context, SendByLink send, CancellationToken cancellationToken) =>
            {
                var request = await CardFreeBody.ReadAsync(context, SendByLinkJson.Default.Request);
                var (view, created) = await send.RunAsync(context.Person(), request, cancellationToken);
                return created ? TypedResults.Created($"/api/money?ids={view.Id}", view) : TypedResults.Ok(view);
            })
            .For(Audience.Person).Accepts<Request>("application/json").ProducesProblem(422)
            .WithName("SendByLink").WithTags("Money").WithSummary("Send money to somebody who has not joined yet.");
        routes.MapGet("/api/money/links", async Task<Ok<MoneyView.Items>> (HttpContext context, MoneyStore store, MoneyViews views, CancellationToken cancellationToken) =>
                TypedResults.Ok(new MoneyView.Items(await views.OfAsync(await store.ListUnclaimedAsync(context.Person(), cancellationToken), [], [], cancellationToken))))
            .For(Audience.Person)
            .WithName("ListLinks").WithTags("Money").WithSummary("What you sent by link and nobody has claimed, newest first, at most 100.");
    }

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static bool IsSecret(string? secret) => secret is { Length: >= SecretLeast and <= SecretMost } && secret.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public async Task<(MoneyView View, bool Created)> RunAsync(PersonId sender, Request request, CancellationToken cancellationToken)
    {
        var id = Wishes.IdOf("payments.money-link/1", sender, request.Key);
        var note = Wishes.CleanNote(request.Note);
        if (!IsSecret(request.Secret))
        {
            throw new ProblemException(Problem.Invalid("invalid_request", $"'secret' has {SecretLeast} to {SecretMost} letters, digits, '-' and '_'.", "Make it of at least 128 random bits."));
        }

        var claim = HashOf(request.Secret);
        var hash = Wishes.HashOf(1, Convert.ToHexString(claim), request.Amount.AmountMinor, request.Amount.Currency, note);
        if (await store.FindTransferAsync(id, cancellationToken) is { } known)
        {
            return (await FinishAsync(known, hash, request.Key, cancellationToken), false);
        }

        Wishes.CheckAmount(request.Amount, payments.Value.AmountMinorMax);
        var balance = await ledger.ReadBalanceAsync(new Account(AccountKind.Person, sender.Value, request.Amount.Currency), cancellationToken);
        if (balance.Available.AmountMinor < request.Amount.AmountMinor)
        {
            throw MoneyProblems.TooLittle(request.Amount).AsException();
        }

        await permits.AskAsync(sender, request.Amount, request.Pin, cancellationToken);
        var wanted = new TransferRow(id, hash, sender.Value, null, null, request.Amount.AmountMinor, request.Amount.Currency.Code, note, null, null, "created", null, null, 1, default, default,
            WireIds.New(), claim, time.GetUtcNow().UtcDateTime + options.Value.LinkLasts);
        var stored = await store.BeginAsync(wanted, permits.UnderLock(sender, request.Amount, id, cancellationToken), cancellationToken);
        return (await FinishAsync(stored, hash, request.Key, cancellationToken), true);
    }

    private async Task<MoneyView> FinishAsync(TransferRow row, byte[] hash, Guid key, CancellationToken cancellationToken)
    {
        if (!row.RequestHash.AsSpan().SequenceEqual(hash))
        {
            throw MoneyProblems.KeyReused(key).AsException();
        }

        row = await advance.TransferAsync(row, cancellationToken);
        return row.State == SendingState.Failed ? throw MoneyProblems.TooLittle(row.Amount).AsException() : await views.OfAsync(row, cancellationToken);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SendByLink.Request))]
internal sealed partial class SendByLinkJson : JsonSerializerContext;
