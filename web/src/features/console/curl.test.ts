import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlOf, prettyJson } from './curl.ts';

test('a shell reads the body as it was written', () => {
  const body = `{"text":"it's \\u00e9 $HOME \`x\` \\\\ \\"y\\""}`;
  const command = curlOf({ headers: [{ name: 'webhook-id', value: "a'b" }], body });
  const words = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
    encoding: 'utf8',
  }).split('\n');
  expect(words).toContain(body);
  expect(words).toContain("webhook-id: a'b");
});

test('what is no JSON is shown as it is', () => {
  expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyJson('no')).toBe('no');
});
