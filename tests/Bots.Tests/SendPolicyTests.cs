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

        Assert.Equal((SendPermission)permission, SendPolicy.Decide(PolicyKind.Open, state, read, now));
    }

    [Theory]
    // hours since the act, message, type, tag → permission
    [InlineData(23.9, Text, null, null, 1)]
    [InlineData(24.0, Text, null, null, 0)]
    [InlineData(24.0, Receipt, "UPDATE", null, 0)]
    [InlineData(1000.0, Text, "MESSAGE_TAG", "POST_PURCHASE_UPDATE", 1)]
    [InlineData(1000.0, Text, "MESSAGE_TAG", "SHIPPING_UPDATE", 1)]
    [InlineData(1000.0, Text, "NON_PROMOTIONAL_SUBSCRIPTION", null, 1)]
    [InlineData(167.9, Text, "MESSAGE_TAG", "HUMAN_AGENT", 1)]
    [InlineData(168.0, Text, "MESSAGE_TAG", "HUMAN_AGENT", 0)]
    [InlineData(100.0, Text, "MESSAGE_TAG", "CUSTOMER_FEEDBACK", 0)]
    public void Who_may_write_when_under_the_platforms_own_rules(double hoursSinceAct, string message, string? type, string? tag, int permission)
    {
        var request = new Dictionary<string, object?> { ["recipient"] = new { id = "7" }, ["message"] = JsonDocument.Parse(message).RootElement, ["messaging_type"] = type, ["tag"] = tag };
        var read = SendRequest.Read(new(JsonSerializer.SerializeToElement(request), ""));

        // The act is unanswered and a purchase grants updates: neither counts here.
        Assert.Equal((SendPermission)permission, SendPolicy.Decide(PolicyKind.Messenger, new(now.AddHours(-hoursSinceAct), true, now.AddDays(1)), read, now));
    }

    [Theory]
    [InlineData("{\"text\":\"x\"}", "MESSAGE_TAG", "HUMAN_AGENT")]
    [InlineData(Receipt, "UPDATE", null)]
    public void Stop_outweighs_everything_until_the_next_act(string message, string type, string? tag)
    {
        var request = new Dictionary<string, object?> { ["recipient"] = new { id = "7" }, ["message"] = JsonDocument.Parse(message).RootElement, ["messaging_type"] = type, ["tag"] = tag };
        var read = SendRequest.Read(new(JsonSerializer.SerializeToElement(request), ""));
        var state = new ConversationState(now.AddHours(-1), true, now.AddDays(1), now.AddMinutes(-30));
        foreach (var policy in Enum.GetValues<PolicyKind>())
        {
            Assert.Equal(SendPermission.Refused, SendPolicy.Decide(policy, state, read, now));
            Assert.Equal((false, "stopped"), (SendPolicy.Look(policy, state, now).MaySend, SendPolicy.Look(policy, state, now).Why));
            Assert.Equal(SendPermission.Free, SendPolicy.Decide(policy, state with { ActAt = now.AddMinutes(-1) }, read, now));
        }
    }
}
