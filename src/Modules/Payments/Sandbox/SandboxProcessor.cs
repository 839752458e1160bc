using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Sandbox;

/// <summary>A processor that is built in and moves nothing. It keeps its own books in its own transactions, as if it were far away.</summary>
internal sealed partial class SandboxProcessor(NpgsqlDataSource database, PayOrigin origin, TimeProvider time) : IProcessor
{
    public const string ProcessorName = "sandbox";
    public const string SignatureHeader = "Sandbox-Signature";
    private static readonly TimeSpan payerHas = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan late = TimeSpan.FromSeconds(4);

    public string Name => ProcessorName;

    public ProcessorTraits Traits { get; } = new(ResendsFor: TimeSpan.FromSeconds(10), FindsWithin: TimeSpan.FromSeconds(15));

    public Task<IReadOnlyDictionary<string, string>?> BeginSaveAsync(PersonId customer, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>?>(new Dictionary<string, string> { ["cardUrl"] = origin.Url(SandboxPages.CardPath) });

    public async Task<SavedCard?> SaveAsync(string token, PersonId customer, CancellationToken cancellationToken)
    {
        if (SandboxToken.Read(token) is not { } card)
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.sandbox_cards (ref, customer, token, brand, last4, exp_month, exp_year)
            values (@cardRef, @customer, @Id, @Brand, @Last4, @ExpMonth, @ExpYear) on conflict do nothing
            """,
            new { cardRef = NewRef("card"), customer = customer.Value, card.Id, card.Brand, card.Last4, card.ExpMonth, card.ExpYear }, cancellationToken: cancellationToken));
        return await connection.QuerySingleOrDefaultAsync<SavedCard>(new CommandDefinition(
            """
            select ref, brand, last4, exp_month::int as ExpMonth, exp_year::int as ExpYear from payments.sandbox_cards
            where token = @Id and customer = @customer and deleted_at is null and (brand, last4, exp_month, exp_year) = (@Brand, @Last4, @ExpMonth, @ExpYear)
            """,
            new { card.Id, customer = customer.Value, card.Brand, card.Last4, card.ExpMonth, card.ExpYear }, cancellationToken: cancellationToken));
    }

    public async Task DeleteSavedAsync(string cardRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.sandbox_cards set deleted_at = @now where ref = @cardRef and deleted_at is null", new { cardRef, now = Now }, cancellationToken: cancellationToken));
    }

    public async Task<ProcessorAnswer> ChargeAsync(ChargeRequest charge, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QuerySingleOrDefaultAsync<CardRow>(new CommandDefinition(
            "select brand, last4, exp_month as ExpMonth, exp_year as ExpYear, deleted_at is not null as Deleted from payments.sandbox_cards where ref = @CardRef",
            new { charge.CardRef }, transaction, cancellationToken: cancellationToken)) is not { } card)
        {
            return new ProcessorAnswer.Refused("card_unknown");
        }

        var behaviour = SandboxCards.BehaviourOf(card.Brand, card.Last4);
        if (behaviour == SandboxBehaviour.LosesTheRequest)
        {
            return ProcessorAnswer.Unclear.Instance;
        }

        var hash = HashOf($"charge|{charge.Reference}|{charge.CardRef}|{charge.Amount}|{charge.Capture}");
        var (status, failure) = Decide(behaviour, card, charge.Capture);
        var challenge = status == PaymentStatus.RequiresAction ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : null;
        var inserted = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.sandbox_payments (
              ref, request_key, request_hash, reference, card, amount_minor, currency, status, failure, captured_minor, challenge, challenge_expires_at, created_at)
            values (@paymentRef, @RequestKey, @hash, @Reference, @CardRef, @amount, @currency, @status, @failure, @captured, @challenge, @expires, @now)
            on conflict (request_key) do nothing
            """,
            new
            {
                paymentRef = NewRef("pay"),
                charge.RequestKey,
                hash,
                charge.Reference,
                charge.CardRef,
                amount = charge.Amount.AmountMinor,
                currency = charge.Amount.Currency.Code,
                status = Words.Of(status),
                failure,
                captured = status == PaymentStatus.Captured ? charge.Amount.AmountMinor : 0,
                challenge,
                expires = challenge is null ? (DateTime?)null : Now + payerHas,
                now = Now,
            }, transaction, cancellationToken: cancellationToken));
        var stored = await connection.QuerySingleAsync<(string Ref, byte[] Hash)>(new CommandDefinition(
            "select ref, request_hash from payments.sandbox_payments where request_key = @RequestKey", new { charge.RequestKey }, transaction, cancellationToken: cancellationToken));
        if (!stored.Hash.AsSpan().SequenceEqual(hash))
        {
            return new ProcessorAnswer.Refused("key_reused");
        }

