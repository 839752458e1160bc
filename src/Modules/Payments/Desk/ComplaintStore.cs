using Dapper;
using Npgsql;
using Stoa.Hosting.Outbox;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Payments.Purchases;

namespace Stoa.Payments.Desk;

/// <summary>Complaints, each change stored together with the news of it, under the purchase's row lock.</summary>
internal sealed class ComplaintStore(NpgsqlDataSource database, TimeProvider time, OutboxWriter outbox)
{
    public const int ComplaintsMax = 10;
    private static readonly TimeSpan businessAnswersWithin = TimeSpan.FromDays(7);

    private const string Columns =
        """
        c.id, c.purchase, c.wants, c.amount_minor as AmountMinor, p.currency, c.note, c.state, c.answer, c.refund, c.answer_by as AnswerBy, c.created_at as CreatedAt,
        c.updated_at as UpdatedAt, c.request_hash as RequestHash, c.answer_hash as AnswerHash
        """;

    private const string From = "payments.complaints c join payments.purchases p on p.id = c.purchase";

    /// <summary>Stores a complaint, or finds what its id stands for already.</summary>
    /// <exception cref="ProblemException">409 <c>nothing_paid</c>, <c>complaint_open</c>, <c>too_many_complaints</c>; 422 <c>key_reused</c>, <c>refund_exceeds</c>.</exception>
    public async Task<(Complaint Complaint, bool Created)> CreateAsync(
        PurchaseRow purchase, Guid id, Wanted wants, long? amountMinor, string note, byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (state, refunded) = await connection.QuerySingleAsync<(string, long)>(new CommandDefinition(
            "select state, refunded_minor from payments.purchases where id = @Id for no key update", new { purchase.Id }, transaction, cancellationToken: cancellationToken));
        var all = await ListAsync(connection, transaction, purchase.Id, cancellationToken);
        if (all.FirstOrDefault(row => row.Id == id) is { } known)
        {
            return known.RequestHash.AsSpan().SequenceEqual(requestHash) ? (Read(known), false) : throw Conflict(422, "key_reused", "This key was used for another complaint.", "Make a new key for each.");
        }

        if (!new Purchase(Words.Read<PurchaseState>(state)).IsPaid)
        {
            throw Conflict(409, "nothing_paid", $"The purchase is {state}: nothing was paid.", "Wait for its end, or write to the business.");
        }

        if (all.Any(row => row.State == "open"))
        {
            throw Conflict(409, "complaint_open", "One about this purchase is open already.", "Wait for the answer, or withdraw it and ask anew.");
        }

        if (all.Count >= ComplaintsMax)
        {
            throw Conflict(409, "too_many_complaints", $"There were {ComplaintsMax} about this purchase.", "Write to the business, or ask your bank.");
        }

        var left = purchase.Amount.AmountMinor - refunded;
        if (wants == Wanted.Refund && (left == 0 || amountMinor > left))
        {
            throw Conflict(422, "refund_exceeds", $"Of {purchase.Amount} paid, {purchase.Amount with { AmountMinor = left }} can still go back.", "Ask for at most that.");
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into payments.complaints (purchase, id, request_hash, page, wants, amount_minor, note, state, answer_by, created_at, updated_at)
            values (@purchase, @id, @requestHash, @page, @wants, @amountMinor, @note, 'open', @answerBy, @now, @now)
            """,
            new
            {
                purchase = purchase.Id,
                id,
                requestHash,
                page = purchase.Page.Value,
                wants = Words.Of(wants),
                amountMinor,
                note,
                now = Now.UtcDateTime,
                answerBy = (Now + businessAnswersWithin).UtcDateTime,
            }, transaction, cancellationToken: cancellationToken));
        var stored = Read((await ListAsync(connection, transaction, purchase.Id, cancellationToken)).Single(row => row.Id == id));
        await TellDesk.WriteAsync(connection, transaction, purchase, stored, Now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake(TellDesk.TopicName);
        return (stored, true);
    }

    /// <summary>Ends an open complaint, in the caller's transaction, which holds the purchase's row lock.</summary>
    /// <param name="answerHash">What was answered: the same again is the same.</param>
    /// <returns>The complaint as it stands, and whether this ended it.</returns>
    /// <exception cref="ProblemException">404 <c>complaint_not_found</c>; 409 <c>complaint_closed</c>: it has ended otherwise.</exception>
    public async Task<(Complaint Complaint, bool Ended)> EndAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PurchaseRow purchase, Guid id, ComplaintState end, string? answer, Guid? refund, byte[] answerHash, CancellationToken cancellationToken)
    {
        var row = (await ListAsync(connection, transaction, purchase.Id, cancellationToken)).FirstOrDefault(row => row.Id == id)
            ?? throw new ProblemException(Problem.NotFound("complaint_not_found", "complaint"));
        if (row.State != "open")
        {
            return row.State == Words.Of(end) && row.AnswerHash is { } known && known.AsSpan().SequenceEqual(answerHash)
                ? (Read(row), false)
                : throw Conflict(409, "complaint_closed", $"It is {row.State}.", "An ended complaint does not change; the payer may open another.");
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.complaints set state = @state, answer = @answer, answer_hash = @answerHash, refund = @refund, updated_at = @now where purchase = @purchase and id = @id",
            new { purchase = purchase.Id, id, state = Words.Of(end), answer, answerHash, refund, now = Now.UtcDateTime }, transaction, cancellationToken: cancellationToken));
        var ended = Read((await ListAsync(connection, transaction, purchase.Id, cancellationToken)).Single(r => r.Id == id));
        await TellDesk.WriteAsync(connection, transaction, purchase, ended, Now, cancellationToken);
        return (ended, true);
    }

    /// <summary>Ends an open complaint in a transaction of its own.</summary>
    public async Task<Complaint> EndAsync(PurchaseRow purchase, Guid id, ComplaintState end, string? answer, byte[] answerHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "select from payments.purchases where id = @Id for no key update", new { purchase.Id }, transaction, cancellationToken: cancellationToken));
        var (complaint, _) = await EndAsync(connection, transaction, purchase, id, end, answer, null, answerHash, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake(TellDesk.TopicName);
        return complaint;
    }

    /// <summary>The complaints of a purchase, oldest first.</summary>
    public async Task<IReadOnlyList<Complaint>> ListAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await ListAsync(connection, null, purchase, cancellationToken)).ConvertAll(Read);
    }

    /// <summary>What a page has not answered, newest first.</summary>
    public async Task<IReadOnlyList<Complaint>> ListOpenAsync(PageId page, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from {From} where c.page = @page and c.state = 'open' and (@before::uuid is null or c.id < @before) order by c.id desc limit @limit",
            new { page = page.Value, before, limit }, cancellationToken: cancellationToken))).Select(Read).ToList();
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static async Task<List<Row>> ListAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid purchase, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from {From} where c.purchase = @purchase order by c.created_at, c.id limit {ComplaintsMax}", new { purchase }, transaction, cancellationToken: cancellationToken))).AsList();

    private static ProblemException Conflict(int status, string code, string detail, string fix) => new(new(status, code, "Complain about a purchase", detail, fix));

    private static Complaint Read(Row row) => new(
        row.Id, row.Purchase, Words.Read<Wanted>(row.Wants), row.AmountMinor is { } minor ? new(minor, Currency.Of(row.Currency)) : null, row.Note, Words.Read<ComplaintState>(row.State),
        row.Answer, row.Refund, new(row.AnswerBy, TimeSpan.Zero), new(row.CreatedAt, TimeSpan.Zero), new(row.UpdatedAt, TimeSpan.Zero));

    private sealed class Row
    {
        public Guid Id { get; init; }

        public Guid Purchase { get; init; }

        public string Wants { get; init; } = "";

        public long? AmountMinor { get; init; }

        public string Currency { get; init; } = "";

        public string Note { get; init; } = "";

        public string State { get; init; } = "";

        public string? Answer { get; init; }

        public Guid? Refund { get; init; }

        public DateTime AnswerBy { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime UpdatedAt { get; init; }

        public byte[] RequestHash { get; init; } = [];

        public byte[]? AnswerHash { get; init; }
    }
}
