using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Stoa.Browser.Tests;

/// <summary>A person at a window: what they do, in the words they see.</summary>
internal sealed class Journey(IPage page, Words words)
{
    public IPage Page => page;

    public Words Words => words;

    public ILocator Composer => page.GetByRole(AriaRole.Textbox, new() { NameRegex = words.Pattern("threads", "writeTo") });

    /// <param name="language">The demo person's own, in which the client greets them.</param>
    public static async Task<Journey> SignInAsync(IPage page, string url, string demoPerson, string language = "en")
    {
        await page.GotoAsync(url);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new(demoPerson) }).ClickAsync();
        var person = new Journey(page, new(language));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = new Words(language).Of("threads", "chats") })).ToBeVisibleAsync();
        return person;
    }

    /// <summary>Finds somebody by typing the beginning of a handle or name into the search field.</summary>
    public async Task OpenConversationAsync(string typed, string name)
    {
        await page.GetByRole(AriaRole.Searchbox).FillAsync(typed);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new(name) }).First.ClickAsync();
    }

    /// <summary>A button by the key of what stands on it.</summary>
    public ILocator Button(string feature, string key) => page.GetByRole(AriaRole.Button, new() { NameRegex = words.Pattern(feature, key) });

    /// <summary>The newest button that moves money: it stands in the conversation, not in the sheet.</summary>
    public ILocator MoneyButton() => page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { NameRegex = words.Pattern("bots", "pay") }).Last;

    /// <summary>Taps a suggested answer.</summary>
    public Task AnswerAsync(string title) =>
        page.GetByRole(AriaRole.Toolbar, new() { Name = words.Of("bots", "quickReplies") }).GetByRole(AriaRole.Button, new() { NameRegex = new(title) }).First.ClickAsync();

    /// <param name="shown">What it looks like, where the text is typed with marks.</param>
    public async Task SayAsync(string text, string? shown = null)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
        await Expect(MessageWith(shown ?? text).Last).ToBeVisibleAsync();
    }

    /// <summary>Opens what a stranger wrote, which waits among the requests, and makes it a conversation.</summary>
    public async Task AcceptAsync(string name)
    {
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{Regex.Escape(words.Of("threads", "folder.more"))}") }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new(Regex.Escape(words.Of("threads", "folder.requests"))) }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new(name) }).ClickAsync();
        await PictureAsync($"request-{name}");
        await Button("threads", "request.accept").ClickAsync();
        await Expect(Composer).ToBeEnabledAsync();
    }

    /// <summary>A message of the conversation by its text.</summary>
    public ILocator MessageWith(string text) => page.GetByRole(AriaRole.Article).Filter(new() { HasText = text });

    /// <summary>Puts the focus on the newest message with a text, once it is more than on its way: keys do something with it then.</summary>
    public async Task FocusOnMessageAsync(string text)
    {
        await Expect(MessageWith(text).Last).ToHaveAttributeAsync("aria-haspopup", "menu");
        await MessageWith(text).Last.FocusAsync();
    }

    /// <summary>The menu of a message, opened as a right click or a long press does.</summary>
    public async Task<ILocator> MenuOfAsync(string text)
    {
        await Expect(MessageWith(text).First).ToHaveAttributeAsync("aria-haspopup", "menu");
        await MessageWith(text).First.DispatchEventAsync("contextmenu");
        var menu = page.GetByRole(AriaRole.Menu);
        await Expect(menu).ToBeVisibleAsync();
        return menu;
    }

    /// <summary>Until nothing on the page moves or fades any more.</summary>
    public Task SettleAsync() => page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))");

    /// <summary>Keeps a picture where <c>STOA_SCREENSHOTS</c> names a folder; for the README and for looking.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("STOA_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await SettleAsync();
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }
    }
}
