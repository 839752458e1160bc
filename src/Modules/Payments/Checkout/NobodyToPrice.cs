namespace Stoa.Payments.Checkout;

/// <summary>A server without businesses. The module that has them registers its own.</summary>
internal sealed class NobodyToPrice : IAskForPrice
{
    public Task<PriceAnswer> AskAsync(PriceToAsk quote, CancellationToken cancellationToken) => Task.FromResult<PriceAnswer>(new PriceAnswer.NobodyToAsk());
}
