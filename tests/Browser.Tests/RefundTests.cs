using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>Money back, asked for in the conversation and given by the business; a problem that is reported, and a dispute.</summary>
public sealed class RefundTests(Chromium chromium)
{
    private const string Hat = """
        {"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Straw hat","subtitle":"Woven on Paros","buttons":[{"type":"payment","title":"buy","payload":"HAT",
        "payment_summary":{"currency":"EUR","payment_type":"FIXED_AMOUNT","merchant_name":"Hats","requested_user_info":["contact_name"],"price_list":[{"label":"Straw hat","amount":"19.00"}]}}]}]}}}
        """;

    [Fact]
    public async Task Money_is_asked_back_in_the_conversation_and_seen_to_come()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        await using var shop = await Shop.OpenAsync(server);
        var url = $"http://localhost:{server.Address.Port}";
        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), url, "Zofia Nowak");
        await BuyAsync(zofia, shop, "zofia");
        var sheet = zofia.Page.GetByRole(AriaRole.Dialog);

        await zofia.Button("threads", "purchase.open").Last.ClickAsync();
        await zofia.PictureAsync("desk-desktop-light");
        await zofia.Button("payments", "desk.askRefund").ClickAsync();
        var amount = sheet.GetByRole(AriaRole.Textbox, new() { Name = zofia.Words.Of("payments", "desk.amount") });
        await amount.FillAsync("20");
        await zofia.Button("payments", "desk.send").ClickAsync();
        await Expect(sheet.GetByText(zofia.Words.Pattern("payments", "desk.wrongAmount"))).ToBeVisibleAsync();
        await Expect(sheet.GetByText(zofia.Words.Of("payments", "desk.noteMissing"))).ToBeVisibleAsync();
        await zofia.PictureAsync("desk-desktop-light-form");
        await amount.FillAsync("9.50");
        await Note(zofia).FillAsync("The brim is torn.");
        await zofia.Button("payments", "desk.send").ClickAsync();
        await Expect(sheet.GetByText(zofia.Words.Of("payments", "desk.complaint.open"))).ToBeVisibleAsync();
        await zofia.PictureAsync("desk-desktop-light-open");

        var complaint = await shop.NextAsync("complaint");
        Assert.Equal(("open", "9.50", "The brim is torn."),
            (complaint.GetProperty("state").GetString(), complaint.GetProperty("asked").GetProperty("amount").GetString(), complaint.GetProperty("note").GetString()));
        var purchase = (await shop.GetAsync("/api/business/complaints")).GetProperty("complaints")[0].GetProperty("purchase").GetString();
        await shop.CallAsync($"/api/business/purchases/{purchase}/complaints/{complaint.GetProperty("id").GetString()}/answer", """{"answer":"refund","text":"Half of it, and our apologies."}""");

        await Expect(sheet.GetByText(zofia.Words.Of("payments", "desk.complaint.settled"))).ToBeVisibleAsync();
        await Expect(sheet.GetByText("−9.50")).ToBeVisibleAsync();
        await zofia.PictureAsync("desk-desktop-light-settled");
        await zofia.Page.Keyboard.PressAsync("Escape");
        await Expect(zofia.Page.GetByText(zofia.Words.Pattern("threads", "complaint.agreedSaying")).First).ToBeVisibleAsync();
        Assert.Equal("9.50", (await shop.NextAsync("refund")).GetProperty("refunded").GetProperty("amount").GetString());
        await zofia.PictureAsync("desk-desktop-light-thread");
        chromium.AssertQuiet(zofia.Page);

        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), url, "Leila Haddad", "ar");
        await BuyAsync(leila, shop, "leila");
        await leila.Button("threads", "purchase.open").Last.ClickAsync();
        await leila.Button("payments", "desk.report").ClickAsync();
        await Note(leila).FillAsync("لم تصل القبعة بعد.");
        await leila.PictureAsync("desk-phone-dark-arabic-form");
        await leila.Button("payments", "desk.send").ClickAsync();
        await Expect(leila.Page.GetByText(leila.Words.Of("payments", "desk.complaint.open"))).ToBeVisibleAsync();
        await leila.PictureAsync("desk-phone-dark-arabic-open");
        await leila.Button("payments", "desk.withdraw").ClickAsync();
        await Expect(leila.Page.GetByText(leila.Words.Of("payments", "desk.complaint.withdrawn"))).ToBeVisibleAsync();
        await leila.Page.Keyboard.PressAsync("Escape");
        await Expect(leila.Page.GetByText(leila.Words.Pattern("threads", "complaint.withdrawn")).First).ToBeVisibleAsync();
        await leila.PictureAsync("desk-phone-dark-arabic-thread");
        chromium.AssertQuiet(leila.Page);
    }

    private static async Task BuyAsync(Journey person, Shop shop, string handle)
    {
        await shop.OfferAsync(handle, Hat);
        await person.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Hats of Athens") }).ClickAsync();
        await person.MoneyButton().ClickAsync();
        await person.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = person.Words.Pattern("payments", "pay") }).ClickAsync();
        await person.Button("payments", "done").ClickAsync();
        await Expect(person.Button("threads", "purchase.open").Last).ToBeVisibleAsync();
    }

    private static ILocator Note(Journey person) => person.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox, new() { Name = person.Words.Of("payments", "desk.note") });
}