        if (inserted == 1)
        {
            await PlanAsync(connection, transaction, stored.Ref, behaviour, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return inserted == 1 && behaviour == SandboxBehaviour.LosesTheAnswer ? ProcessorAnswer.Unclear.Instance : await GetAsync(stored.Ref, cancellationToken);
    }

    public Task<ProcessorAnswer> CaptureAsync(string requestKey, string paymentRef, long amountMinor, CancellationToken cancellationToken) =>
        ChangeOnceAsync(requestKey, paymentRef, $"capture|{paymentRef}|{amountMinor}",
            payment => payment.Status != PaymentStatus.Authorised ? "not_capturable" : amountMinor < 1 || amountMinor > payment.Amount.AmountMinor ? "exceeds" : null,
            "status = 'captured', captured_minor = @amountMinor", amountMinor, cancellationToken);

    public async Task<ProcessorAnswer> VoidAsync(string paymentRef, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update payments.sandbox_payments set status = 'voided' where ref = @paymentRef and status in ('requires_action', 'authorised')",
                new { paymentRef }, cancellationToken: cancellationToken));
        }

        return await GetAsync(paymentRef, cancellationToken);
    }

    public async Task<ProcessorAnswer> RefundAsync(RefundRequest refund, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var card = await connection.QuerySingleOrDefaultAsync<(string Brand, string Last4)?>(new CommandDefinition(
            """
            select c.brand, c.last4 from payments.sandbox_payments p join payments.sandbox_cards c on c.ref = p.card where p.ref = @PaymentRef for update of p
            """, new { refund.PaymentRef }, transaction, cancellationToken: cancellationToken));
        if (card is null || await FindAsync(connection, transaction, "p.ref = @value", refund.PaymentRef, cancellationToken) is not { } payment)
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        var hash = HashOf($"refund|{refund.PaymentRef}|{refund.Reference}|{refund.Amount}");
        if (await connection.QuerySingleOrDefaultAsync<(string Ref, byte[] Hash)?>(new CommandDefinition(
            "select ref, request_hash from payments.sandbox_refunds where request_key = @RequestKey", new { refund.RequestKey }, transaction, cancellationToken: cancellationToken)) is var (known, knownHash))
        {
            return knownHash.AsSpan().SequenceEqual(hash) ? await FindRefundAsync(connection, transaction, "ref = @value", known, cancellationToken) : new ProcessorAnswer.Refused("key_reused");
        }

        var left = payment.CapturedMinor - payment.RefundedMinor;
        var back = refund.Amount?.AmountMinor ?? left;
        if (back < 1 || back > left)
        {
            return new ProcessorAnswer.Refused("exceeds");
        }

        var behaviour = SandboxCards.BehaviourOf(card.Value.Brand, card.Value.Last4);
        var made = NewRef("ref");
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.sandbox_refunds (ref, request_key, request_hash, reference, payment, amount_minor, status, created_at)
            values (@made, @RequestKey, @hash, @Reference, @PaymentRef, @back, @status, @now);
            update payments.sandbox_payments set refunded_minor = refunded_minor + @back, status = case when refunded_minor + @back = captured_minor then 'refunded' else status end
            where ref = @PaymentRef
            """,
            new { made, refund.RequestKey, hash, refund.Reference, refund.PaymentRef, back, status = behaviour == SandboxBehaviour.RefundsLate ? "pending" : "succeeded", now = Now },
            transaction, cancellationToken: cancellationToken));
        var (becomes, after) = behaviour switch
        {
            SandboxBehaviour.RefundsLate => ("refund_succeeded", late),
            SandboxBehaviour.RefundFailsLater => ("refund_failed", late),
            _ => ((string?)null, TimeSpan.Zero),
        };
        await SandboxEvents.PlanAsync(connection, transaction, refund.PaymentRef, becomes, Now + after, copies: 1, cancellationToken, made);
        await transaction.CommitAsync(cancellationToken);
        return await FindRefundAsync(refund, made, cancellationToken);
    }

    public async Task<ProcessorAnswer> FindRefundAsync(RefundRequest refund, string? refundRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindRefundAsync(connection, null, refundRef is null ? "reference = @value" : "ref = @value", refundRef ?? refund.Reference, cancellationToken);
    }

    public async Task<ProcessorAnswer> GetAsync(string paymentRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, null, "p.ref = @value", paymentRef, cancellationToken) is { } payment ? new ProcessorAnswer.Known(payment) : new ProcessorAnswer.Refused("not_found");
    }

    public async Task<ProcessorAnswer> FindByReferenceAsync(string reference, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, null, "p.reference = @value", reference, cancellationToken) is { } payment ? new ProcessorAnswer.Known(payment) : new ProcessorAnswer.Refused("not_found");
    }

    public async Task<ProcessorAnswer> SendOneUnitAsync(CancellationToken cancellationToken)
    {
        var token = new SandboxToken(Guid.NewGuid().ToString("N"), "visa", "4242", 12, 2099).ToString();
        var card = await SaveAsync(token, PersonId.New(), cancellationToken);
        var key = Guid.NewGuid().ToString();
        var charged = await ChargeAsync(new(key, key, card?.Ref ?? "", new(1_00, Currency.Eur)), cancellationToken);
        return charged is ProcessorAnswer.Known { Payment.Ref: var made } ? await RefundAsync(new($"{key}/back", key, made, null), cancellationToken) : charged;
    }

    public async Task<ProcessorEvent?> ParseWebhookAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        var expected = await SignAsync(call.Body, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(call.Header(SignatureHeader) ?? ""), Encoding.ASCII.GetBytes(expected)))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(call.Body.Span, SandboxJson.Default.ProcessorEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The signature of a webhook: HMAC-SHA256 under a secret that this database made for itself.</summary>
    public async Task<string> SignAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var secret = await connection.QuerySingleAsync<byte[]>(new CommandDefinition("select webhook_secret from payments.sandbox_secret", cancellationToken: cancellationToken));
        return $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(secret, body.Span))}";
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private (PaymentStatus Status, string? Failure) Decide(SandboxBehaviour behaviour, CardRow card, CaptureMode capture)
    {
        if (card.Deleted)
        {
            return (PaymentStatus.Failed, "declined");
        }

        // A card is good to the end of its month.
        var expired = new DateTime(card.ExpYear, card.ExpMonth, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1) <= Now;
        return behaviour switch
        {
            _ when expired => (PaymentStatus.Failed, "expired_card"),
            SandboxBehaviour.IsDeclined => (PaymentStatus.Failed, "declined"),
            SandboxBehaviour.LacksFunds => (PaymentStatus.Failed, "insufficient_funds"),
            SandboxBehaviour.HasExpired => (PaymentStatus.Failed, "expired_card"),
            SandboxBehaviour.AsksThePayer => (PaymentStatus.RequiresAction, null),
            SandboxBehaviour.TellsLateAndTwice => (PaymentStatus.Processing, null),
            _ => (capture == CaptureMode.Automatic ? PaymentStatus.Captured : PaymentStatus.Authorised, null),
        };
    }

    // What comes of its own accord. An answered charge is told of as well: webhooks often overtake answers.
    private async Task PlanAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string paymentRef, SandboxBehaviour behaviour, CancellationToken cancellationToken)
    {
        var (becomes, after, copies) = behaviour switch
        {
            SandboxBehaviour.TellsLateAndTwice => ("captured", late, 2),
            SandboxBehaviour.IsDisputed => ("disputed", late, 1),
            SandboxBehaviour.AsksThePayer => ("challenge_over", payerHas, 1),
            _ => ((string?)null, TimeSpan.Zero, 1),
        };
        await SandboxEvents.PlanAsync(connection, transaction, paymentRef, becomes, Now + after, copies, cancellationToken);
    }

    private async Task<ProcessorAnswer> ChangeOnceAsync(
        string requestKey, string paymentRef, string content, Func<ProcessorPayment, string?> refuse, string change, long? amountMinor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "select from payments.sandbox_payments where ref = @paymentRef for update", new { paymentRef }, transaction, cancellationToken: cancellationToken));
        if (await FindAsync(connection, transaction, "p.ref = @value", paymentRef, cancellationToken) is not { } payment)
        {
            return new ProcessorAnswer.Refused("not_found");
        }

        var hash = HashOf(content);
        if (await connection.QuerySingleOrDefaultAsync<byte[]>(new CommandDefinition(
            "select request_hash from payments.sandbox_operations where request_key = @requestKey", new { requestKey }, transaction, cancellationToken: cancellationToken)) is { } known)
        {
            return known.AsSpan().SequenceEqual(hash) ? new ProcessorAnswer.Known(payment) : new ProcessorAnswer.Refused("key_reused");
        }

        if (refuse(payment) is { } code)
        {
            return new ProcessorAnswer.Refused(code);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "insert into payments.sandbox_operations (request_key, request_hash, payment) values (@requestKey, @hash, @paymentRef)",
            new { requestKey, hash, paymentRef }, transaction, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            $"update payments.sandbox_payments set {change} where ref = @paymentRef", new { paymentRef, amountMinor }, transaction, cancellationToken: cancellationToken));
        await SandboxEvents.PlanAsync(connection, transaction, paymentRef, null, Now, copies: 1, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return await GetAsync(paymentRef, cancellationToken);
    }

    private async Task<ProcessorPayment?> FindAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string where, string value, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PaymentRow>(new CommandDefinition(
            $"""
            select p.ref, p.reference, p.amount_minor as AmountMinor, p.currency, p.status, p.failure, p.captured_minor as CapturedMinor, p.refunded_minor as RefundedMinor,
              case when p.disputed then coalesce(p.dispute, 'needs_response') else 'none' end as dispute, p.challenge
            from payments.sandbox_payments p where {where} order by p.created_at limit 1
            """, new { value }, transaction, cancellationToken: cancellationToken));
        return row is null ? null : new(
            row.Ref, row.Reference, new(row.AmountMinor, Currency.Of(row.Currency)), Words.Read<PaymentStatus>(row.Status), row.Failure,
            row is { Status: "requires_action", Challenge: { } challenge } ? origin.Url(SandboxPages.ChallengePathOf(challenge)) : null,
            row.CapturedMinor, row.RefundedMinor, Words.Read<DisputeStatus>(row.Dispute));
    }

    private static async Task<ProcessorAnswer> FindRefundAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string where, string value, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Ref, long AmountMinor, string Status)?>(new CommandDefinition(
            $"select ref, amount_minor, status from payments.sandbox_refunds where {where} order by created_at limit 1", new { value }, transaction, cancellationToken: cancellationToken));
        return row is var (found, amount, status) ? new ProcessorAnswer.KnownRefund(new(found, amount, Words.Read<RefundStatus>(status))) : new ProcessorAnswer.Refused("not_found");
    }

    private static string NewRef(string kind) => $"sbx_{kind}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    private static byte[] HashOf(string content) => SHA256.HashData(Encoding.UTF8.GetBytes(content));

    private sealed record CardRow(string Brand, string Last4, short ExpMonth, short ExpYear, bool Deleted);

    private sealed record PaymentRow(
        string Ref, string Reference, long AmountMinor, string Currency, string Status, string? Failure, long CapturedMinor, long RefundedMinor, string Dispute, string? Challenge);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProcessorEvent))]
[JsonSerializable(typeof(SandboxPages.Decision))]
internal sealed partial class SandboxJson : JsonSerializerContext;
