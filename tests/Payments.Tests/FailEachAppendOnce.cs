using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.Tests;

/// <summary>A thread log that appends a payment and then loses the answer, the first time: what a crash after the append looks like to whoever asked.</summary>
internal sealed class FailEachAppendOnce(IThreadLog inner) : IThreadLog
{
    private readonly ConcurrentDictionary<Guid, bool> failed = new();

    public static void AddTo(IServiceCollection services)
    {
        var log = services.Last(s => s.ServiceType == typeof(IThreadLog));
        services.RemoveAll<IThreadLog>();
        services.AddSingleton<IThreadLog>(provider => new FailEachAppendOnce((IThreadLog)log.ImplementationFactory!(provider))); // Registered by a factory, as the server does.
    }

    public async Task<AppendOutcome> AppendAsync(NewEvent newEvent, CancellationToken cancellationToken)
    {
        var outcome = await inner.AppendAsync(newEvent, cancellationToken);
        return newEvent.Kind != "payment" || !failed.TryAdd(newEvent.ClientId, true) ? outcome : throw new IOException("The answer was lost.");
    }

    public Task<ThreadEvent?> FindAsync(ThreadId thread, long seq, CancellationToken cancellationToken) => inner.FindAsync(thread, seq, cancellationToken);

    public Task<IReadOnlyList<ThreadEvent>> ReadNewestAsync(ThreadId thread, int limit, CancellationToken cancellationToken) => inner.ReadNewestAsync(thread, limit, cancellationToken);
}
