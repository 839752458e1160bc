using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>A picture from one window to another, by way of the media origin.</summary>
public sealed class PictureTests(Chromium chromium)
{
    [Fact]
    public async Task A_picture_and_a_file_are_uploaded_sent_and_seen_by_the_other()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "Leila Haddad", "ar");
        await zofia.OpenConversationAsync("leila", "Leila Haddad");
        await Expect(zofia.Composer).ToBeVisibleAsync();

        await zofia.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload[]
        {
            new() { Name = "harbour.png", MimeType = "image/png", Buffer = await zofia.Page.ScreenshotAsync() },
            new() { Name = "timetable.txt", MimeType = "text/plain", Buffer = "06:40, 19:30"u8.ToArray() },
        });
        await zofia.PictureAsync("picture-desktop-light-tray");
        await zofia.SayAsync("The harbour");
        await leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Zofia Nowak") }).ClickAsync();

        var picture = leila.Page.GetByRole(AriaRole.Button, new() { Name = leila.Words.Of("threads", "openPicture") });
        await Expect(picture).ToBeVisibleAsync();
        await leila.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('article img')].some(image => image.complete && image.naturalWidth > 0)");
        await Expect(leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("timetable.txt") })).ToBeVisibleAsync();
        await leila.PictureAsync("picture-phone-dark-arabic");
        await picture.ClickAsync();
        await leila.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('[role=dialog] img')].some(image => image.complete && image.naturalWidth > 1000)");
        await leila.PictureAsync("picture-phone-dark-arabic-viewer");
        await leila.Page.Keyboard.PressAsync("Escape");
        await Expect(leila.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await zofia.PictureAsync("picture-desktop-light");

        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(leila.Page);
    }
}
