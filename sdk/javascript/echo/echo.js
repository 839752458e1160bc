'use strict';
const crypto = require('node:crypto');
const http = require('node:http');
const { MessengerClient } = require('messaging-api-messenger');

const { STOA_SERVER = 'http://localhost:8080', STOA_TOKEN, STOA_APP_SECRET, STOA_VERIFY_TOKEN, PORT = '9000' } = process.env;
const client = new MessengerClient({ accessToken: STOA_TOKEN, appSecret: STOA_APP_SECRET, origin: STOA_SERVER });
const signature = (body) => `sha256=${crypto.createHmac('sha256', STOA_APP_SECRET).update(body).digest('hex')}`;

async function receive(request, response, body) {
  if (request.method === 'GET') {
    const query = new URL(request.url, 'http://bot').searchParams;
    return query.get('hub.verify_token') === STOA_VERIFY_TOKEN ? response.end(query.get('hub.challenge')) : response.writeHead(403).end();
  }
  if (request.headers['x-hub-signature-256'] !== signature(body)) return response.writeHead(401).end();
  for (const { sender, message } of JSON.parse(body).entry.flatMap((entry) => entry.messaging ?? [])) {
    if (message?.text && !message.is_echo) await client.sendText(sender.id, `You said: ${message.text}`);
  }
  response.end('EVENT_RECEIVED'); // Only now: what is not acknowledged comes again.
}

const server = http.createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  await receive(request, response, Buffer.concat(parts)).catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`running on port ${server.address().port}`));
