using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>What becomes of a message after it is sent, seen as it happens in a second window.</summary>
public sealed class MessageLifeTests(Chromium chromium)
{
    [Fact]
    public async Task A_message_is_answered_reacted_to_edited_and_unsent_before_the_other_s_eyes()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "Leila Haddad", "ar");
        await zofia.OpenConversationAsync("leila", "Leila Haddad");
        await zofia.SayAsync("Harbour at **six**?", "Harbour at six?");
        await leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Zofia Nowak") }).ClickAsync();

        await (await leila.MenuOfAsync("Harbour at six?")).GetByRole(AriaRole.Menuitem, new() { NameRegex = new("❤️") }).ClickAsync();
        await Expect(zofia.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^❤️, .*Leila Haddad") })).ToBeVisibleAsync();
        await (await leila.MenuOfAsync("Harbour at six?")).GetByRole(AriaRole.Menuitem, new() { Name = leila.Words.Of("threads", "action.reply") }).ClickAsync();
        await leila.PictureAsync("message-phone-dark-arabic-reply");
        await leila.SayAsync("السابعة أفضل");

        // The quote leads to what it quotes.
        await Expect(zofia.Page.GetByText("السابعة أفضل").Last).ToBeVisibleAsync();
        await zofia.Page.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("threads", "quoteOf") }).ClickAsync();
        await Expect(zofia.MessageWith("Harbour at six?").First).ToBeFocusedAsync();

        // Arrow up in the empty field edits one's last message.
        await zofia.Composer.PressAsync("ArrowUp");
        var editor = zofia.Page.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("threads", "editing") });
        await Expect(editor).ToHaveValueAsync("Harbour at **six**?");
        await zofia.PictureAsync("message-desktop-light-edit");
        await editor.FillAsync("Harbour at **seven**?");
        await editor.PressAsync("Enter");
        await Expect(leila.MessageWith("Harbour at seven?").First).ToBeVisibleAsync();
        await leila.Page.GetByRole(AriaRole.Button, new() { Name = leila.Words.Of("threads", "edited") }).ClickAsync();
        await Expect(leila.Page.GetByRole(AriaRole.Dialog).GetByText("Harbour at six?")).ToBeVisibleAsync();
        await leila.Page.Keyboard.PressAsync("Escape");
        await zofia.PictureAsync("message-desktop-light");
        await leila.PictureAsync("message-phone-dark-arabic");

        await (await zofia.MenuOfAsync("Harbour at seven?")).GetByRole(AriaRole.Menuitem, new() { Name = zofia.Words.Of("threads", "action.unsend") }).ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("threads", "action.unsend") }).ClickAsync();
        await Expect(leila.Page.GetByText(leila.Words.Pattern("threads", "gone.unsent")).First).ToBeVisibleAsync();
        await Expect(leila.Page.GetByText("Harbour at seven?")).ToHaveCountAsync(0);
        await leila.PictureAsync("message-phone-dark-arabic-unsent");

        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(leila.Page);
    }

    [Fact]
    public async Task A_message_deleted_for_oneself_comes_back_by_undo_and_goes_on_all_devices_without()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        var phone = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true }), url, "Zofia Nowak");
        await zofia.OpenConversationAsync("leila", "Leila Haddad");
        await zofia.SayAsync("for nobody");
        await phone.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Leila Haddad") }).ClickAsync();
        var placeholder = zofia.Page.GetByRole(AriaRole.Article).GetByText(zofia.Words.Of("threads", "gone.hidden"));

        await zofia.FocusOnMessageAsync("for nobody");
        await zofia.Page.Keyboard.PressAsync("Delete");
        await Expect(placeholder).ToBeVisibleAsync();
        await zofia.Button("threads", "undo").ClickAsync();
        await Expect(zofia.MessageWith("for nobody").Last).ToBeVisibleAsync();

        await zofia.FocusOnMessageAsync("for nobody");
        await zofia.Page.Keyboard.PressAsync("Delete");
        await Expect(placeholder).ToBeVisibleAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Article).GetByText(phone.Words.Of("threads", "gone.hidden"))).ToBeVisibleAsync();
        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(phone.Page);
    }
}
