using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Stoa.Payments.Accounts;
using Stoa.Payments.Processors.Remote;

namespace Stoa.Payments.Processors.PayPal;

/// <summary>PayPal's calls: JSON both ways, with an access token that is fetched anew once when it is refused.</summary>
internal sealed class PayPalApi(ProcessorHttp http, PayPalTokens tokens, Uri baseUrl, MerchantAccount account)
{
    public Task<Reply> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<Reply> DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);

    /// <param name="key">PayPal answers a repeat with the first answer; null for calls that change nothing.</param>
    /// <param name="json">An empty object where nothing is to be said.</param>
    public Task<Reply> PostAsync(string path, string? key, string json, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, key, json, cancellationToken);

    private async Task<Reply> SendAsync(HttpMethod method, string path, string? key, string? json, CancellationToken cancellationToken)
    {
        string? refused = null;
        while (true)
        {
            var (token, failure) = await TokenAsync(refused, cancellationToken);
            if (token is null)
            {
                return failure;
            }

            var request = new HttpRequestMessage(method, new Uri(baseUrl, path));
            request.Headers.Authorization = new("Bearer", token);
            if (json is not null)
            {
                request.Headers.Add("Prefer", "return=representation");
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            if (key is not null)
            {
                request.Headers.Add("PayPal-Request-Id", key);
            }

            var reply = await http.SendAsync(request, cancellationToken);
            if (reply is not Reply.Answered { Status: 401 } || refused is not null)
            {
                return reply;
            }

            // Once: the token may have ended on the way.
            refused = token;
        }
    }

    private async Task<(string? Token, Reply Failure)> TokenAsync(string? refused, CancellationToken cancellationToken)
    {
        Reply failure = Reply.Lost.Instance;
        var slot = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{baseUrl}|{account.Settings.ClientId}|{account.Secrets.Key}")));
        var token = await tokens.GetAsync(slot, refused, async () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(baseUrl, "/v1/oauth2/token"));
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Settings.ClientId}:{account.Secrets.Key}")));
            request.Content = new StringContent("grant_type=client_credentials", Encoding.ASCII, "application/x-www-form-urlencoded");
            failure = await http.SendAsync(request, cancellationToken);
            return failure is Reply.Answered { Success: true, Json: var said } && said.Text("access_token") is { } made ? (made, said.Number("expires_in") ?? 0) : null;
        }, cancellationToken);
        return (token, failure is Reply.Answered { Success: true } ? Reply.Lost.Instance : failure);
    }
}
