using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Stoa.Hosting.Nodes;

/// <summary>The hearing half of a bus: knows every node's number, notices what is missing and who fell silent, and hands news to whoever asked for its topic.</summary>
/// <remarks>Paced by the machine's clock: domain time may stand still or be moved.</remarks>
internal sealed partial class NodeEars(Guid self, ILogger log)
{
    /// <summary>Two beats and a half.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(2.5);

    private static readonly TimeSpan forgetAfter = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, Peer> peers = new();
    private readonly Lock gate = new();
    private ImmutableDictionary<string, ImmutableArray<Action<NodeNews>>> handlers = ImmutableDictionary.Create<string, ImmutableArray<Action<NodeNews>>>(StringComparer.Ordinal);

    public event Action<NodeMiss>? Missed;

    /// <summary>Somebody has come and wants to know who is there.</summary>
    public event Action? Greeted;

    public IDisposable Subscribe(string topic, Action<NodeNews> handle)
    {
        Change(topic, list => list.Add(handle));
        return new Subscription(() => Change(topic, list => list.Remove(handle)));
    }

    public bool Hears(Guid node) => peers.TryGetValue(node, out var peer) && TimeProvider.System.GetElapsedTime(peer.HeardAt) < SilentAfter;

    /// <summary>Takes one message. Called by one reader at a time.</summary>
    public void Hear(ReadOnlyMemory<byte> message)
    {
        if (NodeEnvelope.Read(message) is not { } envelope)
        {
            // A newer program's: whatever it tells of is in the database.
            Miss(null, MissReason.Gap);
            return;
        }

        if (envelope.Node == self)
        {
            return;
        }

        var isNew = false;
        if (!peers.TryGetValue(envelope.Node, out var peer))
        {
            isNew = true;
            peers[envelope.Node] = peer = new();
            LogHeard(log, envelope.Node);
            Miss(envelope.Node, MissReason.NewNode);
        }
        else if (envelope.Number > peer.Number + 1)
        {
            Miss(envelope.Node, MissReason.Gap);
        }
        else if (envelope.Number <= peer.Number)
        {
            return;
        }

        peer.Number = envelope.Number;
        peer.HeardAt = TimeProvider.System.GetTimestamp();
        peer.IsSilent = false;
        switch (envelope.Kind)
        {
            case EnvelopeKind.News when handlers.TryGetValue(envelope.Topic, out var list):
                Hand(list, envelope);
                break;
            case EnvelopeKind.Bye:
                peers.TryRemove(envelope.Node, out _);
                LogLeft(log, envelope.Node);
                Miss(envelope.Node, MissReason.Left);
                return;
            default:
                break;
        }

        if (envelope.Kind == EnvelopeKind.Hello || isNew)
        {
            Greeted?.Invoke();
        }
    }

    /// <summary>Asked with every beat of our own.</summary>
    public void LookForSilence()
    {
        foreach (var (node, peer) in peers)
        {
            var unheard = TimeProvider.System.GetElapsedTime(peer.HeardAt);
            if (unheard > forgetAfter)
            {
                peers.TryRemove(node, out _);
            }
            else if (unheard > SilentAfter && !peer.IsSilent)
            {
                peer.IsSilent = true;
                LogSilent(log, node);
                Miss(node, MissReason.Silent);
            }
        }
    }

    public void Miss(Guid? node, MissReason reason)
    {
        foreach (var told in Missed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<NodeMiss>)told)(new(node, reason));
            }
#pragma warning disable CA1031 // As below.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(log, exception, nameof(Missed));
            }
        }
    }

    private void Hand(ImmutableArray<Action<NodeNews>> list, NodeEnvelope envelope)
    {
        foreach (var handle in list)
        {
            try
            {
                handle(new(envelope.Node, envelope.Body));
            }
#pragma warning disable CA1031 // One topic's trouble must not make this node deaf to the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(log, exception, envelope.Topic);
            }
        }
    }

    private void Change(string topic, Func<ImmutableArray<Action<NodeNews>>, ImmutableArray<Action<NodeNews>>> change)
    {
        lock (gate)
        {
            handlers = handlers.SetItem(topic, change(handlers.GetValueOrDefault(topic, [])));
        }
    }

    private sealed class Peer
    {
        public long Number { get; set; }

        public long HeardAt { get; set; } = TimeProvider.System.GetTimestamp();

        public bool IsSilent { get; set; }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    [LoggerMessage(150, LogLevel.Information, "Node {Node} is heard.")]
    private static partial void LogHeard(ILogger log, Guid node);

    [LoggerMessage(151, LogLevel.Information, "Node {Node} has left.")]
    private static partial void LogLeft(ILogger log, Guid node);

    [LoggerMessage(152, LogLevel.Warning, "Node {Node} is no longer heard; what it may have told is looked up.")]
    private static partial void LogSilent(ILogger log, Guid node);

    [LoggerMessage(153, LogLevel.Error, "News of other nodes about {Topic} could not be taken.")]
    private static partial void LogFailed(ILogger log, Exception exception, string topic);
}
