import { describe, expect, test } from 'vitest';
import type { Method, Money, Purchase, PurchaseState } from '../../api/types.ts';
import { mayPay, openPaySheet, type PaySheet, type PaySheetEvent, paySheetAfter } from './paySheet.ts';

const amount = { amountMinor: 21460, currency: 'EUR' } as Money;
const visa = card('11', 'visa', '4242', true);
const master = card('12', 'mastercard', '5454', false);
const balance = { id: 'balance:EUR', kind: 'balance', amountMinor: 6120, currency: 'EUR' } as Method;
const rich = { id: 'balance:EUR', kind: 'balance', amountMinor: 90000, currency: 'EUR' } as Method;
const dollars = { id: 'balance:USD', kind: 'balance', amountMinor: 90000, currency: 'USD' } as Method;

function card(id: string, brand: string, last4: string, isDefault: boolean) {
  return { id, kind: 'card', brand, last4, expMonth: 8, expYear: 2028, isDefault } as Method;
}

function purchase(state: PurchaseState, more: Partial<Purchase> = {}): Purchase {
  return {
    id: '900',
    state,
    thread: '7',
    seq: 12,
    button: 0,
    amount,
    lines: [],
    merchant: { id: '5', name: 'Halcyon Air' },
    createdAt: '2026-06-01T09:43:00.000Z',
    updatedAt: '2026-06-01T09:43:00.000Z',
    ...more,
  } as Purchase;
}

const told = (state: PurchaseState, more?: Partial<Purchase>): PaySheetEvent => ({
  type: 'purchaseTold',
  purchase: purchase(state, more),
  nextKey: 'key-2',
});

const open = (...methods: Method[]) =>
  play(openPaySheet(amount, 'key-1', false), { type: 'methodsLoaded', methods });
const play = (sheet: PaySheet, ...events: PaySheetEvent[]) => events.reduce(paySheetAfter, sheet);
const paying = play(open(visa, master, balance), { type: 'payPressed' });

describe('Opening', () => {
  test('shows the amount before anything is loaded, and nothing can be paid yet', () => {
    const sheet = openPaySheet(amount, 'key-1', false);
    expect(sheet.amount).toEqual(amount);
    expect(mayPay(sheet)).toBe(false);
  });

  test('chooses the default card', () => expect(open(visa, balance).chosen).toBe('11'));
  test('passes over a balance that is too small', () => expect(open(balance, master).chosen).toBe('12'));
  test('passes over a balance in another currency', () => expect(open(dollars, master).chosen).toBe('12'));
  test('takes a balance that suffices when there is no card', () =>
    expect(open(rich).chosen).toBe('balance:EUR'));
  test('opens the card form when nothing can pay', () => expect(open(balance).phase).toBe('adding'));
  test('keeps what was chosen when the methods are loaded anew', () =>
    expect(
      play(
        open(visa, master),
        { type: 'chosen', method: '12' },
        { type: 'methodsLoaded', methods: [visa, master] },
      ).chosen,
    ).toBe('12'));
  test('does not take a balance that is too small by hand', () =>
    expect(play(open(visa, balance), { type: 'chosen', method: 'balance:EUR' }).chosen).toBe('11'));
  test('says when the methods could not be loaded, and forgets it once they are', () => {
    const failed = play(openPaySheet(amount, 'key-1', false), { type: 'methodsFailed' });
    expect(failed.methodsFailed).toBe(true);
    expect(play(failed, { type: 'methodsLoaded', methods: [visa] }).methodsFailed).toBe(false);
  });
});

describe('A press on Pay', () => {
  test('starts paying with the key made at opening', () =>
    expect(paying).toMatchObject({ phase: 'paying', key: 'key-1' }));
  test('changes nothing the second time, so that a double tap is one purchase', () =>
    expect(paySheetAfter(paying, { type: 'payPressed' })).toBe(paying));
  test('does nothing offline', () =>
    expect(play(open(visa), { type: 'connectionChanged', offline: true }, { type: 'payPressed' }).phase).toBe(
      'choosing',
    ));
});

