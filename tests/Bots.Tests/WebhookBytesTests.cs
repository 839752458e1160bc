using System.Text;
using Stoa.Protocol.Graph;
using Xunit;

namespace Stoa.Bots.Tests;

/// <summary>The bytes and signatures were computed by another program (Python's json and hmac) and written down.</summary>
public sealed class WebhookBytesTests
{
    private const string Secret = "secret";

    private const string Expected =
        """{"object":"page","entry":[{"id":"7000000000000042","time":1458692752478,"messaging":[{"sender":{"id":"7000000000000001"},"recipient":{"id":"7000000000000042"},"timestamp":1458692752478,"message":{"mid":"m_x","seq":73,"text":"\u00e4 \/ \ud83d\ude00 <&'+> \u2028 \"q\" \\ \n\u0001"}}]}]}""";

    private static readonly WebhookBody body = new("page",
        [new("7000000000000042", 1458692752478, [new(new("7000000000000001"), new("7000000000000042"), 1458692752478) { Message = new("m_x", 73) { Text = "ä / 😀 <&'+> \u2028 \"q\" \\ \n\u0001" } }])]);

    [Fact]
    public void A_body_is_ascii_with_lower_case_escapes_and_escaped_slashes() =>
        Assert.Equal(Expected, Encoding.UTF8.GetString(WebhookBytes.Encode(body)));

    [Fact]
    public void Signatures_are_over_exactly_these_bytes()
    {
        var bytes = WebhookBytes.Encode(body);

        Assert.Equal("sha1=8650f45d5c74b1c82bb7b8d8e9c761efbb699310", WebhookBytes.SignSha1(Secret, bytes));
        Assert.Equal("sha256=1085be7764cd375880c546375377bf3702ff9bc4df7ed8430426845404d3faf8", WebhookBytes.SignSha256(Secret, bytes));
        Assert.Equal("v1,SSGgu70Q760ucOg/2LwIp2zuNpX6d2dp816txoS4uz8=", WebhookBytes.SignStandard(Secret, "wh-1", 1700000000, bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("\\/")]
    [InlineData("\\u00E4")]
    [InlineData("שלום")]
    [InlineData("👩‍👩‍👧‍👦 \u007f \u0000")]
    public void What_was_encoded_reads_back_as_it_was(string text)
    {
        var bytes = WebhookBytes.Encode(new("page", [new("1", 1, [new(new("1"), new("2"), 1) { Message = new("m", 1) { Text = text } }])]));

        Assert.True(bytes.All(b => b is >= 0x20 and < 0x80));
        using var parsed = System.Text.Json.JsonDocument.Parse(bytes);
        Assert.Equal(text, parsed.RootElement.GetProperty("entry")[0].GetProperty("messaging")[0].GetProperty("message").GetProperty("text").GetString());
    }
}
