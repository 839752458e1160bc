using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Kernel;
using Stoa.Testing;
using Xunit;

namespace Stoa.Threads.Tests;

/// <summary>Nobody can press what the business never offered.</summary>
public sealed class PressTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, string?> Offers => new()
    {
        // What the page has sent, the payload pressed, its kind, and the title that stands on it.
        { """{"text":"Size?","quickReplies":[{"content_type":"text","title":"Small","payload":"S"},{"content_type":"text","title":"Large","payload":"L"}]}""", "L", "quick_reply", "Large" },
        { """{"attachments":[{"type":"template","payload":{"template_type":"button","text":"?","buttons":[{"type":"postback","title":"Go","payload":"GO"}]}}]}""", "GO", "postback", "Go" },
        { """{"attachments":[{"type":"template","payload":{"template_type":"generic","elements":[{"title":"A"},{"title":"B","buttons":[{"type":"web_url","url":"https://x.example"},{"type":"postback","title":"Choose","payload":"B1"}]}]}}]}""", "B1", "postback", "Choose" },
        { """{"attachments":[{"type":"template","payload":{"template_type":"airline_checkin","checkin_url":"https://x.example","checkin_payload":"CHECKIN"}}]}""", "CHECKIN", "postback", null },
        { """{"text":"welcome"}""", "GET_STARTED", "postback", null },
    };

    [Theory]
    [MemberData(nameof(Offers))]
    public async Task A_press_is_stored_with_what_was_offered(string sent, string payload, string kind, string? title)
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Services = Business.Register });
        var one = await Somebody.SignUpAsync(server, "one");
        var thread = await one.OpenAsync("page:kiosk");
        await server.Services.GetRequiredService<IThreadLog>().AppendAsync(new(thread, Business.Page, Guid.NewGuid(), "message", Encoding.UTF8.GetBytes(sent)), Ct);

        using var answer = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "as the client says", payload });
        await Somebody.ReadAsync(answer, 201);

        var stored = (await one.AllEventsAsync(thread))[^1];
        var press = stored.GetProperty("press");
        Assert.Equal((kind, payload), (press.GetProperty("kind").GetString(), press.GetProperty("payload").GetString()));
        Assert.Equal(title ?? "as the client says", stored.GetProperty("text").GetString());
        Assert.Equal(payload == "GET_STARTED" ? 0 : 1, press.TryGetProperty("of", out var of) ? of.GetInt64() : 0);
    }

    [Theory]
    [InlineData("""{"text":"x","quickReplies":[{"content_type":"text","title":"A","payload":"A"}]}""", "B")]
    [InlineData("""{"attachments":[{"type":"template","payload":{"template_type":"button","buttons":[{"type":"web_url","title":"A","url":"https://x.example","payload":"A"}]}}]}""", "A")]
    [InlineData("""{"attachments":[{"type":"template","payload":{"template_type":"generic","elements":[{"title":"A","buttons":[{"type":"payment","title":"Pay","payload":"PAY"}]}]}}]}""", "PAY")]
    [InlineData("""{"text":"PAYLOAD"}""", "PAYLOAD")]
    [InlineData("""{"text":"x"}""", "")]
    public async Task What_was_not_offered_is_refused(string sent, string payload)
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Services = Business.Register });
        var one = await Somebody.SignUpAsync(server, "one");
        var thread = await one.OpenAsync("page:kiosk");
        await server.Services.GetRequiredService<IThreadLog>().AppendAsync(new(thread, Business.Page, Guid.NewGuid(), "message", Encoding.UTF8.GetBytes(sent)), Ct);

        using var answer = await one.PostAsync(thread, new { clientId = Guid.NewGuid(), text = "x", payload });

        Assert.Equal("payload_not_offered", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
        Assert.Single(await one.AllEventsAsync(thread));
    }

    [Fact]
    public async Task A_persons_own_words_and_another_threads_offer_are_no_offer()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Services = Business.Register });
        var one = await Somebody.SignUpAsync(server, "one");
        var other = await Somebody.SignUpAsync(server, "other");
        var log = server.Services.GetRequiredService<IThreadLog>();
        var (mine, theirs) = (await one.OpenAsync("page:kiosk"), await other.OpenAsync("page:kiosk"));
        var offer = """{"text":"x","quickReplies":[{"content_type":"text","title":"A","payload":"SECRET"}]}"""u8.ToArray();
        await log.AppendAsync(new(theirs, Business.Page, Guid.NewGuid(), "message", offer), Ct);
        await log.AppendAsync(new(mine, one.Id, Guid.NewGuid(), "message", offer), Ct);

        using var answer = await one.PostAsync(mine, new { clientId = Guid.NewGuid(), text = "x", payload = "SECRET" });
        Assert.Equal("payload_not_offered", (await Somebody.ReadAsync(answer, 400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_button_works_for_two_hundred_events_and_its_repeat_for_ever()
    {
        await using var server = await Cast.StartAsync(new StoaServerOptions { Services = Business.Register });
        var one = await Somebody.SignUpAsync(server, "one");
        var thread = await one.OpenAsync("page:kiosk");
        var log = server.Services.GetRequiredService<IThreadLog>();
        await log.AppendAsync(new(thread, Business.Page, Guid.NewGuid(), "message", """{"text":"x","quickReplies":[{"content_type":"text","title":"A","payload":"A"}]}"""u8.ToArray()), Ct);
        var press = new { clientId = Guid.NewGuid(), text = "A", payload = "A" };
        using var first = await one.PostAsync(thread, press);
        await Task.WhenAll(Enumerable.Range(0, 198).Select(_ => log.AppendAsync(ThreadLogTests.Message(thread, one.Id, Guid.NewGuid(), "x"), Ct)));
        using var still = await one.PostAsync(thread, press with { clientId = Guid.NewGuid() });
        using var late = await one.PostAsync(thread, press with { clientId = Guid.NewGuid() });
        using var repeat = await one.PostAsync(thread, press);

        Assert.Equal(201, (int)first.StatusCode);
        Assert.Equal(201, (int)still.StatusCode);
        Assert.Equal(400, (int)late.StatusCode);
        Assert.Equal(200, (int)repeat.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await repeat.Content.ReadAsStringAsync(Ct));
    }
}
