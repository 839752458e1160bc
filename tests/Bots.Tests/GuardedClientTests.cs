using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Hosting.Outbound;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class GuardedClientTests
{
    private static readonly OutboundLimits limits = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), 1000);

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("http://example.com/")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("https://example.com:22/")]
    [InlineData("https://example.com:25/")]
    [InlineData("file:///etc/passwd")]
    public async Task An_address_that_may_not_be_called_is_refused_before_anything_is_resolved(string address)
    {
        var resolver = new FakeResolver(_ => [IPAddress.Parse("93.184.216.34")]);
        using var client = Client(resolver);

        Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, address));
        Assert.Equal(0, resolver.Asked);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    public async Task A_name_that_stands_for_no_public_address_is_refused(string address)
    {
        using var client = Client(new FakeResolver(_ => [IPAddress.Parse(address)]));

        Assert.Contains("only public addresses", Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, "https://bot.example:8443/")).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://127.0.0.1:8443/")]
    [InlineData("https://[::1]:8443/")]
    [InlineData("https://0x7f.1:8443/")]
    [InlineData("https://2130706433:8443/")]
    [InlineData("https://[::ffff:7f00:1]:8443/")]
    public async Task An_address_in_digits_is_examined_alike(string address)
    {
        using var client = Client(new FakeResolver(_ => throw new InvalidOperationException("There is no name to resolve.")));

        Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, address));
    }

    [Fact]
    public async Task One_bad_address_among_good_ones_refuses_the_name()
    {
        using var client = Client(new FakeResolver(_ => [IPAddress.Parse("93.184.216.34"), IPAddress.Parse("10.0.0.1")]));

        Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, "https://bot.example/"));
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_gains_nothing()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        // A check before the call would have seen the first answer and the connection used the second.
        var resolver = new FakeResolver(call => call == 0 ? [IPAddress.Parse("192.0.2.1")] : [IPAddress.Loopback]);
        using var client = Client(resolver);

        Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, $"https://rebind.example:{port}/"));
        Assert.Equal(1, resolver.Asked);
        Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, $"https://rebind.example:{port}/"));
        Assert.Equal(2, resolver.Asked);
        Assert.False(inside.Pending());
    }

    [Fact]
    public async Task Loopback_is_called_where_it_is_allowed_and_plain_http_only_there()
    {
        await using var bot = await BotReceiver.StartAsync();
        using var client = Client(new FakeResolver(host => [host == 0 ? IPAddress.Loopback : IPAddress.Parse("93.184.216.34")]), allowLoopback: true);

        Assert.Equal(403, Assert.IsType<OutboundOutcome.Answered>(await GetAsync(client, $"http://bot.example:{bot.Url.Port}/")).Status);
        Assert.Contains("https", Assert.IsType<OutboundOutcome.Refused>(await GetAsync(client, $"http://public.example:{bot.Url.Port}/")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_not_followed()
    {
        await using var bot = await BotReceiver.StartAsync();
        bot.Handshake = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        using var client = Client(new SystemHostResolver(), allowLoopback: true);

        Assert.Equal(302, Assert.IsType<OutboundOutcome.Answered>(await GetAsync(client, bot.Url.ToString())).Status);
    }

    [Fact]
    public async Task An_answer_longer_than_the_limit_is_not_taken()
    {
        await using var bot = await BotReceiver.StartAsync();
        bot.Handshake = context => context.Response.WriteAsync(new string('x', 1001));
        using var client = Client(new SystemHostResolver(), allowLoopback: true);

        Assert.Equal(OutboundFailure.AnswerTooLarge, Assert.IsType<OutboundOutcome.Failed>(await GetAsync(client, bot.Url.ToString())).Failure);
    }

    [Fact]
    public async Task A_compressed_answer_is_left_as_it_is()
    {
        await using var bot = await BotReceiver.StartAsync();
        bot.Handshake = context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("no gzip at all");
        };
        using var client = Client(new SystemHostResolver(), allowLoopback: true);

        Assert.Equal("no gzip at all"u8.ToArray(), Assert.IsType<OutboundOutcome.Answered>(await GetAsync(client, bot.Url.ToString())).Body.ToArray());
    }

    [Fact]
    public async Task A_call_ends_in_time_also_when_the_answer_trickles()
    {
        await using var bot = await BotReceiver.StartAsync();
        bot.Handshake = async context =>
        {
            await context.Response.WriteAsync("a");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var client = Client(new SystemHostResolver(), allowLoopback: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, bot.Url);

        var outcome = await client.SendAsync(request, limits with { Total = TimeSpan.FromMilliseconds(300) }, TestContext.Current.CancellationToken);

        Assert.Equal(OutboundFailure.NoAnswerInTime, Assert.IsType<OutboundOutcome.Failed>(outcome).Failure);
    }

    [Fact]
    public async Task Nobody_there_is_an_outcome_and_no_exception()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        using var client = Client(new SystemHostResolver(), allowLoopback: true);

        Assert.Equal(OutboundFailure.NotConnected, Assert.IsType<OutboundOutcome.Failed>(await GetAsync(client, $"http://127.0.0.1:{port}/")).Failure);
        Assert.Equal(OutboundFailure.NotConnected, Assert.IsType<OutboundOutcome.Failed>(await GetAsync(client, "https://no-such-name.invalid/")).Failure);
    }

    private static GuardedClient Client(IHostResolver resolver, bool allowLoopback = false) => new(Options.Create(new StoaOptions { AllowLoopbackTargets = allowLoopback }), resolver);

    private static async Task<OutboundOutcome> GetAsync(GuardedClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await client.SendAsync(request, limits, TestContext.Current.CancellationToken);
    }

    private sealed class FakeResolver(Func<int, IPAddress[]> answer) : IHostResolver
    {
        private int asked;

        public int Asked => asked;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult(answer(asked++));
    }
}
