import { describe, expect, it } from 'vitest';
import { clockDuration, spokenDuration } from './duration.ts';

describe('Lengths of time', () => {
  it.each([
    [60, 'en', '1 minute'],
    [86_400, 'en', '1 day'],
    [604_800, 'pl', '7 dni'],
    [5_400, 'fr', '90 minutes'],
  ])('%d s in %s are %s', (seconds, locale, said) => {
    expect(spokenDuration(seconds, locale).replace(/\u00a0|\u202f/g, ' ')).toBe(said);
  });

  it('stand as a player shows them', () => {
    expect([0, 18_400, 65_000, 3_723_000].map(clockDuration)).toEqual(['0:00', '0:18', '1:05', '1:02:03']);
  });
});
