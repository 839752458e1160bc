using System.Buffers;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Stoa.Hosting.Outbound;

/// <summary>
/// The one way to call an address that somebody else chose: webhooks, payment questions, later previews and imports.
/// It connects only to public addresses, follows no redirect, and every call has an end in time and size.
/// </summary>
/// <remarks>
/// The check sits where the connection is made: the name is resolved, every answer examined, and exactly an examined address
/// connected to, so a name that changes its answer between check and call (DNS rebinding) gains nothing. TLS still checks the name.
/// </remarks>
public sealed class GuardedClient : IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly IHostResolver resolver;
    private readonly bool allowLoopback;

    public GuardedClient(IOptions<StoaOptions> options, IHostResolver resolver)
    {
        this.resolver = resolver;
        allowLoopback = options.Value.AllowLoopbackTargets;
        invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            PreAuthenticate = false,
            // Nothing about our own traces leaves the house.
            ActivityHeadersPropagator = null,
            ConnectTimeout = OutboundLimits.Webhooks.Connect,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Calls once. Never throws for what the other side does: every way it can end is an <see cref="OutboundOutcome"/>.</summary>
    /// <param name="request">With an absolute https address; http only to loopback, where that is allowed. Disposed by the caller.</param>
    public async Task<OutboundOutcome> SendAsync(HttpRequestMessage request, OutboundLimits limits, CancellationToken cancellationToken)
    {
        if (WhyRefused(request.RequestUri) is { } refusal)
        {
            return new OutboundOutcome.Refused(refusal);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(limits.Total);
        try
        {
            using var response = await invoker.SendAsync(request, limit.Token);
            return await ReadBodyAsync(response.Content, limits.AnswerBytesMax, limit.Token) is { } body
                ? new OutboundOutcome.Answered((int)response.StatusCode, body) { Location = response.Headers.Location }
                : new OutboundOutcome.Failed(OutboundFailure.AnswerTooLarge, $"The answer has more than {limits.AnswerBytesMax} bytes.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            return new OutboundOutcome.Failed(OutboundFailure.NoAnswerInTime, $"No complete answer within {limits.Total.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new OutboundOutcome.Failed(OutboundFailure.NotConnected, Reason(exception));
        }
        catch (HttpRequestException exception)
        {
            return FindRefusal(exception) is { } reason
                ? new OutboundOutcome.Refused(reason)
                : new OutboundOutcome.Failed(OutboundFailure.NotConnected, Reason(exception));
        }
        catch (IOException exception)
        {
            return new OutboundOutcome.Failed(OutboundFailure.BrokenOff, Reason(exception));
        }
    }

    /// <summary>Fetches what somebody's address holds: <c>GET</c>, following up to <see cref="OutboundLimits.RedirectsMax"/> redirects, each examined as if it were the first.</summary>
    public async Task<OutboundOutcome> FetchAsync(Uri target, OutboundLimits limits, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var redirects = 0; ; redirects++)
        {
            var left = limits.Total - watch.Elapsed;
            if (left <= TimeSpan.Zero)
            {
                return new OutboundOutcome.Failed(OutboundFailure.NoAnswerInTime, $"No complete answer within {limits.Total.TotalSeconds:0.#} s.");
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.TryAddWithoutValidation("User-Agent", "facebookexternalhit/1.1");
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
            var outcome = await SendAsync(request, limits with { Total = left }, cancellationToken);
            if (outcome is not OutboundOutcome.Answered { Status: 301 or 302 or 303 or 307 or 308, Location: { } location } || redirects == limits.RedirectsMax)
            {
                return outcome;
            }

            target = new Uri(target, location);
        }
    }

    /// <summary>Why an address may not be called, as far as its text tells; null when it may. The addresses behind the name are examined at the call.</summary>
    public string? WhyRefused(Uri? target)
    {
        if (target is not { IsAbsoluteUri: true } || target.Scheme is not ("https" or "http"))
        {
            return "The address must be absolute and begin with https://.";
        }

        if (target.UserInfo.Length > 0)
        {
            return "The address must hold no user name or password.";
        }

        if (target.Scheme == "http" && !allowLoopback)
        {
            return "The address must begin with https://.";
        }

        return target.Port != 443 && target.Port < 1024 && !(target.Scheme == "http" && target.IsLoopback)
            ? $"Port {target.Port} is not called: use 443, or 1024 and above."
            : null;
    }

    public void Dispose() => invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolver.ResolveAsync(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new HttpRequestException($"The name {host} has no address.");
        }

        var encrypted = context.InitialRequestMessage.RequestUri is { Scheme: "https" };
        foreach (var address in addresses)
        {
            Examine(host, address, encrypted);
        }

        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!; // There is at least one address, and each either returned or set it.
    }

    private void Examine(string host, IPAddress address, bool encrypted)
    {
        if (allowLoopback && IPAddress.IsLoopback(address) && !address.IsIPv4MappedToIPv6)
        {
            return;
        }

        var why = PublicAddresses.WhyRefused(address) ?? (IsOurs(address) ? "this server's own" : null);
        if (why is not null)
        {
            throw new TargetRefusedException($"{host} stands for {address}, which is {why}: only public addresses are called.");
        }

        if (!encrypted)
        {
            throw new TargetRefusedException("The address must begin with https://.");
        }
    }

    private static bool IsOurs(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .Any(card => card.GetIPProperties().UnicastAddresses.Any(ours => ours.Address.Equals(address)));

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContent content, int bytesMax, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > bytesMax)
        {
            return null;
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>(1024);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(1024), cancellationToken);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > bytesMax)
            {
                return null;
            }
        }
    }

    private static string? FindRefusal(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is TargetRefusedException)
            {
                return exception.Message;
            }
        }

        return null;
    }

    private static string Reason(Exception exception) => exception.GetBaseException().Message;

    private sealed class TargetRefusedException(string message) : IOException(message);
}

