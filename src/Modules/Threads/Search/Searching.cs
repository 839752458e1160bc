using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Npgsql;
using Stoa.Hosting.Problems;
using Stoa.Kernel;

namespace Stoa.Threads.Search;

/// <summary>Runs searches: some at a time, each within its time, and once more with other words when those written are nowhere.</summary>
internal sealed class Searching(FindMessages messages, NpgsqlDataSource database, IOptions<ThreadsOptions> options) : IDisposable
{
    // Searches are the reads that take long; the rest of the server keeps most connections.
    private readonly SemaphoreSlim turns = new(options.Value.SearchesAtOnce);

    /// <returns>What was found, and the query that found it when it is not the one that was written. Null for a thread that is not the reader's.</returns>
    /// <exception cref="ProblemException">503 <c>search_timed_out</c>.</exception>
    public async Task<(FoundPage Page, string? Corrected)?> RunAsync(PersonId me, string written, SearchQuery query, int limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.SearchAnswersWithin);
        try
        {
            await turns.WaitAsync(patience.Token);
            try
            {
                return await FindAsync(me, written, query, limit, patience.Token);
            }
            finally
            {
                turns.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProblemException(new(StatusCodes.Status503ServiceUnavailable, "search_timed_out", "Search messages",
                $"It was not done within {options.Value.SearchAnswersWithin.TotalSeconds:0.#} seconds.", "Search in one thread or a shorter time, or try again later.")
            { RetryAfterSeconds = 5 });
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task<(FoundPage Page, string? Corrected)?> FindAsync(PersonId me, string written, SearchQuery query, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await SearchPlan.ReadAsync(connection, me, query, cancellationToken) is not { } plan)
        {
            return null;
        }

        var page = await messages.FindAsync(connection, plan, me, query, limit, cancellationToken);
        if (page.Messages.Count > 0 || query.Before is not null || query.Words.Count == 0)
        {
            return (page, null);
        }

        foreach (var words in await new NearWords(query.Words, query.IsPrefix).ProposeAsync(connection, plan.Blocks, cancellationToken))
        {
            if (await messages.FindAsync(connection, plan, me, query with { Words = words }, limit, cancellationToken) is { Messages.Count: > 0 } corrected)
            {
                return (corrected, Rewrite(written, words));
            }
        }

        return (page, null);
    }

    /// <summary>The query as it was written, with other words in the place of those that are nowhere.</summary>
    private static string Rewrite(string written, IReadOnlyList<string> words)
    {
        var (text, at) = ("", 0);
        foreach (var (word, instead) in WordReader.ReadQuery(written, out _).Zip(words))
        {
            if (word.Text != instead)
            {
                text += written[at..Math.Max(at, word.Start)] + instead;
                at = word.End;
            }
        }

        return text + written[at..];
    }
}
