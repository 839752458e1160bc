import { describe, expect, it } from 'vitest';
import { isolate } from './isolate.ts';

describe('Text inside a sentence', () => {
  it.each([
    ['Leila', 'ltr', 'Leila'],
    ['EUR 214.60', 'ltr', 'EUR 214.60'],
    ['ליאור', 'ltr', '\u2068ליאור\u2069'],
    ['ליאור', 'rtl', 'ליאור'],
    ['Halcyon Air', 'rtl', '\u2068Halcyon Air\u2069'],
    ['12', 'rtl', '12'],
    ['EUR 214.60', 'rtl', '\u2068EUR 214.60\u2069'],
  ] as const)('"%s" in %s is %s', (text, sentence, isolated) => {
    expect(isolate(text, sentence)).toBe(isolated);
  });
});
