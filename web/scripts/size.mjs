// What a first visit fetches before it can be used, compressed with brotli as the server sends it: the page, its
// scripts and styles, what a signed-in person needs, and one language. Fonts are not counted. Fails above the budget.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const budgetKb = 250;
const dist = join(import.meta.dirname, '../dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));

const weigh = (file) =>
  brotliCompressSync(readFileSync(join(dist, file)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
  }).length / 1024;

const files = new Set(['index.html', 'before-paint.js']);
const visit = (key) => {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) visit(imported);
};
visit('index.html');
visit('src/app/SignedIn.tsx');
// One language: the largest of each namespace stands for all.
const heaviest = new Map();
for (const key of Object.keys(manifest).filter((name) => name.includes('/locales/'))) {
  const namespace = key.replace(/\/[^/]+$/, '');
  const { file } = manifest[key];
  const known = heaviest.get(namespace);
  if (!known || weigh(file) > weigh(known)) heaviest.set(namespace, file);
}
for (const file of heaviest.values()) files.add(file);

const rows = [...files].map((file) => [file, weigh(file)]);
const total = rows.reduce((sum, [, kb]) => sum + kb, 0);
const later = Object.values(manifest)
  .flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])])
  .filter((file) => /\.(js|css)$/.test(file) && !files.has(file) && !/(^|\/)(en|fr|pl|he|ar)-/.test(file));

const print = (name, kb) => process.stdout.write(`${kb.toFixed(1).padStart(8)} KB  ${name}\n`);
for (const [name, kb] of rows) print(name, kb);
print(`first load (budget ${budgetKb} KB)`, total);
process.stdout.write('on demand:\n');
for (const file of new Set(later)) print(file, weigh(file));
if (total > budgetKb) process.exitCode = 1;
