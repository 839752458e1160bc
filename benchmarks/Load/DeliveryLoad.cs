namespace Stoa.Bench.Load;

/// <summary>Many pairs and some messages under way: each is sent when an earlier one of the same lane has arrived.</summary>
internal sealed class DeliveryLoad : IDisposable
{
    private readonly List<DeliveryPair> pairs = [];

    public static async Task<DeliveryLoad> ConnectAsync(IEnumerable<Func<Task<DeliveryPair>>> connectPairs)
    {
        var load = new DeliveryLoad();
        foreach (var connectAsync in connectPairs)
        {
            load.pairs.Add(await connectAsync());
        }

        return load;
    }

    /// <param name="lanes">Messages under way at any moment.</param>
    public Task<(double PerSecond, Latencies Latencies, long Refused)> RunAsync(int lanes, int seconds, CancellationToken cancellationToken, ProcessorTime? meter = null)
    {
        var turns = new int[lanes];
        // Pairs are dealt to the lanes, so that no pair has two messages under way.
        return ClosedLoop.RunAsync(lanes, seconds, async (lane, cancel) =>
        {
            var mine = (pairs.Count - lane + lanes - 1) / lanes;
            await pairs[lane + (turns[lane]++ % mine * lanes)].DeliverAsync(cancel);
            return true;
        }, cancellationToken, meter);
    }

    public void Dispose() => pairs.ForEach(pair => pair.Dispose());
}