/// <summary>The ends of a call.</summary>
/// <param name="Connect">For name, connection and TLS together.</param>
/// <param name="Total">From the call to the last byte of the answer.</param>
public sealed record OutboundLimits(TimeSpan Connect, TimeSpan Total, int AnswerBytesMax)
{
    /// <summary>Webhooks and payment questions: 2 s to connect, 20 s in all, 64 KiB.</summary>
    public static OutboundLimits Webhooks { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), 64 * 1024);

    /// <summary>Pictures, sounds and files by address: 25 MB, 10 s, three redirects.</summary>
    public static OutboundLimits Media { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), 25 * 1024 * 1024) { RedirectsMax = 3 };

    /// <summary>The same for a video: 75 s.</summary>
    public static OutboundLimits Video { get; } = Media with { Total = TimeSpan.FromSeconds(75) };

    /// <summary>A page of the web, for its title and picture: 1 MB, 5 s, three redirects.</summary>
    public static OutboundLimits Preview { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), 1024 * 1024) { RedirectsMax = 3 };

    /// <summary>Followed by <see cref="GuardedClient.FetchAsync"/>; none otherwise.</summary>
    public int RedirectsMax { get; init; }

    /// <summary>Payment processors, whose hosts the operator chose: 30 s in all, 2 MiB for a page of a hundred objects.</summary>
    public static OutboundLimits Processors { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), 2 * 1024 * 1024);
}

/// <summary>How a call ended.</summary>
public abstract record OutboundOutcome
{
    private OutboundOutcome()
    {
    }

    /// <summary>The other side answered, with any status; a redirect is an answer like others.</summary>
    public sealed record Answered(int Status, ReadOnlyMemory<byte> Body) : OutboundOutcome
    {
        /// <summary>Where a redirect points; may be relative.</summary>
        public Uri? Location { get; init; }

        public bool Success => Status is >= 200 and < 300;
    }

    /// <summary>The target may not be called: nothing was sent.</summary>
    public sealed record Refused(string Why) : OutboundOutcome;

    /// <summary>No answer. Whether the other side has seen the call is not known, unless it was never connected.</summary>
    public sealed record Failed(OutboundFailure Failure, string Detail) : OutboundOutcome;
}

public enum OutboundFailure
{
    NotConnected,
    NoAnswerInTime,
    BrokenOff,
    AnswerTooLarge,
}
