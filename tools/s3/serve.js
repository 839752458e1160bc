// node serve.js FOLDER: an S3-compatible store on a free port of 127.0.0.1 with the bucket "stoa" and the key S3RVER/S3RVER. Says "port N" and ends
// when its input does. The store itself takes any signature of version 4, so each request's is reckoned here, from what came over the wire.
'use strict';
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const S3rver = require('s3rver');

const secret = 'S3RVER';
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function isSigned(request) {
  const said = /^AWS4-HMAC-SHA256 Credential=S3RVER\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '');
  if (!said) return false;
  const [, day, region, names, signature] = said;
  const stamp = request.headers['x-amz-date'] ?? '';
  const signed = names.split(';');
  // A request for another store or with another body's hash must not pass for this one.
  if (!stamp.startsWith(day) || !['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signed.includes(name))) return false;
  const [path, query = ''] = request.url.split('?');
  const canonical = [
    request.method,
    path,
    query.split('&').filter(Boolean).map((part) => (part.includes('=') ? part : `${part}=`)).sort().join('&'),
    ...signed.map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    names,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, day), region));
  const text = ['AWS4-HMAC-SHA256', stamp, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  return hmac(key, text).toString('hex') === signature;
}

(async () => {
  const store = new S3rver({ directory: process.argv[2], silent: true, vhostBuckets: false, configureBuckets: [{ name: 'stoa' }] });
  await store.configureBuckets();
  const serve = store.callback();
  const server = http.createServer((request, response) => {
    if (isSigned(request)) {
      serve(request, response);
      return;
    }
    request.resume();
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end('<?xml version="1.0" encoding="UTF-8"?><Error><Code>SignatureDoesNotMatch</Code></Error>');
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
  process.stdin.on('end', () => process.exit()).resume();
})();
