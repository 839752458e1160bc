import { describe, expect, test } from 'vitest';
import type { PayerDetails, Quote } from '../../../api/checkout.ts';
import type { Money } from '../../../api/types.ts';
import { type Checkout, type CheckoutEvent, checkoutAfter, openCheckout, totalOf } from './checkout.ts';

const goods = { amountMinor: 1000, currency: 'EUR' } as Money;
const home = { street1: 'Długa 1', city: 'Gdańsk', postalCode: '80-001', country: 'PL' };
const details: PayerDetails = { name: 'Zofia', address: home };
const play = (checkout: Checkout, ...events: CheckoutEvent[]) => events.reduce(checkoutAfter, checkout);
const open = (flexible = true, ...asks: string[]) =>
  openCheckout(goods, flexible, ['contact_name', ...asks], 'key-1');
const quote = (...minors: number[]): Quote => ({
  id: 'q',
  state: 'offered',
  options: minors.map((minor, index) => ({
    id: String(index + 1),
    title: `Way ${index + 1}`,
    lines: [],
    total: { amountMinor: 1000 + minor, currency: 'EUR' } as Money,
  })),
  expiresAt: '2026-06-11T08:00:00.000Z' as Quote['expiresAt'],
});
const failed = (failure: Quote['failure']): Quote => ({
  ...quote(),
  state: 'failed',
  ...(failure && { failure }),
});
const saved: CheckoutEvent = { type: 'detailsLoaded', saved: { saved: true, ...details } };
const priced = play(open(), saved, { type: 'quoteTold', key: 'key-1', quote: quote(349, 0) });

describe('What is asked of the payer', () => {
  test('is nothing where only the name is asked for, which is known', () =>
    expect(open(false)).toMatchObject({ phase: 'ready', asks: [] }));
  test('is the address wherever the price depends on it', () =>
    expect(open(true).asks).toEqual(['name', 'address']));
  test('is taken from what is kept, without what was not asked for', () =>
    expect(
      play(open(false, 'contact_email'), {
        type: 'detailsLoaded',
        saved: { saved: true, ...details, email: 'z@example.com' },
      }),
    ).toMatchObject({ phase: 'ready', details: { name: 'Zofia', email: 'z@example.com' }, keep: true }));
  test('is asked for when part of it is missing', () =>
    expect(play(open(true, 'contact_email'), saved).phase).toBe('editing'));
  test('is shown before it is sent for the first time', () =>
    expect(play(open(), { type: 'detailsLoaded', saved: { saved: false, ...details } }).phase).toBe(
      'editing',
    ));
  test('cannot be passed over', () =>
    expect(
      play(
        open(),
        { type: 'detailsLoaded', saved: { saved: false, name: 'Zofia' } },
        { type: 'submitted', details: { name: 'Zofia' }, keep: false, key: 'k' },
      ).phase,
    ).toBe('editing'));
});

describe('The price', () => {
  test('is not known before the business has answered', () => {
    const asking = play(open(), saved);
    expect(asking.phase).toBe('asking');
    expect(totalOf(asking)).toBeNull();
  });
  test('is that of the first way, or of the one chosen', () => {
    expect(totalOf(priced)?.amountMinor).toBe(1349);
    expect(totalOf(play(priced, { type: 'optionChosen', option: '2' }))?.amountMinor).toBe(1000);
  });
  test('is not taken from an answer to an older question', () =>
    expect(play(open(), saved, { type: 'quoteTold', key: 'key-0', quote: quote(0) }).phase).toBe('asking'));
  test.each(['no_answer', 'bad_answer', 'not_sent_there', 'nobody_asked'] as const)(
    'is missing: %s',
    (failure) =>
      expect(play(open(), saved, { type: 'quoteTold', key: 'key-1', quote: failed(failure) })).toMatchObject({
        phase: 'unpriced',
        problem: failure,
      }),
  );
  test('that changed is shown with the one before it, in the same way of sending', () => {
    const again = play(
      priced,
      { type: 'askedAgain', key: 'key-2' },
      { type: 'quoteTold', key: 'key-2', quote: quote(549, 0) },
    );
    expect(again).toMatchObject({ phase: 'ready', option: '1', before: { amountMinor: 1349 } });
    expect(totalOf(again)?.amountMinor).toBe(1549);
  });
  test('that did not change says nothing', () =>
    expect(
      play(
        priced,
        { type: 'askedAgain', key: 'key-2' },
        { type: 'quoteTold', key: 'key-2', quote: quote(349) },
      ).before,
    ).toBeNull());
  test('is asked for anew when the address changes', () =>
    expect(
      play(priced, { type: 'changePressed' }, { type: 'submitted', details, keep: true, key: 'key-3' }),
    ).toMatchObject({ phase: 'asking', key: 'key-3', quote: null }));
});
