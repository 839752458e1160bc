import { describe, expect, it } from 'vitest';
import { decimalsOf, formatDigits, formatWithCode, parseMinor } from './money.ts';

describe('Reading a decimal of a template', () => {
  it.each([
    ['189.00', 'EUR', 18900],
    ['.07', 'USD', 7],
    ['214.6', 'EUR', 21460],
    [56.14, 'USD', 5614],
    ['1500', 'JPY', 1500],
    ['1500.00', 'JPY', 1500],
    ['1.234', 'KWD', 1234],
    ['-5.25', 'EUR', -525],
    ['0', 'EUR', 0],
  ])('%s %s is %d minor units', (decimal, currency, minor) => {
    expect(parseMinor(decimal, currency)).toBe(minor);
  });

  it.each([
    ['12.345', 'EUR'],
    ['1,50', 'EUR'],
    ['', 'EUR'],
    ['.', 'EUR'],
    ['1e3', 'EUR'],
    ['99999999999999999', 'EUR'],
  ])('%s is refused', (decimal, currency) => {
    expect(parseMinor(decimal, currency)).toBeNull();
  });
});

describe('Writing money', () => {
  it('takes the decimals from ISO 4217, not from the formatter', () => {
    expect([decimalsOf('HUF'), decimalsOf('JPY'), decimalsOf('KWD'), decimalsOf('UYW')]).toEqual([
      2, 0, 3, 4,
    ]);
    expect(formatDigits({ amountMinor: 1234, currency: 'HUF' }, 'en-GB')).toBe('12.34');
    expect(formatDigits({ amountMinor: 1500, currency: 'JPY' }, 'en-GB')).toBe('1,500');
  });

  it('puts the code before the amount where money is confirmed', () => {
    expect(formatWithCode({ amountMinor: 21460, currency: 'EUR' }, 'en-GB')).toBe('EUR\u00a0214.60');
  });
});
