using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Hosting.Nodes;

namespace Stoa.Hosting.Tests.Nodes;

public sealed class InProcessNodeBusTests : NodeBusSpecification
{
    private readonly InProcessExchange exchange = new();

    private protected override Task<INodeBus> JoinAsync(int? waitingMax = null)
    {
        var bus = new InProcessNodeBus(exchange, NullLogger<InProcessNodeBus>.Instance, waitingMax ?? 10_000);
        bus.Start();
        return Task.FromResult<INodeBus>(bus);
    }
}
