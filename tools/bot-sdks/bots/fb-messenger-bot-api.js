'use strict';
const bodyParser = require('body-parser');
const express = require('express');
const facebook = require('fb-messenger-bot-api');

const client = new facebook.FacebookMessagingAPIClient(process.env.TOKEN);
const profile = new facebook.FacebookProfileAPIClient(process.env.TOKEN);
const buy = { type: 'postback', title: 'Buy', payload: 'BUY' };

async function answer(event) {
  const id = event.sender.id;
  await client.markSeen(id);
  if (event.postback) {
    const person = await client.getUserProfile(id, ['first_name', 'last_name']);
    return client.sendTextMessage(id, `Thank you, ${person.first_name}`);
  }
  const { text, quick_reply: tapped } = event.message;
  if (tapped) return client.sendTextMessage(id, `You picked ${tapped.payload}`);
  await client.toggleTyping(id, true);
  if (text === 'colours') return client.sendQuickReplyMessage(id, 'Pick one', ['Red', 'Blue'].map((title) => ({ content_type: 'text', title, payload: title.toUpperCase() })));
  if (text === 'card') return client.sendTemplateMessage(id, { template_type: 'generic', elements: [{ title: 'A hat', subtitle: 'of felt', buttons: [buy] }] });
  if (text === 'buttons') return client.sendButtonsMessage(id, 'What next?', [buy, { type: 'web_url', title: 'See', url: 'https://shop.example/' }]);
  return client.sendTextMessage(id, `You said: ${text.replace(/^say /, '')}`);
}

const app = express();
app.get('/webhook', (request, response) => facebook.ValidateWebhook.validateServer(request, response, process.env.VERIFY_TOKEN));
app.post('/webhook', bodyParser.json(), async (request, response) => {
  for (const event of facebook.FacebookMessageParser.parsePayload(request.body)) {
    if (event.message || event.postback) await answer(event).catch((error) => console.error('Error', error.message ?? error));
  }
  response.sendStatus(200);
});

(async () => {
  await profile.setGreetingMessage('Hello {{user_first_name}}');
  await profile.setGetStartedAction('START');
  await profile.setPersistentMenu([buy]);
  const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`running on port ${server.address().port}`));
})().catch((error) => console.error('Error', error.message ?? error));
