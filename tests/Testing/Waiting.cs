namespace Stoa.Testing;

/// <summary>Waits with an end, that say what they waited for.</summary>
public static class Waiting
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan looksEvery = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">It did not come within two minutes; the message names <paramref name="what"/>.</exception>
    public static async Task ForAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {patience.TotalSeconds:0} s for {what}.");
        }
    }

    /// <inheritdoc cref="ForAsync(Task, string)"/>
    public static async Task<T> ForAsync<T>(Task<T> task, string what)
    {
        await ForAsync((Task)task, what);
        return await task;
    }

    /// <summary>For what nobody announces: asks until it holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within two minutes.</exception>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!await holds())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Waited {patience.TotalSeconds:0} s until {what}.");
            }

            await Task.Delay(looksEvery);
        }
    }
}
