import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrast } from './avatar.ts';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

function rolesOf(theme: string): Record<string, string> {
  const block = [...css.matchAll(/\[data-theme="([a-z-]+)"\] \{([^}]*--frame:[^}]*)\}/g)].find(
    (match) => match[1] === theme,
  );
  if (!block?.[2]) throw new Error(`tokens.css has no block of colours for ${theme}`);
  return Object.fromEntries(
    [...block[2].matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]),
  ) as Record<string, string>;
}

const grounds = ['frame', 'inbox', 'thread', 'surface', 'sunken', 'own'];
const onGrounds: [string, number][] = [
  ['ink', 7],
  ['ink-soft', 4.5],
  ['ink-quiet', 4.5],
  ['action', 4.5],
  ['money-ink', 4.5],
  ['ok', 4.5],
  ['warn', 4.5],
  ['danger', 4.5],
  ['edge', 3],
];
const pairs: [string, string, number][] = [
  ['on-action', 'action-fill', 4.5],
  ['on-action', 'action-press', 4.5],
  ['on-money', 'money-fill', 4.5],
  ['on-money', 'money-press', 4.5],
  ['money-edge', 'surface', 3],
  ['on-danger', 'danger-fill', 4.5],
  ['action', 'action-soft', 4.5],
  ['money-ink', 'money-soft', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['danger', 'danger-soft', 4.5],
];

describe.each(['light', 'dark', 'contrast-light', 'contrast-dark'])('Theme %s', (theme) => {
  const roles = rolesOf(theme);
  const ratio = (a: string, b: string) => contrast(roles[a] ?? '', roles[b] ?? '');

  it.each(onGrounds)('%s can be read on every ground', (role, needed) => {
    const tooFaint = grounds.filter((ground) => !(ratio(role, ground) >= needed));
    expect(tooFaint).toEqual([]);
  });

  it.each(pairs)('%s can be read on %s', (role, ground, needed) => {
    expect(ratio(role, ground)).toBeGreaterThanOrEqual(needed);
  });
});

describe('Style sheets', () => {
  const source = join(import.meta.dirname, '..');
  const sheets = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.css'),
  );
  const physical =
    /(^|[\s;{])((margin|padding|border|inset)-(left|right)|(left|right)\s*:|border-(top|bottom)-(left|right)-radius|text-align:\s*(left|right)|float:\s*(left|right))/;

  it.each(sheets)('%s knows start and end, never left and right', (path) => {
    expect(readFileSync(join(source, path), 'utf8')).not.toMatch(physical);
  });

  it('would be caught naming a side', () => {
    expect('a { margin-left: 4px }').toMatch(physical);
    expect('a { text-align: right }').toMatch(physical);
  });
});
