using System.Text;
using Microsoft.Extensions.Options;
using Stoa.Hosting;
using Stoa.Kernel;
using Stoa.Payments.Processors;
using Stoa.Payments.Sandbox;
using Stoa.People;
using Stoa.Testing;
using Stoa.Threads;
using Stoa.Wallet;
using Xunit;

namespace Stoa.Payments.Tests;

public sealed class SandboxProcessorTests : ProcessorSpecification, IAsyncLifetime
{
    private readonly ManualTimeProvider clock = new();
    private TestDatabase database = null!; // InitializeAsync runs before every test.
    private SandboxProcessor sandbox = null!;

    private protected override IProcessor Processor => sandbox;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(new PeopleModule(), new ThreadsModule(), new WalletModule(), new PaymentsModule());
        sandbox = new(database.DataSource, new(Options.Create(new StoaOptions())), clock);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private protected override Task<string> GoodCardAsync() => CardAsync("4242");

    private protected override Task<string> DeclinedCardAsync() => CardAsync("0002");

    private protected override Task<string> AskingCardAsync() => CardAsync("3184");

    private protected override Task<string> RefundFailingCardAsync() => CardAsync("5126");

    private protected override Task FailRefundAsync(string refundRef) =>
        ExecuteAsync("with f as (update payments.sandbox_refunds set status = 'failed' where ref = @value returning payment, amount_minor as back) update payments.sandbox_payments p set refunded_minor = refunded_minor - back from f where p.ref = f.payment", refundRef);

    private protected override Task DisputeAsync(ProcessorPayment payment) => ExecuteAsync("update payments.sandbox_payments set disputed = true where ref = @value", payment.Ref);

    private protected override async Task<WebhookCall> WebhookOfAsync(ProcessorPayment payment)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"id":"evt_1","paymentRef":"{{payment.Ref}}","reference":"{{payment.Reference}}"}""");
        return WebhookCall.Of(SandboxProcessor.SignatureHeader, await sandbox.SignAsync(body, Ct), body);
    }

    private protected override Task<int> CountPaymentsAsync(string reference) => ExecuteAsync("select count(*)::int from payments.sandbox_payments where reference = @value", reference);

    private async Task<int> ExecuteAsync(string sql, string value)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        return await Dapper.SqlMapper.ExecuteScalarAsync<int>(connection, sql, new { value });
    }

    private protected override Task<string> NewTokenAsync(PersonId owner) => Task.FromResult(Token().ToString());

    [Fact]
    public async Task A_card_is_good_to_the_end_of_its_month()
    {
        var card = (await sandbox.SaveAsync((Token() with { ExpMonth = 11, ExpYear = 2026 }).ToString(), PersonId.New(), Ct))?.Ref ?? "";
        clock.Advance(new DateTimeOffset(2026, 11, 30, 23, 59, 59, TimeSpan.Zero) - clock.GetUtcNow());
        Assert.Equal(PaymentStatus.Captured, await StatusAsync(card));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PaymentStatus.Failed, await StatusAsync(card));
    }

    public static TheoryData<string> TokensThatAreNone =>
    [
        "", "sbx1_", "sbx1_!!!!", "sbx1_e30", "tok_visa",
        (Token() with { Last4 = "1234" }).ToString(), // no test card
        (Token() with { Brand = "amex" }).ToString(), // not of that brand
        (Token() with { Id = "short" }).ToString(),
        (Token() with { ExpMonth = 13 }).ToString(),
        (Token() with { ExpYear = 99 }).ToString(),
        Encoded("""{"id":"0123456789abcdef0123456789abcdef","brand":"visa","last4":"4242","expMonth":8,"expYear":2029,"number":"4242424242424242"}"""),
        Encoded("""{"id":"0123456789abcdef0123456789abcdef","brand":"visa","last4":"4242","expMonth":8}"""),
        Encoded("""{"id":"0123456789abcdef0123456789abcdef","id":"0123456789abcdef0123456789abcdef","brand":"visa","last4":"4242","expMonth":8,"expYear":2029}"""),
        Encoded("null"),
        "sbx1_" + new string('A', 500),
    ];

    [Theory]
    [MemberData(nameof(TokensThatAreNone))]
    public async Task A_token_that_the_card_page_did_not_make_is_refused(string token) => Assert.Null(await sandbox.SaveAsync(token, PersonId.New(), Ct));

    private static string Encoded(string json) => "sbx1_" + System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static SandboxToken Token(string last4 = "4242") => new(Guid.NewGuid().ToString("N"), "visa", last4, 8, 2029);

    private async Task<string> CardAsync(string last4) => (await sandbox.SaveAsync(Token(last4).ToString(), PersonId.New(), Ct))?.Ref ?? "";

    private async Task<PaymentStatus> StatusAsync(string card) =>
        Known(await sandbox.ChargeAsync(new(Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), card, new(100, Currency.Eur)), Ct)).Status;
}
