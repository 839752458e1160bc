using Microsoft.Playwright;
using Stoa.Hosting;
using Stoa.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>A price that depends on where something is sent: details, delivery, a price that changes, and what is kept for next time.</summary>
public sealed class DeliveryTests(Chromium chromium)
{
    private const string Hat = """
        {"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Straw hat","subtitle":"Woven on Paros","buttons":[{"type":"payment","title":"buy","payload":"HAT",
        "payment_summary":{"currency":"EUR","payment_type":"FLEXIBLE_AMOUNT","merchant_name":"Hats","requested_user_info":["contact_name","contact_email","contact_phone","shipping_address"],
        "price_list":[{"label":"Straw hat","amount":"19.00"}]}}]}]}}}
        """;

    [Fact]
    public async Task An_address_is_given_priced_and_paid_and_a_price_that_changed_is_seen_before_it_is_paid()
    {
        await using var server = await StoaServer.StartAsync(new() { World = World.Town, RunningClock = true });
        await using var shop = await Shop.OpenAsync(server);
        var post = "4.50";
        shop.Answer = (question, body) =>
        {
            if (question == "checkout_update")
            {
                return body.GetProperty("shipping_address").GetProperty("country").GetString() == "GR" ? """{"shipping":[]}""" : $$$"""
                    {"shipping":[{"option_id":"post","option_title":"Post, five days","price_list":[{"label":"Post","amount":"{{{post}}}"}]},{"option_id":"shop","option_title":"Fetch it in the shop"}]}
                    """;
            }

            // Since the price was asked for, the post has become dearer.
            if (body.GetProperty("amount").GetProperty("amount").GetString() == "23.50")
            {
                post = "6.50";
                return """{"success":false}""";
            }

            return """{"success":true}""";
        };

        var zofia = await Journey.SignInAsync(await chromium.OpenWindowAsync(), $"http://localhost:{server.Address.Port}", "Zofia Nowak");
        await shop.OfferAsync("zofia", Hat);
        await zofia.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Hats of Athens") }).ClickAsync();
        await zofia.Button("bots", "payFrom").Last.ClickAsync();
        var sheet = zofia.Page.GetByRole(AriaRole.Dialog);
        await Expect(Field(zofia, "details.name")).ToHaveValueAsync("Zofia Nowak");
        await Continue(zofia).ClickAsync();
        await Expect(Field(zofia, "details.email")).ToBeFocusedAsync();
        await FillAsync(zofia);
        await sheet.GetByRole(AriaRole.Combobox, new() { Name = zofia.Words.Of("payments", "details.country") }).SelectOptionAsync("GR");
        await zofia.PictureAsync("delivery-desktop-light-details");
        await Continue(zofia).ClickAsync();
        await Expect(sheet.GetByText(zofia.Words.Pattern("payments", "delivery.notSentThere"))).ToBeVisibleAsync();
        await zofia.PictureAsync("delivery-desktop-light-not-there");
        await zofia.Button("payments", "details.change").ClickAsync();
        await sheet.GetByRole(AriaRole.Combobox, new() { Name = zofia.Words.Of("payments", "details.country") }).SelectOptionAsync("PL");
        await Continue(zofia).ClickAsync();
        await Expect(sheet.GetByRole(AriaRole.Radio, new() { NameRegex = new("Post, five days") })).ToBeCheckedAsync();
        await zofia.PictureAsync("delivery-desktop-light-options");

        await PayButton(zofia, "23.50").ClickAsync();
        await Expect(sheet.GetByText(zofia.Words.Pattern("payments", "delivery.changed"))).ToBeVisibleAsync();
        await zofia.PictureAsync("delivery-desktop-light-changed");
        await PayButton(zofia, "25.50").ClickAsync();
        await Expect(sheet.GetByText(zofia.Words.Of("payments", "paid"), new() { Exact = true })).ToBeVisibleAsync();

        var payment = await shop.NextAsync("payment");
        Assert.Equal(("25.50", "post"), (payment.GetProperty("amount").GetProperty("amount").GetString(), payment.GetProperty("shipping_option_id").GetString()));
        var info = payment.GetProperty("requested_user_info");
        Assert.Equal(("Gdańsk", "+48225550123"), (info.GetProperty("shipping_address").GetProperty("city").GetString(), info.GetProperty("contact_phone").GetString()));
        await zofia.Button("payments", "done").ClickAsync();

        // Kept with consent, and shown where it can be taken back.
        await zofia.Page.GetByRole(AriaRole.Link, new() { Name = zofia.Words.Of("app", "money") }).ClickAsync();
        await Expect(zofia.Page.GetByText("zofia@example.com")).ToBeVisibleAsync();
        await zofia.PictureAsync("delivery-desktop-light-kept");
        chromium.AssertQuiet(zofia.Page);

        var leila = await Journey.SignInAsync(await chromium.OpenWindowAsync(new() { Phone = true, Dark = true }), $"http://localhost:{server.Address.Port}", "Leila Haddad", "ar");
        await shop.OfferAsync("leila", Hat);
        await leila.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("Hats of Athens") }).ClickAsync();
        await leila.Button("bots", "payFrom").Last.ClickAsync();
        await FillAsync(leila);
        await leila.PictureAsync("delivery-phone-dark-arabic-details");
        await leila.Page.GetByRole(AriaRole.Combobox).SelectOptionAsync("LB");
        await Continue(leila).ScrollIntoViewIfNeededAsync();
        await leila.PictureAsync("delivery-phone-dark-arabic-details-end");
        await Continue(leila).ClickAsync();
        await leila.Page.GetByRole(AriaRole.Radio, new() { NameRegex = new("Fetch it in the shop") }).ClickAsync();
        await leila.PictureAsync("delivery-phone-dark-arabic-options");
        await PayButton(leila, "19").ClickAsync();
        Assert.Equal("shop", (await shop.NextAsync("payment")).GetProperty("shipping_option_id").GetString());
        chromium.AssertQuiet(leila.Page);
    }

    private static async Task FillAsync(Journey person)
    {
        foreach (var (field, text) in new[] { ("email", "zofia@example.com"), ("phone", "+48 22 555 01 23"), ("street", "ul. Długa 1"), ("code", "80-001"), ("city", "Gdańsk") })
        {
            await Field(person, $"details.{field}").FillAsync(text);
        }

        await person.Page.GetByRole(AriaRole.Checkbox).CheckAsync();
    }

    private static ILocator Field(Journey person, string key) => person.Page.GetByRole(AriaRole.Textbox, new() { Name = person.Words.Of("payments", key), Exact = true });

    private static ILocator Continue(Journey person) => person.Button("payments", "details.continue");

    private static ILocator PayButton(Journey person, string amount) =>
        person.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = person.Words.Pattern("payments", "pay") }).Filter(new() { HasText = amount });
}
