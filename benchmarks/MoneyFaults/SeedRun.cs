using System.Globalization;
using Dapper;
using Npgsql;
using Stoa.Hosting.Postgres;
using Stoa.Payments;
using Stoa.Payments.Purchases;

namespace Stoa.Bench.MoneyFaults;

/// <param name="Faults">What was done to the run, in order: the same for the same seed.</param>
/// <param name="Violations">What must never be; empty is a run that came through.</param>
internal sealed record SeedOutcome(int Seed, IReadOnlyList<string> Faults, IReadOnlyList<string> Violations, int Steps);

/// <summary>One run: people, nodes, faults and the order of everything, all drawn from one seed; then the recovery without faults, and the books.</summary>
internal sealed class SeedRun : IAsyncDisposable
{
    private const int StepsMax = 6_000;
    private const int FlowsMax = 7;

    // As they last in the product; here they are kept longer, so that no worker renews one by the machine's clock, and end when time jumps so far.
    private static readonly TimeSpan leaseLasts = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan[] jumps =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(40), TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(20), TimeSpan.FromHours(3), TimeSpan.FromHours(25)];

    private readonly int seed;
    private readonly Random random;
    private readonly JumpingClock clock = new();
    private readonly Surroundings around;
    private readonly Turns turns = new();
    private readonly List<Node> nodes = [];
    private readonly List<Node> dead = [];
    private readonly List<string> faults = [];
    private readonly double faultRate;
    private bool hasLostTime;
    private int named;
    private int steps;

    public SeedRun(int seed, Stage stage)
    {
        this.seed = seed;
        random = new(seed);
        // From none, where only the order is unkind, to one in ten.
        faultRate = new[] { 0, 0.01, 0.03, 0.06, 0.10 }[random.Next(5)];
        around = stage.Around(clock, MerchantSays);
    }

    public async Task<SeedOutcome> RunAsync()
    {
        var cast = await Cast.MakeAsync(around.Direct, NewNode(), clock);
        if (random.Next(2) == 0)
        {
            NewNode();
        }

        var script = new Script(random, cast, around);
        var violations = new List<string>();
        try
        {
            await PlayAsync(script);
            violations.AddRange(Unexpected());
            await using var last = new Node("z", around);
            violations.AddRange(await new Recovery(last, around, clock, script.Wishes).RunAsync());
        }
        catch (TimeoutException exception)
        {
            violations.Add($"It hangs: {exception.Message}");
        }

        violations.AddRange(await Books.CheckAsync(around, cast, script.Wishes, hasLostTime));
        return new(seed, faults, violations, steps);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes.Concat(dead))
        {
            node.Die();
            await node.DisposeAsync();
        }

        turns.Dispose();
    }

    private async Task PlayAsync(Script script)
    {
        var acts = 4 + random.Next(9);
        while (true)
        {
            await turns.SettleAsync(CountBlockedAsync);
            var alive = turns.Alive;
            if ((acts == 0 && alive == 0) || steps++ > StepsMax)
            {
                return;
            }

            var waiting = turns.Waiting.Where(crossing => !crossing.Flow.Node.IsFrozen).ToList();
            var roll = random.NextDouble();
            if (acts > 0 && (waiting.Count == 0 || roll < 0.05) && alive < FlowsMax)
            {
                acts--;
                Begin([.. script.Next()]);
            }
            else if (acts > 0 && roll < 0.075 && alive < FlowsMax)
            {
                Begin([random.Next(7) is var which && which < Work.All.Count ? Work.All[which] : Work.Webhook(around, random.Next(1000))]);
            }
            else if (roll < 0.08)
            {
                await JumpAsync();
            }
            else if (random.NextDouble() < faultRate / 4)
            {
                await KillOrFreezeAsync();
            }
            else if (waiting.Count > 0)
            {
                await LetOnAsync(waiting[random.Next(waiting.Count)]);
            }
            else
            {
                nodes.ForEach(node => node.IsFrozen = false);
            }
        }
    }

    private void Begin(IReadOnlyList<Act> acts)
    {
        foreach (var act in acts)
        {
            var node = nodes[random.Next(nodes.Count)];
            turns.Begin(act.Name, node, () => act.RunAsync(node));
        }
    }

    private async Task LetOnAsync(Crossing crossing)
    {
        var (node, far) = (crossing.Flow.Node, around.Far);
        if (random.NextDouble() < faultRate)
        {
            var kind = random.Next(1, 4);
            if (crossing.Where == "database")
            {
                Note($"cut {(Cut)kind}: {crossing.Flow}");
                node.Cut((Cut)kind);
            }
            else if (crossing.Where.StartsWith("processor", StringComparison.Ordinal) && !crossing.Where.EndsWith("answers", StringComparison.Ordinal))
            {
                far.Next = kind == 1 ? CallFault.LosesRequest : CallFault.LosesAnswer;
                Note($"{far.Next} at {crossing.Where}: {crossing.Flow}");
            }
        }

        await turns.LetOnAsync(crossing, CountBlockedAsync);
        node.Cut(Cut.None);
    }

    private async Task KillOrFreezeAsync()
    {
        var node = nodes[random.Next(nodes.Count)];
        if (random.Next(4) == 0)
        {
            node.IsFrozen = !node.IsFrozen;
            Note($"{(node.IsFrozen ? "freeze" : "thaw")} {node.Name}");
            return;
        }

        Note($"kill {node.Name}: {string.Join("; ", turns.Waiting.Where(crossing => crossing.Flow.Node == node).Select(crossing => $"{crossing.Flow} at {crossing.Where}"))}");
        node.Die();
        nodes.Remove(node);
        dead.Add(node);
        turns.EndThoseOf(node);
        await turns.SettleAsync(CountBlockedAsync);
        NewNode();
    }

    private async Task JumpAsync()
    {
        var by = jumps[random.Next(jumps.Length)];
        Note($"clock +{by}");
        hasLostTime |= by >= leaseLasts;
        clock.Advance(by);
        await ExpireLeasesAsync(around, by);
    }

    /// <summary>Leases are in the database's time, which cannot be moved; they can. Rows that somebody is writing keep theirs.</summary>
    public static async Task ExpireLeasesAsync(Surroundings around, TimeSpan by)
    {
        if (by < leaseLasts)
        {
            return;
        }

        await using var connection = await around.Direct.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update payments.purchases set lease_until = now() - interval '1 second'
            where id in (select id from payments.purchases where lease_until is not null for update skip locked)
            """);
    }

    private Node NewNode()
    {
        var node = new Node(((char)('a' + (named++ % 25))).ToString(CultureInfo.InvariantCulture), around);
        nodes.Add(node);
        return node;
    }

    private void Note(string fault) => faults.Add(string.Create(CultureInfo.InvariantCulture, $"{steps}: {fault}"));

    private async Task<int> CountBlockedAsync()
    {
        await using var connection = await around.Direct.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
    }

    // What the merchant says of a seat, always the same: three in four yes.
    private ConfirmOutcome MerchantSays(PurchaseToConfirm purchase) => (((seed * 31) + purchase.Payload[^1]) % 8) switch
    {
        0 => ConfirmOutcome.Refused,
        1 => ConfirmOutcome.NoAnswer,
        _ => ConfirmOutcome.Accepted,
    };

    // A connection that was cut, a refusal, a lost lease: these have names. Anything else is a bug of the code that ran.
    private IEnumerable<string> Unexpected() =>
        from flow in turns.Flows
        where !flow.Node.IsDead && flow.Failure is not (null or NpgsqlException or NodeDiedException or OperationCanceledException or TimeoutException or Hosting.Problems.ProblemException
            or LeaseLostException or RefundUnsettledException or LaneStoppedException or IOException or System.Net.Sockets.SocketException)
        select $"{flow} ended with {flow.Failure}";
}
