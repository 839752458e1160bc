using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bench.Load;
using Stoa.Kernel;
using Stoa.Wallet;

namespace Stoa.Bench.Measures;

/// <summary>Transfers through <see cref="ILedger"/>, all its checks on, against what pgbench's transfer of the same shape gets out of the same PostgreSQL.</summary>
internal static class LedgerMeasure
{
    private const int UnderWay = 64;
    private const int Accounts = 10_000;
    private const int FullEntries = 1_000_000;
    private static readonly Account merchant = new(AccountKind.Merchant, 1, Currency.Eur);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (options, report) = (bench.Options, bench.Report);
        string connection;
        await using (var server = await bench.Workshop.StartServerAsync("ledger", cancellationToken))
        {
            // Made its tables; nothing else shall write.
            connection = server.Database;
        }

        await using var database = NpgsqlDataSource.Create(connection);
        await using var services = new ServiceCollection().AddLogging().AddSingleton(database).AddWallet().BuildServiceProvider();
        var ledger = services.GetRequiredService<ILedger>();
        await TopUpAsync(ledger, cancellationToken);

        var tpc = await PgBench.MeasureAsync(bench, options.Seconds, cancellationToken);
        var (spread, spreadLatencies) = await MeasureAsync(ledger, options.Seconds, hot: false, cancellationToken);
        var (hot, hotLatencies) = await MeasureAsync(ledger, options.Seconds, hot: true, cancellationToken);
        var note = tpc is null ? "; there is no pgbench beside this PostgreSQL" : $"; pgbench: {tpc.Value.Note}";
        report.Add(new($"transfers, {UnderWay} under way, {ClosedLoop.Thousands(Accounts)} accounts", spread, "/s")
        {
            AtLeast = 10_000,
            Ceiling = tpc?.PerSecond,
            RatioAtLeast = 4,
            Note = spreadLatencies.Describe() + note,
        });
        report.Add(new("the same, half of them to one account", hot, "/s") { AtLeast = 10_000, Ceiling = spread, RatioAtLeast = 1, Note = hotLatencies.Describe() });
        await VerifyAsync(bench, ledger, database, cancellationToken);
    }

    private static async Task TopUpAsync(ILedger ledger, CancellationToken cancellationToken)
    {
        var clearing = new Account(AccountKind.ProcessorClearing, 1, Currency.Eur);
        foreach (var some in Enumerable.Range(0, Accounts).Chunk(512))
        {
            await Task.WhenAll(some.Select(i => ledger.PostAsync([new(Guid.CreateVersion7(), TransferKind.Post, clearing, Person(i), new(1_000_000_000, Currency.Eur), "topup")], cancellationToken)));
        }
    }

    private static async Task<(double PerSecond, Latencies Latencies)> MeasureAsync(ILedger ledger, int seconds, bool hot, CancellationToken cancellationToken)
    {
        var dice = Enumerable.Range(0, UnderWay).Select(seed => new Random(seed)).ToArray();
        var (perSecond, latencies, refused) = await ClosedLoop.RunAsync(UnderWay, seconds, async (i, cancel) =>
        {
            var from = dice[i].Next(Accounts);
            var to = hot && dice[i].Next(2) == 0 ? merchant : Person((from + 1 + dice[i].Next(Accounts - 1)) % Accounts);
            var outcomes = await ledger.PostAsync([new(Guid.CreateVersion7(), TransferKind.Post, Person(from), to, new(1 + dice[i].Next(500), Currency.Eur), "send")], cancel);
            return outcomes[0].Status == TransferStatus.Created;
        }, cancellationToken);
        return refused == 0 ? (perSecond, latencies) : throw new InvalidOperationException($"{refused} transfers were refused.");
    }

    private static async Task VerifyAsync(Bench bench, ILedger ledger, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        while (bench.Options.Full && await CountAsync(database, cancellationToken) < FullEntries)
        {
            await MeasureAsync(ledger, 5, hot: false, cancellationToken);
        }

        var clock = Stopwatch.StartNew();
        var result = await LedgerCheck.RunAsync(database, cancellationToken);
        var took = clock.Elapsed.TotalSeconds;
        bench.Report.Add(new("what is not as it must be", result.Violations.Count, "") { AtMost = 0 });
        bench.Report.Add(new("the whole ledger verified, for a million entries", took / result.Transfers * 1_000_000, "s")
        {
            AtMost = 30,
            Note = string.Create(CultureInfo.InvariantCulture, $"{ClosedLoop.Thousands(result.Transfers)} entries in {took:0.0} s"),
        });
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select last_seq from wallet.head");
        return await command.ExecuteScalarAsync(cancellationToken) is long count ? count : 0;
    }

    private static Account Person(int i) => new(AccountKind.Person, 7_000_000_000_000_000 + i, Currency.Eur);

    private static IServiceCollection AddWallet(this IServiceCollection services)
    {
        new WalletModule().AddServices(services, new ConfigurationBuilder().Build());
        return services;
    }
}
