import { expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [240_100, '240 kB'],
  [4_130_000, '4.1 MB'],
  [41_000_000, '41 MB'],
])('%d bytes are %s', (bytes, said) => {
  expect(formatBytes(bytes, 'en-GB').replace(/\u00a0|\u202f/g, ' ')).toBe(said);
});
