using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;
using Stoa.Hosting.Live;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Checkout;
using Stoa.Payments.Desk;
using Stoa.Payments.Processors;

namespace Stoa.Payments.Purchases;

/// <summary>Loads purchases, lends them to one worker at a time, and stores what became of them together with the news of it.</summary>
internal sealed class PurchaseStore(NpgsqlDataSource database, TimeProvider time, ILiveHub live, OutboxWriter outbox)
{
    public async Task<PurchaseRow?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {PurchaseRow.Columns} from payments.purchases p where p.id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? PurchaseRow.Read(reader) : null;
    }

    /// <summary>As the payer sees it: another's purchase is not there.</summary>
    public async Task<PurchaseRow?> FindForAsync(PersonId person, Guid id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } row && row.Person == person ? row : null;

    /// <summary>As its merchant sees it, by its id or by the number of its payment events: another page's purchase is not there.</summary>
    public async Task<PurchaseRow?> FindForAsync(PageId page, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {PurchaseRow.Columns} from payments.purchases p where p.page = $1 and (p.id = $2 or p.payment_id = $3) limit 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.TryParse(id, out var uuid) ? uuid : Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = WireIds.TryParse(id, out var number) ? number : 0 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? PurchaseRow.Read(reader) : null;
    }

    /// <summary>A page's purchases, newest first.</summary>
    /// <param name="before">The id of the last one seen; null: from the newest.</param>
    public async Task<IReadOnlyList<PurchaseRow>> ListForAsync(PageId page, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {PurchaseRow.Columns} from payments.purchases p where p.page = $1 and ($2::uuid is null or p.id < $2) order by p.id desc limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PurchaseRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(PurchaseRow.Read(reader));
        }

        return rows;
    }

    /// <summary>Takes the purchase for work, unless somebody else has it.</summary>
    /// <returns>The row with the lease's fencing number; null when it is taken, or there is none.</returns>
    public async Task<PurchaseRow?> LeaseAsync(Guid id, TimeSpan lasts, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            update payments.purchases p set lease = lease + 1, lease_until = now() + $2
            where id = $1 and (lease_until is null or lease_until < now()) returning {PurchaseRow.Columns}
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = lasts });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? PurchaseRow.Read(reader) : null;
    }

    /// <exception cref="LeaseLostException">Another worker has taken over.</exception>
    public async Task RenewAsync(PurchaseRow row, TimeSpan lasts, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        Fence(row, await connection.ExecuteAsync(new CommandDefinition(
            "update payments.purchases set lease_until = now() + @lasts where id = @Id and lease = @Lease", new { lasts, row.Id, row.Lease }, cancellationToken: cancellationToken)));
    }

    /// <summary>Gives the purchase back and says when to look again.</summary>
    /// <param name="lookAt">Domain time; null: nothing is left to do.</param>
    /// <returns>False when somebody asked for a look in the meantime: it is due at once.</returns>
    public async Task<bool> ReleaseAsync(PurchaseRow row, DateTimeOffset? lookAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var nudged = await connection.ExecuteScalarAsync<bool?>(new CommandDefinition(
            """
            update payments.purchases
            set lease_until = null, looks = looks + 1, look_at = case when nudges = @Nudges then @lookAt else @now end
            where id = @Id and lease = @Lease returning nudges <> @Nudges
            """,
            new { row.Nudges, lookAt = lookAt?.UtcDateTime, now = time.GetUtcNow().UtcDateTime, row.Id, row.Lease }, cancellationToken: cancellationToken));
        Fence(row, nudged is null ? 0 : 1);
        return nudged is false;
    }

    /// <summary>Says that there is something to see of a purchase, whatever it is doing now.</summary>
    public async Task NudgeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.purchases set nudges = nudges + 1, look_at = @now where id = @id",
            new { id, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
    }

    /// <summary>Notes that the payer gives up, while a step of theirs is awaited.</summary>
    /// <returns>False in any other state.</returns>
    public async Task<bool> AskToCancelAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update payments.purchases set cancel_asked = true, nudges = nudges + 1, look_at = @now where id = @id and state = 'requires_action'",
            new { id, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Purchases that are due a look and that nobody works on.</summary>
    public async Task<IReadOnlyList<Guid>> ListDueAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from payments.purchases where look_at <= @now and (lease_until is null or lease_until < now()) order by look_at limit @limit",
            new { now = time.GetUtcNow().UtcDateTime, limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>
    /// Applies what was seen: in one transaction the state, the record of the observation, and the row that tells the thread. Then tells the payer.
    /// </summary>
    /// <returns>The purchase as it stands now, and whether the observation was applied.</returns>
    /// <exception cref="LeaseLostException">Another worker has taken over; nothing was written.</exception>
    /// <exception cref="PaidElsewhereException">A failed purchase turns out to be paid, and its button is being paid by another; nothing was written.</exception>
    public async Task<(PurchaseRow Row, Verdict Verdict)> ApplyAsync(PurchaseRow row, Observation seen, CancellationToken cancellationToken)
    {
        var (next, verdict) = row.Status.Apply(seen);
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "insert into payments.observations (purchase, seen, state_before, state_after, verdict, at) values (@Id, @seen, @before, @after, @verdict, @now) returning id",
            new { row.Id, seen = Describe(seen), before = Words.Of(row.Status.State), after = Words.Of(next.State), verdict = Words.Of(verdict), now = now.UtcDateTime },
            transaction, cancellationToken: cancellationToken));
        if (next != row.Status)
        {
            await UpdateAsync(connection, transaction, row, next, now, cancellationToken);
            if (next.IsPaid && !row.Status.IsPaid)
            {
                await OutboxWriter.WriteAsync(connection, transaction, TellThread.TopicName, row.Thread.Value, TellThread.PaidNews(row, now), cancellationToken);
            }

            if (next.RefundedMinor != row.Status.RefundedMinor)
            {
                await OutboxWriter.WriteAsync(connection, transaction, TellThread.TopicName, row.Thread.Value, TellThread.RefundNews(row, next, number, now), cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        if (next == row.Status)
        {
            return (row, verdict);
        }

        row = row with { Status = next, UpdatedAt = now, Looks = 0 };
        live.SendToPerson(row.Person, PurchaseView.FrameOf(row));
        outbox.Wake(TellThread.TopicName);
        return (row, verdict);
    }

    /// <summary>Notes how a dispute stands, and tells of it when it stands otherwise than before.</summary>
    public async Task NoteDisputeAsync(PurchaseRow row, DisputeStatus dispute, DateTimeOffset? answerBy, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            """
            update payments.purchases set disputed = true, dispute = @dispute, dispute_answer_by = coalesce(@answerBy, dispute_answer_by) where id = @Id and dispute is distinct from @dispute
            """, new { row.Id, dispute = Words.Of(dispute), answerBy = answerBy?.UtcDateTime }, transaction, cancellationToken: cancellationToken));
        if (changed == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "insert into payments.observations (purchase, seen, state_before, state_after, verdict, at) values (@Id, @seen, @state, @state, 'applied', @now) returning id",
            new { row.Id, seen = $"dispute {Words.Of(dispute)}", state = Words.Of(row.Status.State), now = now.UtcDateTime }, transaction, cancellationToken: cancellationToken));
        await TellDesk.WriteAsync(connection, transaction, row, dispute, answerBy, number, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake(TellDesk.TopicName);
    }

    /// <summary>What a key of this person stands for already; null for a new key.</summary>
    /// <exception cref="ProblemException">422 <c>key_reused</c>: it stands for another request.</exception>
    public async Task<PurchaseRow?> FindByKeyAsync(PersonId person, Guid key, byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(byte[] Hash, Guid Purchase)>(new CommandDefinition(
            "select request_hash, purchase from payments.purchase_keys where person = @person and key = @key",
            new { person = person.Value, key }, cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
        {
            return null;
        }

        return rows[0].Hash.AsSpan().SequenceEqual(requestHash)
            ? await FindAsync(rows[0].Purchase, cancellationToken)
            : throw new ProblemException(new(StatusCodes.Status422UnprocessableEntity, "key_reused", "Pay", $"The key {key} was used for another purchase.",
                "Make a new key for each time the pay sheet opens, and keep it for repeats of the same request."));
    }

    /// <summary>Stores a new purchase under the payer's key, or finds what the key or the button already stands for.</summary>
    /// <returns>The purchase and whether it is new.</returns>
    /// <exception cref="ProblemException">422 <c>key_reused</c>.</exception>
    public async Task<(PurchaseRow Row, bool Created)> CreateAsync(NewPurchase purchase, Guid key, byte[] requestHash, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindByKeyAsync(purchase.Person, key, requestHash, cancellationToken) is { } known)
            {
                return (known, false);
            }

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (purchase.Price.Quote is { } quote && !await QuoteStore.HoldsAsync(connection, transaction, purchase.Person, quote, cancellationToken))
            {
                // Another device of theirs asked for a newer price in the meantime.
                throw PriceToPay.Outdated(quote);
            }

            var created = await InsertAsync(connection, transaction, purchase, cancellationToken);
            var id = created ?? await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                """
                select id from payments.purchases
                where thread = @thread and seq = @Seq and coalesce(element, -1) = coalesce(@Element::smallint, -1::smallint) and button = @Button::smallint and state <> 'failed'
                """,
                new { thread = purchase.Thread.Value, purchase.Seq, purchase.Element, purchase.Button }, transaction, cancellationToken: cancellationToken));
            if (id is null)
            {
                // The one that stood in the way failed between the two statements: room for another.
                continue;
            }

            var bound = await connection.ExecuteAsync(new CommandDefinition(
                "insert into payments.purchase_keys (person, key, request_hash, purchase) values (@person, @key, @requestHash, @id) on conflict do nothing",
                new { person = purchase.Person.Value, key, requestHash, id }, transaction, cancellationToken: cancellationToken));
            if (bound == 0)
            {
                // The same key arrived twice at once; the other was first and decides.
                continue;
            }

            await transaction.CommitAsync(cancellationToken);
            return await FindAsync(id.Value, cancellationToken) is { } stored
                ? (stored, created is not null)
                : throw new InvalidOperationException($"Purchase {id} was stored and is not there.");
        }
    }

    private static async Task UpdateAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PurchaseRow row, Purchase next, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            Fence(row, await connection.ExecuteAsync(new CommandDefinition(
                """
                update payments.purchases
                set state = @state, failure = @failure, action_url = @ActionUrl, refunded_minor = @RefundedMinor, updated_at = @now, looks = 0, look_at = @now
                where id = @Id and lease = @Lease
                """,
                new
                {
                    row.Id,
                    row.Lease,
                    next.ActionUrl,
                    next.RefundedMinor,
                    state = Words.Of(next.State),
                    failure = next.Failure is { } failure ? Words.Of(failure) : null,
                    now = now.UtcDateTime,
                }, transaction, cancellationToken: cancellationToken)));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation && row.Status.State == PurchaseState.Failed)
        {
            throw new PaidElsewhereException(row.Id, exception);
        }
    }

    private async Task<Guid?> InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, NewPurchase purchase, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var command = new NpgsqlCommand(
            """
            insert into payments.purchases (
              id, person, thread, seq, element, button, page, merchant_name, payload, requested_user_info, lines, amount_minor, currency, is_test,
              method_kind, method, method_brand, method_last4, processor, state, created_at, updated_at, look_at, quote, shipping, details)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'created', $20, $20, $20, $21, $22, $23)
            on conflict (thread, seq, coalesce(element, -1), button) where state <> 'failed' do nothing returning id
            """, connection, transaction);
        var button = purchase.Offer;
        object?[] values =
        [
            Guid.CreateVersion7(), purchase.Person.Value, purchase.Thread.Value, purchase.Seq, (short?)purchase.Element, (short)purchase.Button, purchase.Page.Value, purchase.MerchantName,
            button.Payload, button.RequestedUserInfo.ToArray(), null, purchase.Price.Amount.AmountMinor, purchase.Price.Amount.Currency.Code, button.IsTest,
            purchase.Method.Kind, purchase.Method.Id, purchase.Method.Brand, purchase.Method.Last4, purchase.Method.Processor, now, purchase.Price.Quote, null, null,
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        command.Parameters[10] = Json(JsonSerializer.Serialize([.. purchase.Price.Lines], PaymentsJson.Default.ListPriceLine));
        command.Parameters[21] = Json(purchase.Price.Shipping is { } shipping ? JsonSerializer.Serialize(shipping, CheckoutJson.Default.ShippingChoice) : null);
        command.Parameters[22] = Json(purchase.Price.Details is { } details ? JsonSerializer.Serialize(details, CheckoutJson.Default.PayerDetails) : null);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static NpgsqlParameter Json(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    // Kinds and codes only: what is recorded for ever holds nothing personal, and no address of a challenge.
    private static string Describe(Observation seen) => seen switch
    {
        Observation.Begun => "begun",
        Observation.MerchantAnswered { Outcome: var outcome } => $"merchant {Words.Of(outcome)}",
        Observation.PaymentIs { Status: var status, Failure: { } failure } => $"payment {Words.Of(status)} {Words.Of(failure)}",
        Observation.PaymentIs { Status: var status, RefundedMinor: > 0 and var back } => $"payment {Words.Of(status)}, {back} back",
        Observation.PaymentIs { Status: var status } => $"payment {Words.Of(status)}",
        Observation.OutcomeUnclear => "outcome unclear",
        _ => "never received",
    };

    private static void Fence(PurchaseRow row, int rows)
    {
        if (rows == 0)
        {
            throw new LeaseLostException(row.Id);
        }
    }
}

/// <summary>What a payer agreed to, ready to be stored.</summary>
internal sealed record NewPurchase(
    PersonId Person, ThreadId Thread, long Seq, int? Element, int Button, PageId Page, string MerchantName, PaymentButton Offer, AgreedPrice Price, ChosenMethod Method);

/// <param name="Kind"><c>card</c> or <c>balance</c>; the rest belongs to a card.</param>
internal sealed record ChosenMethod(string Kind, Guid? Id = null, string? Brand = null, string? Last4 = null, string? Processor = null)
{
    public static ChosenMethod Balance { get; } = new("balance");
}

/// <summary>A worker was silent for longer than its lease, and another took the purchase over. What this one knows is out of date.</summary>
internal sealed class LeaseLostException(Guid purchase) : Exception($"Another worker has taken purchase {purchase} over.");

/// <summary>A purchase that had failed was charged after all, while the same button is being paid, or is paid, by another purchase.</summary>
internal sealed class PaidElsewhereException(Guid purchase, Exception inner) : Exception($"The button of purchase {purchase} is paid by another.", inner);
