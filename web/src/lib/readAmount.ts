import { decimalsOf } from './money.ts';

export type ReadAmount =
  | { amountMinor: number }
  | { wrong: 'empty' | 'notANumber' | 'ambiguous' | 'tooFine' | 'zero' | 'tooLarge' };

/** What people write for the point between whole and parts. */
const point = /[.,\u066b]/;

/**
 * Reads an amount as people type it: digits of either kind, a point or a comma. Never guesses: `1,299` may be
 * thirteen hundred or one and a bit, so it is asked about; nothing is rounded.
 */
export function readAmount(typed: string, currency: string): ReadAmount {
  const text = typed
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[\s\u00a0\u202f'’\u066c]/g, '');
  if (text === '') return { wrong: 'empty' };
  const parts = text.split(point);
  if (parts.length > 2 || !/^[0-9]*$/.test(parts.join(''))) {
    return { wrong: parts.length > 2 && /^[0-9]*$/.test(parts.join('')) ? 'ambiguous' : 'notANumber' };
  }
  const [whole = '', fraction = ''] = parts;
  const digits = decimalsOf(currency);
  if (whole === '' && fraction === '') return { wrong: 'notANumber' };
  if (fraction.length > digits)
    return { wrong: fraction.length === 3 && whole !== '' && whole !== '0' ? 'ambiguous' : 'tooFine' };
  const minor = Number((whole || '0') + fraction.padEnd(digits, '0'));
  if (!Number.isSafeInteger(minor)) return { wrong: 'tooLarge' };
  return minor === 0 ? { wrong: 'zero' } : { amountMinor: minor };
}
