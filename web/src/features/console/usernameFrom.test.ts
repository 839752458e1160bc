import { expect, test } from 'vitest';
import { usernameFrom } from './usernameFrom.ts';

test.each([
  ['Café Zoë', 'cafe-zoe'],
  ['  Halcyon Air! ', 'halcyon-air'],
  ['שלום', ''],
  ['a'.repeat(40), 'a'.repeat(32)],
  [`${'a'.repeat(31)} b`, 'a'.repeat(31)],
])('%s becomes %s', (name, username) => {
  expect(usernameFrom(name)).toBe(username);
});
