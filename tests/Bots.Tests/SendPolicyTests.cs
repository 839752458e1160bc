using System.Text.Json;
using Stoa.Bots.Sending;
using Stoa.Protocol.Graph;
using Xunit;

namespace Stoa.Bots.Tests;

public sealed class SendPolicyTests
{
    private static readonly DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private const string Text = """{"text":"x"}""";
    private const string Receipt = """{"attachment":{"type":"template","payload":{"template_type":"receipt","recipient_name":"A","order_number":"1","currency":"EUR","payment_method":"Visa","summary":{"total_cost":1}}}}""";

    [Theory]
    // hours since the act, unanswered, granted, message, type, tag → permission
    [InlineData(-1.0, false, false, Text, null, null, 0)]
    [InlineData(0.0, false, false, Text, null, null, 1)]
    [InlineData(23.9, false, false, Text, null, null, 1)]
    [InlineData(24.0, false, false, Text, null, null, 0)]
    [InlineData(24.0, true, false, Text, null, null, 2)]
    [InlineData(1000.0, true, false, Text, null, null, 2)]
    [InlineData(24.0, false, false, Text, "UPDATE", null, 0)]
    [InlineData(24.0, false, true, Text, "UPDATE", null, 1)]
    [InlineData(24.0, false, true, Text, null, null, 0)]
    [InlineData(24.0, false, true, Receipt, null, null, 1)]
    [InlineData(24.0, false, false, Receipt, null, null, 0)]
    [InlineData(24.0, false, true, Text, "MESSAGE_TAG", "CONFIRMED_EVENT_UPDATE", 1)]
    [InlineData(24.0, false, false, Text, "MESSAGE_TAG", "CONFIRMED_EVENT_UPDATE", 0)]
    [InlineData(24.0, false, true, Text, "MESSAGE_TAG", "NON_PROMOTIONAL_SUBSCRIPTION", 0)]
    [InlineData(100.0, false, false, Text, "MESSAGE_TAG", "HUMAN_AGENT", 1)]
    [InlineData(168.0, false, false, Text, "MESSAGE_TAG", "HUMAN_AGENT", 0)]
    public void Who_may_write_when(double hoursSinceAct, bool unanswered, bool granted, string message, string? type, string? tag, int permission)
    {
        var request = new Dictionary<string, object?> { ["recipient"] = new { id = "7" }, ["message"] = JsonDocument.Parse(message).RootElement, ["messaging_type"] = type, ["tag"] = tag };
        var read = SendRequest.Read(new(JsonSerializer.SerializeToElement(request), ""));

        var state = new ConversationState(hoursSinceAct < 0 ? null : now.AddHours(-hoursSinceAct), unanswered, granted ? now.AddDays(1) : null);

        Assert.Equal((SendPermission)permission, SendPolicy.Decide(state, read, now));
    }
}
