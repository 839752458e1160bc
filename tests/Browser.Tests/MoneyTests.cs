using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>Money between two people and in a group, each at their own window.</summary>
public sealed class MoneyTests(Chromium chromium)
{
    [Fact]
    public async Task Money_is_sent_asked_for_paid_and_declined_before_both_eyes()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await zofia.OpenConversationAsync("leila", "Leila Haddad");
        await zofia.SayAsync("Did you get the tickets?");

        // With the keyboard alone.
        await zofia.Button("threads", "money.open").FocusAsync();
        await zofia.Page.Keyboard.PressAsync("Enter");
        var sheet = zofia.Page.GetByRole(AriaRole.Dialog);
        await Expect(Amount(zofia)).ToBeFocusedAsync();
        await Amount(zofia).FillAsync("1,299");
        await Expect(sheet.GetByText(zofia.Words.Of("money", "wrong.ambiguous"))).ToBeVisibleAsync();
        await Amount(zofia).FillAsync("12.50");
        await Note(zofia).FillAsync("Two tickets to the museum");
        await zofia.PictureAsync("money-desktop-light-amount");
        await Note(zofia).PressAsync("Enter");
        await Expect(sheet.GetByText(zofia.Words.Pattern("money", "first.title"))).ToBeVisibleAsync();
        await Expect(Send(zofia)).ToBeDisabledAsync();
        await Sure(zofia).CheckAsync();
        await zofia.PictureAsync("money-desktop-light-confirm");
        await Send(zofia).ClickAsync();
        await Expect(sheet).ToBeHiddenAsync();
        await Expect(Card(zofia, "12.50").GetByText(zofia.Words.Of("money", "state.transfer.sent"))).ToBeVisibleAsync();

        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "ليلى|Leila", "ar");
        await leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Zofia Nowak") }).ClickAsync();
        await Expect(Card(leila, "12.50")).ToBeVisibleAsync();
        await leila.PictureAsync("money-phone-dark-arabic-received");
        await AskAsync(leila, "٢٠٫٥", picture: "money-phone-dark-arabic-ask");
        await AskAsync(leila, "7");

        await Card(zofia, "20.50").GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("money", "pay") }).ClickAsync();
        await Expect(sheet.GetByText("@leila")).ToBeVisibleAsync();
        await zofia.PictureAsync("money-desktop-light-pay");
        await Send(zofia).ClickAsync();
        await Expect(Card(leila, "20.50").First.GetByText(leila.Words.Of("money", "state.request.paid"))).ToBeVisibleAsync();

        await Card(zofia, "7.00").GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("money", "decline") }).ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("money", "decline") }).ClickAsync();
        await Expect(Card(leila, "7.00").GetByText(leila.Words.Of("money", "state.request.declined"))).ToBeVisibleAsync();
        await zofia.PictureAsync("money-desktop-light");
        await leila.PictureAsync("money-phone-dark-arabic");

        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(leila.Page);
    }

    [Fact]
    public async Task A_group_splits_a_bill_and_takes_a_gift_and_sees_who_has_paid_and_taken()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true }), url, "Zofia Nowak");
        await zofia.Button("threads", "newChat").ClickAsync();
        await zofia.Button("threads", "group.new").ClickAsync();
        var dialog = zofia.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("threads", "group.title") }).FillAsync("Saturday hikers");
        foreach (var (handle, name) in new[] { ("leila", "Leila Haddad"), ("tomek", "Tomasz Wrona") })
        {
            await dialog.GetByRole(AriaRole.Searchbox).FillAsync(handle);
            await dialog.GetByRole(AriaRole.Checkbox, new() { NameRegex = new(name) }).ClickAsync();
        }

        await zofia.Button("threads", "group.create").ClickAsync();
        await zofia.Button("threads", "money.open").ClickAsync();
        await Amount(zofia, "whole").FillAsync("100");
        await Note(zofia).FillAsync("The hut");
        await Expect(dialog.GetByText(zofia.Words.Pattern("money", "ownPart"))).ToContainTextAsync("33.34");
        await zofia.PictureAsync("money-phone-light-split");
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("money", "ask") }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();

        var tomek = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Dark = true }), url, "Tomasz Wrona", "pl");
        await tomek.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Saturday hikers") }).ClickAsync();
        await Card(tomek, "100").GetByRole(AriaRole.Button, new() { NameRegex = tomek.Words.Pattern("money", "pay") }).ClickAsync();
        await Sure(tomek).CheckAsync();
        await tomek.PictureAsync("money-desktop-dark-polish-pay-share");
        await Send(tomek).ClickAsync();

        await Expect(Card(zofia, "100.00").First.GetByText(zofia.Words.Of("money", "state.request.partly_paid"))).ToBeVisibleAsync();
        await zofia.PictureAsync("money-phone-light-split-card");

        await zofia.Button("threads", "money.open").ClickAsync();
        await dialog.GetByText(zofia.Words.Of("money", "tab.gift"), new() { Exact = true }).First.ClickAsync();
        await Amount(zofia, "giftWhole").FillAsync("3");
        await dialog.GetByText(zofia.Words.Of("money", "byChance")).ClickAsync();
        await zofia.PictureAsync("money-phone-light-gift");
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("money", "give") }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await Card(tomek, "3.00|3,00").GetByRole(AriaRole.Button, new() { Name = tomek.Words.Of("money", "take") }).ClickAsync();
        await Expect(Card(zofia, "3.00").Last.GetByText("Tomasz Wrona")).ToBeVisibleAsync();
        await zofia.PictureAsync("money-phone-light-gift-card");
        await tomek.PictureAsync("money-desktop-dark-polish-split-card");
        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(tomek.Page);
    }

    [Fact]
    public async Task A_large_payment_asks_for_the_PIN_waits_is_taken_back_and_the_month_shows_on_the_statement()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await zofia.Page.GotoAsync($"{url}/money");
        await zofia.Button("money", "pin.set").ClickAsync();
        await zofia.Page.GetByLabel(zofia.Words.Of("money", "pin.new")).FillAsync("4821");
        await zofia.Button("money", "pin.save").ClickAsync();
        await Expect(zofia.Button("money", "pin.change")).ToBeVisibleAsync();
        await zofia.PictureAsync("money-desktop-light-page");

        await zofia.Page.GotoAsync(url);
        await zofia.OpenConversationAsync("leila", "Leila Haddad");
        await zofia.Button("threads", "money.open").ClickAsync();
        await Amount(zofia).FillAsync("150");
        await zofia.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Combobox, new() { NameRegex = new($"^{zofia.Words.Of("money", "when")}") }).SelectOptionAsync("3600");
        await zofia.Button("money", "next").ClickAsync();
        await Sure(zofia).CheckAsync();
        await Expect(Send(zofia)).ToBeDisabledAsync();
        await zofia.Page.GetByLabel(zofia.Words.Of("money", "pin"), new() { Exact = true }).FillAsync("1234");
        await Send(zofia).ClickAsync();
        await Expect(zofia.Page.GetByText(zofia.Words.Of("money", "problem.pin"))).ToBeVisibleAsync();
        await zofia.PictureAsync("money-desktop-light-pin");
        await zofia.Page.GetByLabel(zofia.Words.Of("money", "pin"), new() { Exact = true }).FillAsync("4821");
        await Send(zofia).ClickAsync();
        await Expect(Card(zofia, "150.00").GetByText(zofia.Words.Of("money", "state.transfer.waiting"), new() { Exact = true })).ToBeVisibleAsync();
        await zofia.PictureAsync("money-desktop-light-waiting");
        await Card(zofia, "150.00").GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("money", "takeMoneyBack") }).ClickAsync();
        await zofia.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("money", "takeMoneyBack") }).ClickAsync();
        await Expect(Card(zofia, "150.00").GetByText(zofia.Words.Of("money", "state.transfer.cancelled"))).ToBeVisibleAsync();

        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "ليلى|Leila", "ar");
        await leila.Page.GotoAsync($"{url}/money/statement");
        await Expect(leila.Page.GetByRole(AriaRole.Row, new() { NameRegex = new("500") }).First).ToBeVisibleAsync();
        await leila.PictureAsync("money-phone-dark-arabic-statement");
        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(leila.Page);
    }

    [Fact]
    public async Task Money_by_link_is_taken_by_who_comes_with_it()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await zofia.Page.GotoAsync($"{url}/money");
        await zofia.Button("money", "link.open").ClickAsync();
        await Amount(zofia).FillAsync("15");
        await zofia.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("money", "link.make") }).ClickAsync();
        var link = await zofia.Page.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("money", "link.link") }).InputValueAsync();
        await zofia.PictureAsync("money-desktop-light-link");

        var noa = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "נועה לוי", "he");
        await noa.Page.GotoAsync($"{url}/claim{new Uri(link).Fragment}");
        var take = noa.Page.GetByRole(AriaRole.Button, new() { NameRegex = noa.Words.Pattern("money", "claim.take") });
        await Expect(take).ToBeVisibleAsync();
        await noa.PictureAsync("money-phone-dark-hebrew-claim");
        await take.ClickAsync();
        await Expect(Card(noa, "15.00").GetByText(noa.Words.Of("money", "got"))).ToBeVisibleAsync();
        chromium.AssertQuiet(zofia.Page);
        chromium.AssertQuiet(noa.Page);
    }

    private static async Task AskAsync(Journey who, string amount, string? picture = null)
    {
        await who.Button("threads", "money.open").ClickAsync();
        var sheet = who.Page.GetByRole(AriaRole.Dialog);
        await sheet.GetByText(who.Words.Of("money", "tab.ask"), new() { Exact = true }).First.ClickAsync();
        await Amount(who).FillAsync(amount);
        if (picture is not null)
        {
            await who.PictureAsync(picture);
        }

        await sheet.GetByRole(AriaRole.Button, new() { NameRegex = who.Words.Pattern("money", "ask") }).ClickAsync();
        await Expect(sheet).ToBeHiddenAsync();
    }

    private static ILocator Amount(Journey who, string label = "amount") => who.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox, new() { Name = who.Words.Of("money", label), Exact = true });

    private static ILocator Note(Journey who) => who.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox, new() { Name = who.Words.Of("money", "note") });

    private static ILocator Send(Journey who) => who.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = who.Words.Pattern("money", "send") });

    // The box itself lies under what is drawn for it.
    private static ILocator Sure(Journey who) => who.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Checkbox, new() { Name = who.Words.Of("money", "first.sure") });

    /// <summary>The card of this amount in the conversation.</summary>
    private static ILocator Card(Journey who, string amount) => who.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Article).Filter(new() { HasTextRegex = new(amount) });
}
