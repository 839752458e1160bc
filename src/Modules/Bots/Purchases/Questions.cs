using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using Npgsql;
using Stoa.Payments;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Purchases;

/// <summary>Questions to merchants, about purchases and about prices, and the one outcome that each gets.</summary>
internal sealed class Questions(NpgsqlDataSource database, TimeProvider time)
{
    // Another node may get the answer; it is then found by looking.
    private static readonly TimeSpan lookEvery = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();

    /// <summary>How long an answer still counts; null when the purchase is decided or its time is over.</summary>
    public async Task<TimeSpan?> FindTimeLeftAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var open = await connection.QuerySingleOrDefaultAsync<DateTime?>(new CommandDefinition(
            "select expires_at from bots.pre_checkouts where purchase = @purchase and outcome is null", new { purchase }, cancellationToken: cancellationToken));
        return open is { } expires && new DateTimeOffset(expires) - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : null;
    }

    /// <summary>
    /// Takes the body of the endpoint's answer. About a purchase <c>{"success":true}</c> or <c>{"success":false}</c>, anything else is no answer; about a
    /// price any JSON, which is read by who asked. What comes too late is not kept.
    /// </summary>
    public async Task AnswerAsync(Guid purchase, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (await AsksPriceAsync(purchase, cancellationToken))
        {
            await TakePriceAsync(purchase, body, cancellationToken);
        }
        else if (Read(body) is { } outcome)
        {
            await SettleAsync(purchase, outcome, cancellationToken);
        }
        else
        {
            // The endpoint has spoken and will not speak again: the rule need not wait for the time to be over.
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "update bots.pre_checkouts set expires_at = @now where purchase = @purchase and outcome is null and expires_at > @now",
                new { purchase, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        }

        if (waiting.TryGetValue(purchase, out var waiter))
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>Waits for what the bot says of a price.</summary>
    public async Task<PriceAnswer> WaitForPriceAsync(Guid quote, CancellationToken cancellationToken)
    {
        if (await WaitAsync(quote, ConfirmOutcome.NoAnswer, cancellationToken) == ConfirmOutcome.NoAnswer)
        {
            return new PriceAnswer.Silent();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select answer from bots.pre_checkouts where purchase = @quote", new { quote }, cancellationToken: cancellationToken)) is { } json
            ? new PriceAnswer.Answered(json)
            : new PriceAnswer.Unreadable();
    }

    /// <summary>Waits for the outcome; when the time is over, the rule is the outcome.</summary>
    public async Task<ConfirmOutcome> WaitAsync(Guid purchase, ConfirmOutcome otherwise, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var news = waiting.GetOrAdd(purchase, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
                var (outcome, left) = await ReadAsync(purchase, cancellationToken);
                if (outcome is { } settled)
                {
                    return settled;
                }

                if (left <= TimeSpan.Zero)
                {
                    return await SettleAsync(purchase, otherwise, cancellationToken);
                }

                using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(news.Task, Task.Delay(left, time, woken.Token), Task.Delay(lookEvery, woken.Token));
                await woken.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (news.Task.IsCompleted)
                {
                    waiting.TryRemove(new(purchase, news));
                }
            }
        }
        finally
        {
            waiting.TryRemove(purchase, out _);
        }
    }

    private async Task<bool> AsksPriceAsync(Guid question, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select asks_price from bots.pre_checkouts where purchase = @question", new { question }, cancellationToken: cancellationToken));
    }

    // In one statement: of two answers, or of an answer and the end of the time, one is the first.
    private async Task TakePriceAsync(Guid quote, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var answer = LenientJson.TryParse(body, out var json) ? json.Value.GetRawText() : null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update bots.pre_checkouts set outcome = @outcome, answer = @answer where purchase = @quote and outcome is null and expires_at > @now",
            new
            {
                quote,
                answer,
                outcome = (short)(answer is null ? ConfirmOutcome.Refused : ConfirmOutcome.Accepted),
                now = time.GetUtcNow(),
            }, cancellationToken: cancellationToken));
    }

    /// <returns>The outcome that stands: the first one set.</returns>
    private async Task<ConfirmOutcome> SettleAsync(Guid purchase, ConfirmOutcome outcome, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (ConfirmOutcome)await connection.ExecuteScalarAsync<short>(new CommandDefinition(
            "update bots.pre_checkouts set outcome = coalesce(outcome, @outcome) where purchase = @purchase returning outcome",
            new { purchase, outcome = (short)outcome }, cancellationToken: cancellationToken));
    }

    private async Task<(ConfirmOutcome? Outcome, TimeSpan Left)> ReadAsync(Guid purchase, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (outcome, expires) = await connection.QuerySingleAsync<(short?, DateTime)>(new CommandDefinition(
            "select outcome, expires_at from bots.pre_checkouts where purchase = @purchase", new { purchase }, cancellationToken: cancellationToken));
        return ((ConfirmOutcome?)outcome, new DateTimeOffset(expires) - time.GetUtcNow());
    }

    private static ConfirmOutcome? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return LenientJson.TryParse(body, out var json) && json.Value.ValueKind == JsonValueKind.Object && new GraphValue(json.Value, "")["success"] is { Exists: true } success
                ? success.Flag() ? ConfirmOutcome.Accepted : ConfirmOutcome.Refused
                : null;
        }
        catch (GraphException)
        {
            return null;
        }
    }
}
