using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;
using Stoa.Kernel;
using Stoa.Threads;

namespace Stoa.Payments.Purchases;

/// <summary>Finds a payment button for the person it was sent to. To anybody else nothing in the thread exists.</summary>
internal sealed class OfferedButtons(IBusinessThreads threads, IThreadLog log, IOptions<PaymentsOptions> options)
{
    /// <exception cref="ProblemException">404 <c>thread_not_found</c>, <c>button_not_found</c>; what <see cref="PaymentButton.Read"/> says.</exception>
    public async Task<(PageId Page, PaymentButton Offer)> FindAsync(PersonId person, ThreadId thread, long seq, int? element, int button, CancellationToken cancellationToken)
    {
        if (await threads.FindMembersAsync(thread, cancellationToken) is not var (page, member) || member != person)
        {
            throw new ProblemException(Problem.NotFound("thread_not_found", "conversation with a business"));
        }

        return await log.FindAsync(thread, seq, cancellationToken) is { Kind: "message" } message && message.Sender == page
            ? (page, PaymentButton.Read(message.Body, element, button, options.Value.AmountMinorMax))
            : throw new ProblemException(Problem.NotFound("button_not_found", "payment button"));
    }
}
