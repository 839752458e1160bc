using System.Diagnostics;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>The main job: find, pay and board a flight in a conversation.</summary>
public sealed class BookAFlightTests(Chromium chromium)
{
    [Theory]
    [InlineData(false, false, "desktop-light")]
    [InlineData(true, true, "phone-dark")]
    public async Task A_newcomer_finds_pays_and_boards_a_flight_in_one_conversation(bool phone, bool dark, string picture)
    {
        await using var town = await Town.StartAsync();
        var page = await chromium.OpenWindowAsync(new() { Phone = phone, Dark = dark });
        var zofia = await Journey.SignInAsync(page, town.Url, "Zofia Nowak");
        await zofia.PictureAsync($"{picture}-inbox");

        await zofia.OpenConversationAsync("halcyon", "Halcyon Air");
        await Expect(zofia.Button("bots", "getStarted")).ToBeVisibleAsync();
        await zofia.PictureAsync($"{picture}-welcome");
        await zofia.Button("bots", "getStarted").ClickAsync();

        await Expect(zofia.Composer).ToBeEnabledAsync();
        await zofia.SayAsync("amsterdm to tel aviv on 12 December");
        var choose = page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Choose") });
        await Expect(choose.First).ToBeVisibleAsync();
        await zofia.PictureAsync($"{picture}-flights");
        await choose.First.ClickAsync();

        // Who flies, and where they sit: suggested answers.
        await zofia.AnswerAsync("Zofia Nowak");
        await zofia.AnswerAsync("Window");

        await zofia.MoneyButton().ClickAsync();
        var sheet = page.GetByRole(AriaRole.Dialog);
        await Expect(sheet).ToBeVisibleAsync();
        await Expect(sheet.GetByText("4242").First).ToBeVisibleAsync();
        await zofia.PictureAsync($"{picture}-pay");
        await sheet.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("payments", "pay") }).ClickAsync();
        // With reduced motion the sheet stays until it is closed.
        var done = sheet.GetByRole(AriaRole.Button, new() { Name = zofia.Words.Of("payments", "done") });
        await Expect(done).ToBeVisibleAsync();
        await zofia.PictureAsync($"{picture}-paid");
        await done.ClickAsync();
        await Expect(sheet).ToBeHiddenAsync();

        await Expect(page.GetByText(zofia.Words.Of("bots", "receipt"), new() { Exact = true }).First).ToBeVisibleAsync();
        var checkIn = zofia.Button("bots", "checkIn").Last;
        // The conversation follows its newest message by itself.
        await Expect(checkIn).ToBeInViewportAsync();
        await zofia.PictureAsync($"{picture}-receipt-itinerary");
        await checkIn.ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { NameRegex = zofia.Words.Pattern("bots", "openPasses_one") }).Last.ClickAsync();
        var code = page.GetByRole(AriaRole.Img, new() { Name = zofia.Words.Of("passes", "codeForScanner") });
        await Expect(code).ToBeVisibleAsync();
        await zofia.SettleAsync();
        await zofia.PictureAsync($"{picture}-boarding-pass");

        var read = await ReadBarcodeAsync(await page.ScreenshotAsync());
        // IATA Resolution 792: one leg, an electronic ticket, from Amsterdam to Tel Aviv on day 346, checked in.
        Assert.Matches("^M1NOWAK/ZOFIA {9}E[A-Z0-9]{6} AMSTLV", read);
        Assert.Equal("346", read[44..47]);
        Assert.Equal('1', read[57]);
        chromium.AssertQuiet(page);
    }

    /// <summary>Reads the code as a gate would: from the picture, with a decoder that knows nothing of us (Debian's zxing-cpp-tools).</summary>
    private static async Task<string> ReadBarcodeAsync(byte[] picture)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, picture);
        using var reader = Process.Start(new ProcessStartInfo("ZXingReader", ["-format", "Aztec", file]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("ZXingReader did not start. ./test installs it, or: apt-get install zxing-cpp-tools");
        var said = await reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        File.Delete(file);
        var text = said.Split('\n').FirstOrDefault(line => line.StartsWith("Text:", StringComparison.Ordinal)) ?? throw new InvalidOperationException($"No Aztec code in the picture: {said}");
        return text["Text:".Length..].Trim().Trim('"');
    }
}
