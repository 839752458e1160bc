using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Stoa.Hosting.Outbound;
using Stoa.Hosting.Problems;

namespace Stoa.Bots.Apps;

/// <summary>Asks an endpoint whether it wants to be called: it must give back the challenge (messenger-platform §3.1).</summary>
internal sealed class CallbackHandshake(GuardedClient client)
{
    private const int ShownMax = 200;

    /// <returns>Null when the endpoint agreed; else what was sent, what came back, and what helps.</returns>
    public async Task<HandshakeFailure?> VerifyAsync(string callbackUrl, string verifyToken, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(callbackUrl, UriKind.Absolute, out var callback) || client.WhyRefused(callback) is not null)
        {
            return new($"{callbackUrl} is not called. {client.WhyRefused(Uri.TryCreate(callbackUrl, UriKind.Absolute, out var uri) ? uri : null)}", "Give an https address that the server can reach.");
        }

        var challenge = RandomNumberGenerator.GetInt32(1_000_000_000, int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var query = $"hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={Uri.EscapeDataString(verifyToken)}";
        var target = new UriBuilder(callback) { Query = callback.Query.Length > 1 ? $"{callback.Query}&{query}" : query }.Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        var sent = $"Sent GET {callback.GetLeftPart(UriPartial.Path)}?hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token=(yours).";
        return await client.SendAsync(request, OutboundLimits.Webhooks, cancellationToken) switch
        {
            OutboundOutcome.Answered { Status: 200 } answer when Encoding.UTF8.GetString(answer.Body.Span) == challenge => null,
            OutboundOutcome.Answered { Status: 200 } answer => new(
                $"{sent} Came back 200 with '{Show(answer.Body)}' instead of {challenge}.",
                Encoding.UTF8.GetString(answer.Body.Span).Contains(challenge, StringComparison.Ordinal)
                    ? "The body must be the challenge and nothing else: plain text, no quotes, no line feed."
                    : "Answer with the value of hub.challenge as the whole body."),
            OutboundOutcome.Answered answer => new(
                $"{sent} Came back {answer.Status} with '{Show(answer.Body)}'.",
                answer.Status == 403 ? "The endpoint knows another verify token: give both sides the same." : "The endpoint must answer 200; redirects are not followed."),
            OutboundOutcome.Refused refused => new($"Not sent: {refused.Why}", "Give an address that the public can reach; in development start the server with loopback targets allowed."),
            OutboundOutcome.Failed failed => new($"{sent} {failed.Detail}", "Start the bot first, and check that the server can reach it."),
            var other => throw new InvalidOperationException($"{other} is no way a call can end."),
        };
    }

    private static string Show(ReadOnlyMemory<byte> body)
    {
        var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, ShownMax)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
    }
}

/// <param name="WhatHappened">What was sent and what came back.</param>
/// <param name="Fix">What helps.</param>
internal sealed record HandshakeFailure(string WhatHappened, string Fix)
{
    public Problem AsProblem() => new(StatusCodes.Status400BadRequest, "webhook_verification_failed", "Ask the webhook whether it wants to be called", WhatHappened, Fix);
}
