using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>A group, from its name to somebody who comes by a link.</summary>
public sealed class GroupTests(Chromium chromium)
{
    [Fact]
    public async Task A_group_is_made_opened_by_a_link_and_joined_before_its_members_eyes()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await zofia.Button("threads", "newChat").ClickAsync();
        await zofia.Button("threads", "group.new").ClickAsync();
        var dialog = zofia.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("threads", "group.title") }).FillAsync("Saturday hikers");
        foreach (var (handle, name) in new[] { ("leila", "Leila Haddad"), ("tomek", "Tomasz Wrona") })
        {
            await dialog.GetByRole(AriaRole.Searchbox).FillAsync(handle);
            await dialog.GetByRole(AriaRole.Checkbox, new() { NameRegex = new(name) }).ClickAsync();
        }

        await zofia.PictureAsync("group-desktop-light-new");
        await zofia.Button("threads", "group.create").ClickAsync();
        await Expect(zofia.Page.GetByRole(AriaRole.Heading, new() { Name = "Saturday hikers" })).ToBeVisibleAsync();
        await zofia.Button("threads", "panel.open").ClickAsync();
        await zofia.Button("threads", "group.invites").ClickAsync();
        await zofia.Button("threads", "invite.make").ClickAsync();
        var link = await zofia.Page.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("threads", "invite.link") }).InputValueAsync();
        await zofia.PictureAsync("group-desktop-light-invite");
        await zofia.Page.Keyboard.PressAsync("Escape");

        var noa = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "נועה לוי", "he");
        await noa.Page.GotoAsync($"{url}/join{new Uri(link).Fragment}");
        await Expect(noa.Page.GetByRole(AriaRole.Heading, new() { Name = "Saturday hikers" })).ToBeVisibleAsync();
        await noa.PictureAsync("group-phone-dark-hebrew-join");
        await noa.Button("threads", "join.join").ClickAsync();
        await noa.SayAsync("שבת שלום");

        await Expect(zofia.Page.GetByText(zofia.Words.Pattern("threads", "joined")).First).ToBeVisibleAsync();
        await Expect(zofia.MessageWith("שבת שלום").First).ToBeVisibleAsync();
        var panel = zofia.Page.GetByRole(AriaRole.Complementary);
        await Expect(panel.GetByText("נועה לוי")).ToBeVisibleAsync();
        await zofia.PictureAsync("group-desktop-light");
        await noa.PictureAsync("group-phone-dark-hebrew");

        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(noa.Page);
    }
}
