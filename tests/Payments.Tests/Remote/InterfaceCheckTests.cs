using System.Net.Http.Json;
using System.Text;
using Xunit;

namespace Stoa.Payments.Tests.Remote;

/// <summary>The guard of the connectors' tests lets through what the interface documents allow, and nothing else.</summary>
public sealed class InterfaceCheckTests(ProcessorServers servers)
{
    public static TheoryData<string, string> Wrong => new()
    {
        { "/v1/payment_intents", "amount=abc&currency=eur" },
        { "/v1/payment_intents", "currency=eur" },
        { "/v1/payment_intents", "amount=1&currency=eur&capture_method=sometimes" },
        { "/v1/refunds", "reason=because" },
        { "/v1/nonsense", "a=b" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_that_the_document_does_not_allow_is_caught(string path, string form) =>
        Assert.Equal(599, await SendAsync(path, new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded")));

    [Theory]
    [InlineData("query { pong }")]
    [InlineData("mutation { refundTransaction(input: {}) { refund { id } } }")]
    [InlineData("mutation ($input: ChargePaymentMethodInput!) { chargePaymentMethod(input: $input) { transaction { id } } }")]
    public async Task A_query_that_the_schema_does_not_allow_is_caught(string query) =>
        Assert.Equal(599, await SendAsync("/graphql", JsonContent.Create(new { query, variables = new { } })));

    private async Task<int> SendAsync(string path, HttpContent content)
    {
        using var client = new HttpClient { BaseAddress = await servers.Address };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer sk_test_planted");
        client.DefaultRequestHeaders.Add("Stoa-Planted", "1");
        using var answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
