using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Stoa.Hosting.Nodes;

/// <summary>One connection to the broker, from its opening to its end: an exclusive queue that is heard, and a channel that is published on.</summary>
/// <remarks>It recovers nothing by itself: whoever has it opens another one, and knows that news was missed between the two.</remarks>
internal sealed class RabbitLink : IAsyncDisposable
{
    private const ushort AheadMax = 512;
    private const ulong AcknowledgedEvery = 64;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(3);
    private static readonly BasicProperties transient = new() { DeliveryMode = DeliveryModes.Transient };

    private readonly IConnection connection;
    private readonly IChannel publishing;
    private readonly IChannel consuming;
    private readonly string exchange;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RabbitLink(IConnection connection, IChannel publishing, IChannel consuming, string exchange)
    {
        (this.connection, this.publishing, this.consuming, this.exchange) = (connection, publishing, consuming, exchange);
        connection.ConnectionShutdownAsync += OnEndedAsync;
        publishing.ChannelShutdownAsync += OnEndedAsync;
        consuming.ChannelShutdownAsync += OnEndedAsync;
    }

    /// <summary>Completes when the connection is of no more use.</summary>
    public Task Ended => ended.Task;

    /// <param name="hear">Called for every message, one at a time; must return at once.</param>
    public static async Task<RabbitLink> OpenAsync(BrokerOptions options, Action<ReadOnlyMemory<byte>> hear, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Uri ?? throw new InvalidOperationException("Broker:Uri is not set.")),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
            // A broker that hangs is given up after two of these.
            RequestedHeartbeat = TimeSpan.FromSeconds(4),
            RequestedConnectionTimeout = patience,
            HandshakeContinuationTimeout = patience,
            ContinuationTimeout = patience,
            ClientProvidedName = "stoa",
        };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            var publishing = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            var consuming = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            var link = new RabbitLink(connection, publishing, consuming, options.Exchange);
            await link.ListenAsync(options, hear, cancellationToken);
            return link;
        }
        catch
        {
            await AbortAsync(connection);
            throw;
        }
    }

    /// <summary>Publishes what comes until the link ends or the caller stops. A slow broker holds it up; the queue before it then drops.</summary>
    public async Task PublishAsync(ChannelReader<ReadOnlyMemory<byte>> outgoing, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stopped = Ended.ContinueWith(_ => stop.CancelAsync(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var message in outgoing.ReadAllAsync(stop.Token))
            {
                await publishing.BasicPublishAsync(exchange, "", mandatory: false, transient, message, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The link has ended, or the server stops.
        }
        finally
        {
            ended.TrySetResult();
            await await stopped;
        }
    }

    /// <summary>Publishes a last message, and gives the broker a moment to take it.</summary>
    public async Task SayByeAsync(ReadOnlyMemory<byte> message)
    {
        using var limit = new CancellationTokenSource(patience);
        await publishing.BasicPublishAsync(exchange, "", mandatory: false, transient, message, limit.Token);
        await connection.CloseAsync(200, "bye", patience, abort: true, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        ended.TrySetResult();
        await AbortAsync(connection);
    }

    private async Task ListenAsync(BrokerOptions options, Action<ReadOnlyMemory<byte>> hear, CancellationToken cancellationToken)
    {
        // News is of no use after a restart of the broker: nothing here is durable.
        await consuming.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: false, autoDelete: false, cancellationToken: cancellationToken);
        var queue = await consuming.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, new Dictionary<string, object?>
        {
            ["x-max-length"] = options.IncomingMax,
            ["x-max-length-bytes"] = options.IncomingBytesMax,
            ["x-overflow"] = "drop-head",
        }, cancellationToken: cancellationToken);
        await consuming.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: cancellationToken);
        // Acknowledged, so that the broker sends no further ahead than this and a slow node's queue drops there, not in our memory.
        await consuming.BasicQosAsync(0, AheadMax, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(consuming);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            // The body is the client's again when this returns.
            hear(delivered.Body.ToArray());
            if (delivered.DeliveryTag % AcknowledgedEvery == 0)
            {
                await consuming.BasicAckAsync(delivered.DeliveryTag, multiple: true, delivered.CancellationToken);
            }
        };
        consumer.UnregisteredAsync += (_, _) => End();
        await consuming.BasicConsumeAsync(queue.QueueName, autoAck: false, consumer, cancellationToken);
    }

    private Task OnEndedAsync(object sender, ShutdownEventArgs why) => End();

    private Task End()
    {
        ended.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>Ends a connection whatever state it is in; asks nobody's leave.</summary>
    private static async Task AbortAsync(IConnection connection)
    {
        await connection.AbortAsync(200, "done", patience);
        await connection.DisposeAsync();
    }
}