describe('While paying', () => {
  test.each<[PurchaseState, PaySheet['phase']]>([
    ['created', 'paying'],
    ['confirming', 'paying'],
    ['authorising', 'paying'],
    ['requires_action', 'challenge'],
    ['captured', 'paid'],
    ['failed', 'choosing'],
    ['unknown', 'unknown'],
    ['partly_refunded', 'paid'],
    ['refunded', 'refunded'],
  ])('%s leads to %s', (state, phase) => expect(play(paying, told(state)).phase).toBe(phase));

  test('a challenge passed leads on to paid', () =>
    expect(play(paying, told('requires_action'), told('authorising'), told('captured')).phase).toBe('paid'));

  test('nothing takes paid back except a refund', () => {
    const paid = play(paying, told('captured'));
    expect(play(paid, told('authorising')).phase).toBe('paid');
    expect(play(paid, told('failed')).phase).toBe('paid');
    expect(play(paid, told('refunded')).phase).toBe('refunded');
  });

  test('older news that arrives late is not believed', () => {
    const ahead = play(paying, told('requires_action', { updatedAt: '2026-06-01T09:43:05.000Z' as never }));
    expect(play(ahead, told('authorising', { updatedAt: '2026-06-01T09:43:02.000Z' as never })).phase).toBe(
      'challenge',
    );
  });

  test('an unknown outcome becomes definite when the bank has answered', () => {
    const unknown = play(paying, told('unknown'));
    expect(mayPay(unknown)).toBe(false);
    expect(play(unknown, told('captured')).phase).toBe('paid');
    expect(play(unknown, told('failed', { failure: { code: 'card_declined' } }))).toMatchObject({
      phase: 'choosing',
      failure: 'card_declined',
    });
  });

  test('a lost connection keeps the key, so that the retry is the same purchase', () => {
    const lost = play(paying, { type: 'serverNotReached' });
    expect(lost).toMatchObject({ phase: 'paying', key: 'key-1', lost: true });
    const given = play(lost, { type: 'stillNotReached' });
    expect(given).toMatchObject({ phase: 'unknown', key: 'key-1' });
    expect(play(given, { type: 'askedAgain' })).toMatchObject({ phase: 'paying', key: 'key-1' });
  });

  test('the end of the hold does not interrupt what is on its way', () =>
    expect(play(paying, { type: 'holdEnded' }).phase).toBe('paying'));
});

describe('A decline', () => {
  const declined = play(paying, told('failed', { failure: { code: 'card_declined' } }));

  test('keeps the amount, names the reason and preselects another card', () =>
    expect(declined).toMatchObject({ phase: 'choosing', failure: 'card_declined', chosen: '12', amount }));
  test('makes the next press a new purchase', () => expect(declined.key).toBe('key-2'));
  test('is forgotten by the next press', () =>
    expect(play(declined, { type: 'payPressed' }).failure).toBeNull());
  test('of the only card leaves it chosen', () =>
    expect(
      play(open(visa), { type: 'payPressed' }, told('failed', { failure: { code: 'card_declined' } })).chosen,
    ).toBe('11'));
  test('by the business keeps the card, which was not at fault', () =>
    expect(play(paying, told('failed', { failure: { code: 'merchant_refused' } })).chosen).toBe('11'));
  test('told again during the next attempt does not end that one', () => {
    const next = play(
      declined,
      { type: 'payPressed' },
      told('failed', { failure: { code: 'card_declined' } }),
    );
    expect(next).toMatchObject({ phase: 'paying', key: 'key-2' });
    expect(play(next, told('captured', { id: '901' as never })).phase).toBe('paid');
  });
  test('told twice changes the key once', () => {
    const again = paySheetAfter(declined, {
      type: 'purchaseTold',
      purchase: purchase('failed', { failure: { code: 'card_declined' } }),
      nextKey: 'key-3',
    });
    expect(again.key).toBe('key-2');
  });
});

describe('A new card', () => {
  const adding = play(open(visa), { type: 'cardFormOpened' });

  test('is saved and pays at once', () =>
    expect(play(adding, { type: 'cardSubmitted' }, { type: 'cardSaved', method: master })).toMatchObject({
      phase: 'paying',
      chosen: '12',
      key: 'key-1',
      savingCard: false,
    }));
  test('that is refused leaves the form open with the reason', () =>
    expect(
      play(adding, { type: 'cardSubmitted' }, { type: 'cardRefused', code: 'card_declined' }),
    ).toMatchObject({
      phase: 'adding',
      cardProblem: 'card_declined',
      savingCard: false,
    }));
  test('can be given up for a saved one', () =>
    expect(play(adding, { type: 'cardFormClosed' })).toMatchObject({ phase: 'choosing', chosen: '11' }));
});

test('The end of the hold closes the till', () => {
  const ended = play(open(visa), { type: 'holdEnded' });
  expect(ended.phase).toBe('ended');
  expect(play(ended, { type: 'payPressed' }).phase).toBe('ended');
});
