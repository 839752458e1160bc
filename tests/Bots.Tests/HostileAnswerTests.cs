using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Outbound;
using Stoa.Testing;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>Endpoints that answer with bytes no web server would send: each call ends soon, as a failure, and takes in no more than it may.</summary>
public sealed class HostileAnswerTests
{
    private const int TakenMost = 16 * 1024 * 1024;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "x")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nxxxx\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "x")]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-More: xxxxxxxxxxxxxxxx\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Long: ", "x")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("", "\0\u0001garbage")]
    public async Task What_never_ends_is_broken_off_and_not_taken_in(string head, string forever)
    {
        await using var endpoint = Endpoint.Start(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            var more = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(forever, Math.Max(1, 65536 / forever.Length))));
            var sent = 0L;
            try
            {
                for (; sent < TakenMost; sent += more.Length)
                {
                    await stream.WriteAsync(more, stop);
                }
            }
            catch (IOException)
            {
                // Broken off, as it should be.
            }

            return sent;
        });

        var outcome = await CallAsync(endpoint.Url, TimeSpan.FromSeconds(20));

        Assert.IsType<OutboundOutcome.Failed>(outcome);
        var taken = await Waiting.ForAsync(endpoint.Sent, "the end of the connection");
        Assert.True(taken < TakenMost, $"{taken} bytes were taken.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow: ")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    public async Task What_trickles_ends_when_the_time_of_the_call_is_over(string head)
    {
        await using var endpoint = Endpoint.Start(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            await Task.Delay(Timeout.Infinite, stop);
            return 0;
        });

        Assert.Equal(OutboundFailure.NoAnswerInTime, Assert.IsType<OutboundOutcome.Failed>(await CallAsync(endpoint.Url, TimeSpan.FromMilliseconds(500))).Failure);
    }

    private static async Task<OutboundOutcome> CallAsync(Uri url, TimeSpan total)
    {
        using var client = new GuardedClient(Options.Create(new StoaOptions { AllowLoopbackTargets = true }), new SystemHostResolver());
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent("{}") };
        return await client.SendAsync(request, new OutboundLimits(TimeSpan.FromSeconds(2), total, 64 * 1024), TestContext.Current.CancellationToken);
    }

    /// <summary>A bare socket that reads a request and then does as the test says.</summary>
    private sealed class Endpoint : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();

        public Task<long> Sent { get; private set; } = Task.FromResult(0L);

        public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/webhook");

        public static Endpoint Start(Func<NetworkStream, CancellationToken, Task<long>> answer)
        {
            var endpoint = new Endpoint();
            endpoint.listener.Start();
            endpoint.Sent = endpoint.ServeAsync(answer);
            return endpoint;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Stop();
            try
            {
                await Sent;
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }

            stop.Dispose();
        }

        private async Task<long> ServeAsync(Func<NetworkStream, CancellationToken, Task<long>> answer)
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            await using var stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096], stop.Token);
            return await answer(stream, stop.Token);
        }
    }
}
