import { describe, expect, it } from 'vitest';
import { readAmount } from './readAmount.ts';

describe('An amount as people type it', () => {
  it.each([
    ['12', 'EUR', 1200],
    ['12.5', 'EUR', 1250],
    ['12,50', 'EUR', 1250],
    ['.07', 'EUR', 7],
    ['1 234,50', 'EUR', 123450],
    ['1\u202f234,50', 'EUR', 123450],
    ['١٢٫٥٠', 'EUR', 1250],
    ['۱۲', 'EUR', 1200],
    ['\u200f12.50', 'EUR', 1250],
    ['1500', 'JPY', 1500],
    ['1.234', 'KWD', 1234],
  ])('reads %s %s', (typed, currency, amountMinor) => {
    expect(readAmount(typed, currency)).toEqual({ amountMinor });
  });

  it.each([
    ['', 'EUR', 'empty'],
    ['  ', 'EUR', 'empty'],
    ['-5', 'EUR', 'notANumber'],
    ['1e3', 'EUR', 'notANumber'],
    ['.', 'EUR', 'notANumber'],
    ['5 euros', 'EUR', 'notANumber'],
    ['1,299', 'EUR', 'ambiguous'],
    ['1.234,50', 'EUR', 'ambiguous'],
    ['0.005', 'EUR', 'tooFine'],
    ['1.5', 'JPY', 'tooFine'],
    ['0', 'EUR', 'zero'],
    ['0,00', 'EUR', 'zero'],
    ['999999999999999999', 'EUR', 'tooLarge'],
  ])('asks about %s %s', (typed, currency, wrong) => {
    expect(readAmount(typed, currency)).toEqual({ wrong });
  });
});
