using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>What a person does with the list of conversations, for themselves.</summary>
public sealed class OwnListTests(Chromium chromium)
{
    [Fact]
    public async Task A_stranger_s_request_waits_apart_until_it_is_accepted_and_a_draft_follows_to_another_device()
    {
        await using var server = await StoaServer.StartAsync(new()
        {
            World = World.Town,
            RunningClock = true,
            Settings = new Dictionary<string, string> { ["Threads:Requests"] = "true" },
        });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await zofia.OpenConversationAsync("noa", "נועה לוי");
        await zofia.SayAsync("Do you have the atlas?");

        var noa = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "נועה לוי", "he");
        await Expect(noa.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Zofia Nowak") })).ToHaveCountAsync(0);
        await noa.AcceptAsync("Zofia Nowak");
        await noa.SayAsync("יש לי");
        await Expect(zofia.MessageWith("יש לי").First).ToBeVisibleAsync();

        // What is half written on the desk stands on the phone.
        var phone = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true }), url, "Zofia Nowak");
        await zofia.Composer.FillAsync("Keep it for me until Sat");
        var row = phone.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("נועה לוי") });
        await Expect(row).ToContainTextAsync("Keep it for me until Sat");

        // Archived, and back by undo.
        await row.DispatchEventAsync("contextmenu");
        await phone.PictureAsync("list-phone-light-menu");
        await phone.Page.GetByRole(AriaRole.Menuitem, new() { Name = phone.Words.Of("threads", "row.archive"), Exact = true }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await phone.Button("threads", "undo").ClickAsync();
        await Expect(row).ToBeVisibleAsync();
        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(noa.Page);
        chromium.AssertQuiet(phone.Page);
    }
}
