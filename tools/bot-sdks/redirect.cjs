// node --require redirect.cjs bot.js: calls to https://graph.facebook.com go to STOA_SERVER. The packages are as they were published; this stands where an
// operator would put a line in /etc/hosts and a certificate.
'use strict';
const http = require('node:http');
const https = require('node:https');

const server = new URL(process.env.STOA_SERVER);

function redirected(request) {
  return function (...all) {
    const [first, second] = all;
    const options = typeof first === 'string' || first instanceof URL ? { ...urlOptions(new URL(first)), ...(typeof second === 'object' ? second : {}) } : first;
    if ((options.hostname ?? options.host ?? '').split(':')[0] !== 'graph.facebook.com') throw new Error(`A bot under test called ${options.hostname ?? options.host}.`);
    // The agent, port and names of https are of no use here.
    const { agent, agents, port, host, hostname, protocol, href, uri, servername, defaultPort, ...kept } = options;
    const headers = Object.fromEntries(Object.entries(kept.headers ?? {}).filter(([name]) => name.toLowerCase() !== 'host'));
    const done = all.find((argument) => typeof argument === 'function');
    return http.request({ ...kept, headers, protocol: 'http:', hostname: server.hostname, port: server.port }, done);
  };
}

const urlOptions = (url) => ({ hostname: url.hostname, path: url.pathname + url.search, method: 'GET' });

https.request = redirected(https.request);
https.get = (...all) => {
  const call = https.request(...all);
  call.end();
  return call;
};

// A bot under test listens on loopback, whatever its package does.
const { listen } = require('node:net').Server.prototype;
require('node:net').Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, Number(port), '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'));
};
