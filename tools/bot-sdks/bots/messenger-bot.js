'use strict';
const http = require('node:http');
const Bot = require('messenger-bot');

const bot = new Bot({ token: process.env.TOKEN, verify: process.env.VERIFY_TOKEN, app_secret: process.env.APP_SECRET });
bot.on('error', (error) => console.error('Error', error.message));

const buy = { type: 'postback', title: 'Buy', payload: 'BUY' };
const template = (payload) => ({ attachment: { type: 'template', payload } });
const failed = (error) => error && console.error('Error', error.message);

bot.on('message', (payload, reply, actions) => {
  const { text, quick_reply: tapped } = payload.message;
  if (tapped) return reply({ text: `You picked ${tapped.payload}` }, failed);
  actions.setTyping(true, (error) => {
    failed(error);
    if (text === 'colours') reply({ text: 'Pick one', quick_replies: ['Red', 'Blue'].map((title) => ({ content_type: 'text', title, payload: title.toUpperCase() })) }, failed);
    else if (text === 'card') reply(template({ template_type: 'generic', elements: [{ title: 'A hat', subtitle: 'of felt', buttons: [buy] }] }), failed);
    else if (text === 'buttons') reply(template({ template_type: 'button', text: 'What next?', buttons: [buy, { type: 'web_url', title: 'See', url: 'https://shop.example/' }] }), failed);
    else reply({ text: `You said: ${text.replace(/^say /, '')}` }, failed, 'RESPONSE');
  });
});
bot.on('postback', (payload, reply) => bot.getProfile(payload.sender.id, (error, profile) => error ? failed(error) : reply({ text: `Thank you, ${profile.first_name}` }, failed)));

(async () => {
  await bot.setGreeting([{ locale: 'default', text: 'Hello {{user_first_name}}' }]);
  await bot.setGetStartedButton({ payload: 'START' });
  await bot.setPersistentMenu([{ locale: 'default', composer_input_disabled: false, call_to_actions: [buy] }]);
  const server = http.createServer(bot.middleware()).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`running on port ${server.address().port}`));
})();
