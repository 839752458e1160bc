using System.Text;
using Dapper;
using Npgsql;
using Stoa.Bench.Faults;
using Stoa.Kernel;
using Stoa.Wallet;
using Stoa.Wallet.Posting;

namespace Stoa.Bench.MoneyFaults;

/// <summary>Real processes: the node is killed (<c>kill -9</c>) again and again in the middle of payments over HTTP, by clients that try again under the same keys. Afterwards the books must fit.</summary>
internal static class KillsMeasure
{
    private const int Payers = 16;
    private const int OffersEach = 400;
    private const int AnswersBetweenKills = 40;
    private static readonly TimeSpan settlesWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan answersWithin = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var kills = bench.Options.Full ? 50 : 5;
        await using var server = await FaultyInstallation.StartAsync(bench.Workshop, 1, cancellationToken);
        await using var database = NpgsqlDataSource.Create(server.Database);
        var payers = await SeedAsync(server, database, cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var paying = payers.Select(payer => payer.RunAsync(ending.Token)).ToList();
        for (var kill = 0; kill < kills; kill++)
        {
            await WaitAsync($"{AnswersBetweenKills} payments after kill {kill}", payers.Sum(p => p.Answered) + AnswersBetweenKills, payers, paying, cancellationToken);
            await await server.RestartNodeAsync(0, cancellationToken);
        }

        await WaitAsync("payments after the last kill", payers.Sum(p => p.Answered) + AnswersBetweenKills, payers, paying, cancellationToken);
        await ending.CancelAsync();
        await Task.WhenAll(paying);
        payers.ToList().ForEach(payer => payer.Dispose());
        var left = await SettleAsync(database, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var breaches = (await Books.ListBreachesAsync(connection)).Concat(left).ToList();
        breaches.AddRange((await LedgerCheck.RunAsync(database, cancellationToken)).Violations);
        // What a client was told is done must be done.
        var told = payers.SelectMany(payer => payer.Done).ToArray();
        var done = await connection.ExecuteScalarAsync<int>(
            "select (select count(*) from payments.money_transfers where id = any(@told) and state = 'sent')::int + (select count(*) from payments.purchases where id = any(@told) and state in ('captured', 'failed'))::int",
            new { told });
        breaches.ForEach(Console.Error.WriteLine);
        var report = bench.Report;
        report.Add(new("kills of the node", kills, "") { Note = $"{payers.Sum(p => p.Answered)} payments answered, {payers.Sum(p => p.Retries)} tried again, {payers.Sum(p => p.Twice)} sent twice on purpose" });
        report.Add(new("answered and not so", told.Length - done, "") { AtMost = 0 });
        report.Add(new("answered otherwise the second time", payers.Sum(p => p.AnsweredOtherwise), "") { AtMost = 0 });
        report.Add(new("what in the books does not fit", breaches.Count, "") { AtMost = 0 });
    }

    private static async Task WaitAsync(string what, int answers, IReadOnlyList<FaultyPayer> payers, IReadOnlyList<Task> paying, CancellationToken cancellationToken)
    {
        var patience = Environment.TickCount64 + (long)answersWithin.TotalMilliseconds;
        while (payers.Sum(p => p.Answered) < answers)
        {
            if (paying.FirstOrDefault(task => task.IsFaulted) is { } failed)
            {
                await failed;
            }

            if (Environment.TickCount64 > patience)
            {
                throw new TimeoutException($"Waited for {what}.");
            }

            await Task.Delay(5, cancellationToken);
        }
    }

    /// <returns>What is not at its end when there was time enough.</returns>
    private static async Task<IReadOnlyList<string>> SettleAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var patience = Environment.TickCount64 + (long)settlesWithin.TotalMilliseconds;
        while (true)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var left = (await connection.QueryAsync<string>(Recovery.Unsettled)).AsList();
            if (left.Count == 0 || Environment.TickCount64 > patience)
            {
                return left;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<FaultyPayer>> SeedAsync(FaultyInstallation server, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var seed = await Seed.OpenAsync(server.Database, cancellationToken);
        var people = await seed.AddPeopleAsync(Payers, cancellationToken);
        var pairs = Enumerable.Range(0, Payers).Select(i => (people[i].Id, people[(i + 1) % Payers].Id)).ToList();
        var threads = await seed.AddDirectThreadsAsync(pairs, 0, cancellationToken);
        await using (var ledger = new PostTransfers(database, TimeProvider.System))
        {
            await ledger.PostAsync([.. people.Select(person => new Transfer(Guid.CreateVersion7(), TransferKind.Post,
                new(AccountKind.ProcessorClearing, 1, Currency.Eur), new(AccountKind.Person, person.Id.Value, Currency.Eur), new(1_000_000_00, Currency.Eur), "topup"))], cancellationToken);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await Cast.OpenShopAsync(connection);
        var payers = new List<FaultyPayer>();
        for (var i = 0; i < Payers; i++)
        {
            var (shop, card) = (ThreadId.New(), Guid.CreateVersion7());
            await connection.ExecuteAsync(
                """
                insert into threads.threads (id, kind, party_a, party_b, member_count, last_seq, last_message_seq, created_at, updated_at) values (@shop, 2, @page, @me, 2, @OffersEach, @OffersEach, now(), now());
                insert into threads.members (thread_id, member_id, is_page, read_seq, delivered_seq, joined_at, role) values (@shop, @page, true, 0, 0, now(), 3), (@shop, @me, false, 0, 0, now(), 3);
                insert into threads.events (thread_id, seq, sender, client_id, kind, at, body) select @shop, seq, @page, gen_random_uuid(), 1, now(), @offer::json from generate_series(1, @OffersEach) as seq;
                insert into payments.sandbox_cards (ref, customer, token, brand, last4, exp_month, exp_year) values ('card_' || @card, @me, @card::text, 'visa', '4242', 12, 2099);
                insert into payments.methods (id, person, processor, processor_ref, brand, last4, exp_month, exp_year, is_default, created_at) values (@card, @me, 'sandbox', 'card_' || @card, 'visa', '4242', 12, 2099, false, now());
                """,
                new { shop = shop.Value, page = Cast.Page.Value, me = people[i].Id.Value, OffersEach, offer = Encoding.UTF8.GetString(Cast.OfferBody()), card });
            payers.Add(new(server.EndPoints[0], people[i].Token, threads[i], people[(i + 1) % Payers].Id, $"Bench {(i + 1) % Payers}", shop, card));
        }

        return payers;
    }
}
