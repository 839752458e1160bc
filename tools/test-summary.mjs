// Adds up the reports of one ./test: node tools/test-summary.mjs FOLDER EXPECTED_CTRF_REPORTS [what failed otherwise]…
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, expected, ...troubles] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
const names = readdirSync(folder);
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const projects = names.filter((name) => name.endsWith('.ctrf'));
for (const name of projects) {
  const { results } = read(name);
  sum.passed += results.summary.passed;
  sum.failed += results.summary.failed + (results.summary.other ?? 0);
  sum.skipped += results.summary.skipped + (results.summary.pending ?? 0);
  for (const test of results.tests ?? []) {
    if (test.status === 'failed') {
      console.log(`failed: ${test.name}`);
    }
  }
}
if (projects.length !== Number(expected)) {
  troubles.push(`${projects.length} of ${expected} test projects wrote a report`);
}

if (names.includes('vitest.json')) {
  const web = read('vitest.json');
  sum.passed += web.numPassedTests;
  sum.failed += web.numFailedTests;
  sum.skipped += web.numPendingTests;
} else {
  troubles.push('vitest wrote no report');
}

for (const name of names.filter((each) => each.endsWith('.check'))) {
  sum[readFileSync(join(folder, name), 'utf8').trim()] += 1;
}

for (const trouble of troubles) {
  console.log(`trouble: ${trouble}`);
}
// Something that went wrong without a failed test is still a failure.
if (troubles.length > 0 && sum.failed === 0) {
  sum.failed = troubles.length;
}

console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 ? 0 : 1;
