import { describe, expect, test } from 'vitest';
import { purchaseCard, said } from '../../../ui/cards/samples.ts';
import { boughtBy } from './bought.ts';

describe('What a button sells', () => {
  const event = said(4, purchaseCard);
  test('is read from its message', () =>
    expect(boughtBy(event, { seq: 4, element: 0, button: 0 })).toMatchObject({
      amount: { amountMinor: 21460, currency: 'EUR' },
      merchant: 'Halcyon Air',
      lines: [{ amountMinor: 18900 }, { amountMinor: 2560 }],
    }));
  test('is nothing for a button that does not pay', () =>
    expect(boughtBy(event, { seq: 4, element: 0, button: 1 })).toBeNull());
  test('is nothing for an element that is not there', () =>
    expect(boughtBy(event, { seq: 4, element: 3, button: 0 })).toBeNull());
});
