using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Braintree;

/// <summary>Braintree's GraphQL: fixed texts with variables.</summary>
internal sealed class BraintreeApi(ProcessorHttp http, Uri baseUrl, MerchantAccount account)
{
    private const string Version = "2019-01-01";

    private const string TransactionFields =
        """
        fragment T on Transaction {
          id status orderId merchantAccountId amount { value currencyCode }
          statusHistory {
            status amount { value currencyCode }
            ... on ProcessorDeclinedEvent { processorResponse { legacyCode } }
            ... on GatewayRejectedEvent { gatewayRejectionReason duplicateOf { id } }
          }
          refunds { id status orderId amount { value currencyCode } }
          disputes { status }
        }
        """;

    private const string MethodFields =
        "fragment M on PaymentMethod { id usage customer { id } details { ... on CreditCardDetails { brandCode last4 expirationMonth expirationYear } } }";

    public const string Ping = "query { ping }";
    public const string CreateCustomer = "mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id } } }";
    public const string CreateClientToken = "mutation ($input: CreateClientTokenInput!) { createClientToken(input: $input) { clientToken } }";
    public const string Vault = "mutation ($input: VaultPaymentMethodInput!) { vaultPaymentMethod(input: $input) { paymentMethod { ...M } verification { status } } } " + MethodFields;
    public const string DeleteMethod = "mutation ($input: DeletePaymentMethodFromVaultInput!) { deletePaymentMethodFromVault(input: $input) { clientMutationId } }";
    public const string FindMethod = "query ($id: ID!) { node(id: $id) { ...M } } " + MethodFields;
    public const string Charge = "mutation ($input: ChargePaymentMethodInput!) { chargePaymentMethod(input: $input) { transaction { ...T } } } " + TransactionFields;
    public const string Authorize = "mutation ($input: AuthorizePaymentMethodInput!) { authorizePaymentMethod(input: $input) { transaction { ...T } } } " + TransactionFields;
    public const string Capture = "mutation ($input: CaptureTransactionInput!) { captureTransaction(input: $input) { transaction { ...T } } } " + TransactionFields;
    public const string Reverse = "mutation ($input: ReverseTransactionInput!) { reverseTransaction(input: $input) { reversal { ... on Transaction { id status } ... on Refund { id status } } } }";
    public const string Refund = "mutation ($input: RefundTransactionInput!) { refundTransaction(input: $input) { refund { id status orderId amount { value currencyCode } } } }";
    public const string Find = "query ($id: ID!) { node(id: $id) { ...T } } " + TransactionFields;
    public const string FindRefund = "query ($id: ID!) { node(id: $id) { ... on Refund { id status orderId amount { value currencyCode } } } }";
    public const string SearchTransactions = "query ($input: TransactionSearchInput!) { search { transactions(input: $input, first: 10) { edges { node { ...T } } } } } " + TransactionFields;
    public const string SearchRefunds = "query ($input: RefundSearchInput!) { search { refunds(input: $input, first: 10) { edges { node { id status orderId amount { value currencyCode } } } } } }";

    /// <returns>The data; or the class of the first error and where in the input it lies; or neither: the outcome is not known.</returns>
    public async Task<BraintreeReply> SendAsync(string query, JsonObject variables, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(baseUrl, "/graphql"));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Settings.PublicKey}:{account.Secrets.Key}")));
        request.Headers.Add("Braintree-Version", Version);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(new JsonObject { ["query"] = query, ["variables"] = variables }.ToJsonString()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (await http.SendAsync(request, cancellationToken) is not Reply.Answered answered)
        {
            return BraintreeReply.Unclear;
        }

        // Mistakes come with 200 as well; what was not carried out and what may have been are told apart by their class.
        if (answered.Json.Items("errors").FirstOrDefault() is { ValueKind: JsonValueKind.Object } error)
        {
            var extensions = error.Member("extensions");
            return new(null, extensions.Text("errorClass") ?? "UNKNOWN", string.Join('.', extensions.Member("inputPath").Items().Select(p => p.ToString())));
        }

        return answered is { Status: 401 or 403 } ? new(null, "AUTHENTICATION", "") : answered.Success && answered.Json.Member("data") is { } data ? new(data, null, "") : BraintreeReply.Unclear;
    }
}

internal sealed record BraintreeReply(JsonElement? Data, string? ErrorClass, string InputPath)
{
    public static BraintreeReply Unclear { get; } = new(null, null, "");

    /// <summary>What a refusal means; null: it says nothing for certain.</summary>
    public string? Refusal => (ErrorClass, InputPath) switch
    {
        ("AUTHENTICATION" or "AUTHORIZATION" or "UNSUPPORTED_CLIENT", _) => "config",
        ("NOT_FOUND" or "VALIDATION", var path) when path.EndsWith("paymentMethodId", StringComparison.Ordinal) => "card_unknown",
        ("VALIDATION", var path) when path.EndsWith("amount", StringComparison.Ordinal) => "exceeds",
        ("NOT_FOUND", _) => "not_found",
        ("VALIDATION", _) => "invalid",
        _ => null,
    };

    public ProcessorAnswer Answer => Refusal is { } code ? new ProcessorAnswer.Refused(code) : ProcessorAnswer.Unclear.Instance;
}
