// node serve.js UPSTREAM FOLDER: stands before a processor's server and lets through only what the interface documents in FOLDER allow, requests and answers
// alike. REST by Prism (as `prism proxy --errors` does), GraphQL at /graphql by graphql-js. Says "port N" and ends when its input does.
// A violation is said as a line of its own and answered with 599, so that no connector takes it for a processor's word.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { createLogger } = require('@stoplight/prism-core');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const { createServer } = require('@stoplight/prism-http-server');
const graphql = require('graphql');

const [upstream, folder] = process.argv.slice(2);
const file = (name) => path.join(folder, name);

async function startPrism() {
  const documents = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
  const operations = (await Promise.all(documents.map((name) => getHttpOperationsFromSpec(file(name))))).flat();
  const config = { isProxy: true, upstream: new URL(upstream), errors: true, validateRequest: true, validateResponse: true, checkSecurity: true, mock: false, upstreamProxy: undefined };
  const prism = createServer(operations, { components: { logger: createLogger('PRISM', { level: 'silent' }) }, cors: false, config });
  return prism.listen(0, '127.0.0.1');
}

const read = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

// A body is passed on whole: with its length, and not in chunks.
function send(url, request, body) {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, host: __, ...headers } = request.headers;
    const call = http.request(url, { method: request.method, headers: { ...headers, ...(body.length && { 'content-length': body.length }) } }, (answer) =>
      read(answer).then((said) => resolve({ status: answer.statusCode, headers: answer.headers, body: said }), reject));
    call.on('error', reject);
    call.end(body);
  });
}

function answer(response, status, body, headers = { 'content-type': 'application/json' }) {
  const { 'transfer-encoding': _, connection: __, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refuse(response, request, problems) {
  // A test of this very guard does not want to be told of.
  if (!request.headers['stoa-planted']) console.log(`${request.method} ${request.url}: ${problems}`.replaceAll('\n', ' '));
  answer(response, 599, 'See the violations.', { 'content-type': 'text/plain' });
}

const schema = graphql.buildSchema(fs.readFileSync(file('braintree-subset.graphql'), 'utf8'));

// The fake answers with whole objects; the schema picks what was asked for, and finds what does not fit it.
async function askGraphql(request, response, body) {
  const { query, variables } = JSON.parse(body);
  const document = graphql.parse(query);
  const problems = graphql.validate(schema, document);
  const operation = graphql.getOperationAST(document);
  const values = problems.length ? {} : graphql.getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  problems.push(...(values.errors ?? []));
  if (problems.length) return refuse(response, request, problems.map(String));
  const said = await send(new URL('/graphql', upstream), request, body);
  const { data, errors } = said.status === 200 ? JSON.parse(said.body) : {};
  if (!data) return answer(response, said.status, said.body);
  const fitted = await graphql.execute({ schema, document, rootValue: data, variableValues: variables });
  if (fitted.errors) return refuse(response, request, fitted.errors.map(String));
  answer(response, 200, JSON.stringify({ data: fitted.data, ...(errors && { errors }) }));
}

(async () => {
  const prism = await startPrism();
  const server = http.createServer(async (request, response) => {
    try {
      const body = await read(request);
      if (request.url === '/graphql') return await askGraphql(request, response, body);
      const said = await send(new URL(request.url, prism), request, body);
      if (said.headers['sl-violations']) return refuse(response, request, said.headers['sl-violations']);
      if (String(said.headers['content-type']).startsWith('application/problem+json')) {
        // Prism's own words: about a violation, or that upstream broke off.
        if (/errors#UNKNOWN|FetchError/.test(said.body)) return response.destroy();
        return refuse(response, request, said.body);
      }
      answer(response, said.status, said.body, said.headers);
    } catch (error) {
      // Upstream broke off: so does this.
      if (process.env.STOA_PRISM_TRACE) console.error(error);
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
  process.stdin.on('end', () => process.exit()).resume();
})();
