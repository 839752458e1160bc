using Stoa.BotSdk;

var bot = Bot.Create(args);

bot.OnPayload("start", (_, talk) => talk.SayAsync("Hello! Write something, and I say it back.", new QuickReply("Show me a card", "card")));
bot.OnPayload("card", (_, talk) => talk.SendAsync(new GenericTemplate([new Element("A card")
{
    Subtitle = "with a button",
    Buttons = [new PostbackButton("Once more", "card")],
}])));
bot.OnMessage((message, talk) => talk.SayAsync($"You said: {message.Text}"));

await bot.RunAsync();
