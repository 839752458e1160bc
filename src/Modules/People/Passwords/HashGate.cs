using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting.Problems;

namespace Stoa.People.Passwords;

/// <summary>Lets at most two password checks run per core, and few wait: hashing is the cheapest way to stall a server.</summary>
internal sealed class HashGate(IOptions<PeopleOptions> options) : IDisposable
{
    private const int WaitingMax = 256;
    private static readonly TimeSpan waitMax = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim gate = new(2 * Environment.ProcessorCount);
    private int waiting;

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            return PasswordHash.Make(password, options.Value.PasswordIterations);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <returns>Whether it is the password, and if so its hash anew when the stored one is of an older cost.</returns>
    public async Task<(bool Right, string? Rehashed)> VerifyAsync(string? stored, string password, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            var right = PasswordHash.Verify(stored, password, options.Value.PasswordIterations, out var outdated);
            return (right, right && outdated ? PasswordHash.Make(password, options.Value.PasswordIterations) : null);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > WaitingMax || !await gate.WaitAsync(waitMax, cancellationToken))
            {
                throw new ProblemException(new(StatusCodes.Status503ServiceUnavailable, "busy", "Check a password",
                    "Too many passwords are being checked at this moment.", "Try again in a few seconds.")
                { RetryAfterSeconds = 3 });
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
