'use strict';
const crypto = require('node:crypto');
const bodyParser = require('body-parser');
const express = require('express');
const { MessengerClient } = require('messaging-api-messenger');

const client = new MessengerClient({ accessToken: process.env.TOKEN, appId: process.env.APP_ID, appSecret: process.env.APP_SECRET });
const buy = { type: 'postback', title: 'Buy', payload: 'BUY' };

async function answer(event) {
  const id = event.sender.id;
  await client.markSeen(id);
  if (event.postback) return client.sendText(id, `Thank you, ${(await client.getUserProfile(id)).firstName}`);
  const { text, quick_reply: tapped } = event.message;
  if (tapped) return client.sendText(id, `You picked ${tapped.payload}`);
  await client.typingOn(id);
  if (text === 'colours') return client.sendText(id, 'Pick one', { quickReplies: ['Red', 'Blue'].map((title) => ({ contentType: 'text', title, payload: title.toUpperCase() })) });
  if (text === 'card') return client.sendGenericTemplate(id, [{ title: 'A hat', subtitle: 'of felt', buttons: [buy] }]);
  if (text === 'buttons') return client.sendButtonTemplate(id, 'What next?', [buy, { type: 'web_url', title: 'See', url: 'https://shop.example/' }]);
  return client.sendText(id, `You said: ${text.replace(/^say /, '')}`);
}

const app = express();
app.get('/webhook', (request, response) => request.query['hub.verify_token'] === process.env.VERIFY_TOKEN ? response.send(request.query['hub.challenge']) : response.sendStatus(403));
app.post('/webhook', bodyParser.json({ verify: verifySignature }), async (request, response) => {
  for (const event of request.body.entry.flatMap((entry) => entry.messaging)) {
    if (event.message || event.postback) await answer(event).catch((error) => console.error('Error', error.message));
  }
  response.sendStatus(200);
});

function verifySignature(request, response, body) {
  const expected = `sha256=${crypto.createHmac('sha256', process.env.APP_SECRET).update(body).digest('hex')}`;
  if (request.headers['x-hub-signature-256'] !== expected) throw new Error('The delivery is not signed rightly.');
}

(async () => {
  await client.setMessengerProfile({ greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}' }], getStarted: { payload: 'START' } });
  await client.setPersistentMenu([{ locale: 'default', composerInputDisabled: false, callToActions: [buy] }]);
  const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`running on port ${server.address().port}`));
})().catch((error) => console.error('Error', error.message));
