'use strict';
const BootBot = require('bootbot');

const bot = new BootBot({ accessToken: process.env.TOKEN, verifyToken: process.env.VERIFY_TOKEN, appSecret: process.env.APP_SECRET });

bot.hear('colours', (payload, chat) => chat.say({ text: 'Pick one', quickReplies: [{ title: 'Red', payload: 'RED' }, { title: 'Blue', payload: 'BLUE' }] }, { typing: 1 }));
bot.hear('card', (payload, chat) => chat.say({ cards: [{ title: 'A hat', subtitle: 'of felt', buttons: [{ type: 'postback', title: 'Buy', payload: 'BUY' }] }] }));
bot.hear('buttons', (payload, chat) => chat.say({ text: 'What next?', buttons: [{ type: 'postback', title: 'Buy', payload: 'BUY' }, { type: 'web_url', title: 'See', url: 'https://shop.example/' }] }));
bot.hear(/^say (.*)/, (payload, chat, data) => chat.say(`You said: ${data.match[1]}`));
bot.on('quick_reply:RED', (payload, chat) => chat.say('You picked RED'));
bot.on('postback:BUY', (payload, chat) => chat.getUserProfile().then((profile) => chat.say(`Thank you, ${profile.first_name}`)));

(async () => {
  await bot.setGreetingText('Hello {{user_first_name}}');
  await bot.setGetStartedButton('START');
  await bot.setPersistentMenu([{ type: 'postback', title: 'Buy', payload: 'BUY' }]);
  bot.start(process.env.PORT);
  bot.server.on('listening', () => console.log(`running on port ${bot.server.address().port}`));
})();
