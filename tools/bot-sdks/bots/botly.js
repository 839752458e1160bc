'use strict';
const bodyParser = require('body-parser');
const express = require('express');
const Botly = require('botly');

const botly = new Botly({ accessToken: process.env.TOKEN, verifyToken: process.env.VERIFY_TOKEN, webHookPath: '/webhook' });
botly.on('error', (error) => console.error('Error', error.message));

const failed = (error, body) => (error || body?.error) && console.error('Error', error?.message ?? body.error.message);
const buy = botly.createPostbackButton('Buy', 'BUY');

botly.on('message', (id, message, { text }) => {
  botly.sendAction({ id, action: Botly.CONST.ACTION_TYPES.TYPING_ON }, failed);
  if (text === 'colours') botly.sendText({ id, text: 'Pick one', quick_replies: [botly.createQuickReply('Red', 'RED'), botly.createQuickReply('Blue', 'BLUE')] }, failed);
  else if (text === 'card') botly.sendGeneric({ id, elements: [{ title: 'A hat', subtitle: 'of felt', buttons: [buy] }] }, failed);
  else if (text === 'buttons') botly.sendButtons({ id, text: 'What next?', buttons: [buy, botly.createWebURLButton('See', 'https://shop.example/')] }, failed);
  else botly.sendText({ id, text: `You said: ${text.replace(/^say /, '')}` }, failed);
});
botly.on('postback', (id, message, payload) => {
  if (payload === 'RED') botly.sendText({ id, text: 'You picked RED' }, failed);
  else botly.getUserProfile(id, (error, profile) => error ? failed(error) : botly.sendText({ id, text: `Thank you, ${profile.first_name}` }, failed));
});

const set = (name, options) => new Promise((resolve) => botly[name](options, (error, body) => (failed(error, body), resolve())));
(async () => {
  await set('setGreetingText', { pageId: 'me', greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}' }] });
  await set('setGetStarted', { pageId: 'me', payload: 'START' });
  await set('setPersistentMenu', { pageId: 'me', menu: [{ locale: 'default', composer_input_disabled: false, call_to_actions: [buy] }] });
  const app = express();
  app.use(bodyParser.json({ verify: botly.getVerifySignature(process.env.APP_SECRET) }), botly.router());
  const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`running on port ${server.address().port}`));
})();
