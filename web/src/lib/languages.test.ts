import { describe, expect, it } from 'vitest';
import { formatLocale, languageOf } from './languages.ts';

describe('Choosing a language', () => {
  it.each([
    ['fr-CA', 'fr'],
    ['fr_FR', 'fr'],
    ['iw', 'he'],
    ['ar-EG', 'ar'],
    ['EN', 'en'],
    ['de', null],
    ['', null],
    [null, null],
  ])('%s is understood as %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });

  it('keeps the region of the browser for numbers and times, always with digits 0 to 9', () => {
    expect(formatLocale('en', ['pl-PL', 'en-US'])).toBe('en-US-u-nu-latn');
    expect(formatLocale('fr', ['en-US'])).toBe('fr-FR-u-hc-h23-nu-latn');
    expect(new Intl.NumberFormat(formatLocale('ar', ['ar-EG'])).format(12)).toBe('12');
  });
});
