using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>Two people in two windows.</summary>
public sealed class TalkTests(Chromium chromium)
{
    [Fact]
    public async Task Two_people_see_each_other_s_messages_arrive_live()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        var noa = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "נועה לוי", "he");

        await zofia.OpenConversationAsync("noa", "נועה לוי");
        await zofia.SayAsync("Are you at the harbour?");
        await noa.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Zofia Nowak") }).ClickAsync();
        await Expect(noa.Page.GetByText("Are you at the harbour?").Last).ToBeVisibleAsync();
        await noa.SayAsync("שתי דקות ואני שם.");

        await Expect(zofia.Page.GetByText("שתי דקות ואני שם.").Last).ToBeVisibleAsync();
        await zofia.SayAsync("I'll wait by the ferry.");
        await Expect(zofia.Page.GetByText(Words.English.Of("threads", "state.read"), new() { Exact = true }).Last).ToBeVisibleAsync();
        await zofia.PictureAsync("talk-desktop-light");
        await noa.PictureAsync("talk-phone-dark-hebrew");

        await zofia.Button("threads", "more").ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = Words.English.Pattern("threads", "block") }).ClickAsync();
        await Expect(zofia.Button("threads", "unblock")).ToBeVisibleAsync();
        await zofia.PictureAsync("talk-blocked");
        await zofia.Button("threads", "unblock").ClickAsync();
        await Expect(zofia.Composer).ToBeVisibleAsync();

        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(noa.Page);
    }
}
