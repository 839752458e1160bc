using System.Text;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.Stripe;

/// <summary>Stripe's calls: forms out, JSON back.</summary>
internal sealed class StripeApi(ProcessorHttp http, Uri baseUrl, MerchantAccount account)
{
    // The version that requests and answers here are written in; webhooks come in that of their endpoint.
    private const string Version = "2026-10-28.endive";

    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken) => http.SendAsync(Request(HttpMethod.Get, path), cancellationToken);

    /// <param name="key">Sent with every try of one request; Stripe answers a repeat with the first answer.</param>
    public Task<Reply> PostAsync(string path, string key, IReadOnlyList<(string Name, string Value)> form, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Post, path);
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new StringContent(Encode(form), Encoding.ASCII, "application/x-www-form-urlencoded");
        return http.SendAsync(request, cancellationToken);
    }

    public static string Encode(IEnumerable<(string Name, string Value)> form) =>
        string.Join('&', form.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(baseUrl, path));
        request.Headers.Authorization = new("Bearer", account.Secrets.Key);
        request.Headers.Add("Stripe-Version", Version);
        return request;
    }
}
