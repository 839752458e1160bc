import { describe, expect, test } from 'vitest';
import type { Attachment, Event } from '../../api/types.ts';
import { buttonState, currentPasses, offerEnded, tripState } from './cardState.ts';
import { type Card, type CardButton, readTemplate } from './readTemplate.ts';
import * as samples from './samples.ts';
import { factsOf, minutesOf, paymentOfReceipt } from './threadFacts.ts';

const before = Date.parse('2026-06-11T08:00:00Z');
const read = <Kind extends Card['kind']>(attachment: Attachment, kind: Kind) => {
  const card = readTemplate(attachment);
  if (card?.kind !== kind) throw new Error(`read as ${card?.kind}, expected ${kind}`);
  return card as Extract<Card, { kind: Kind }>;
};

describe('A payment button', () => {
  const buttons = read(samples.purchaseCard, 'carousel').items[0]?.buttons as CardButton[];
  const [pay, other] = buttons as [CardButton, CardButton];
  const bought = samples.said(4, samples.purchaseCard);
  const state = (...events: Event[]) => buttonState(factsOf([bought, ...events]), 4, 0, pay);

  test('is open until the log holds its payment', () => expect(state()).toBe('open'));
  test('is paid once it does', () => expect(state(samples.paid(6, 4, 0, 0))).toBe('paid'));
  test('is refunded when the newest payment says so', () =>
    expect(state(samples.paid(6, 4, 0, 0), samples.paid(9, 4, 0, 0, 'refunded'))).toBe('refunded'));
  test('is partly refunded when the newest payment says so', () =>
    expect(state(samples.paid(6, 4, 0, 0), samples.paid(9, 4, 0, 0, 'partly_refunded'))).toBe(
      'partlyRefunded',
    ));
  test('is not paid by another message, element or button', () =>
    expect(state(samples.paid(6, 5, 0, 0), samples.paid(7, 4, 1, 0), samples.paid(8, 4, 0, 1))).toBe('open'));
  test('leaves its neighbours open', () =>
    expect(buttonState(factsOf([bought, samples.paid(6, 4, 0, 0)]), 4, 0, other)).toBe('open'));
});

describe('A trip', () => {
  const trip = read(samples.itinerary, 'itinerary');
  const log = (...events: Event[]) => factsOf([samples.said(1, samples.itinerary), ...events]);

  test('is confirmed at first', () => expect(tripState(trip, log(), before)).toBe('confirmed'));
  test('opens for check-in with the offer of the same booking', () =>
    expect(tripState(trip, log(samples.said(2, samples.checkIn)), before)).toBe('check-in-open'));
  test('is checked in once the boarding pass has come', () =>
    expect(
      tripState(trip, log(samples.said(2, samples.checkIn), samples.said(5, samples.boardingPass)), before),
    ).toBe('checked-in'));
  test('is flown when the landing has passed in every zone', () => {
    expect(tripState(trip, log(), Date.parse('2099-06-12T13:00:00Z'))).toBe('confirmed');
    expect(tripState(trip, log(), Date.parse('2099-06-13T00:00:00Z'))).toBe('flown');
  });
  test('of another booking is not touched', () =>
    expect(tripState({ ...trip, pnr: 'ZZZZZZ' }, log(samples.said(5, samples.boardingPass)), before)).toBe(
      'confirmed',
    ));
  test('knows its time in the air from the offer that was chosen', () => {
    const [flight] = trip.flights;
    if (!flight) throw new Error('the sample has a flight');
    expect(minutesOf(factsOf([samples.said(1, samples.flightOffers())]), flight)).toBe(160);
    expect(minutesOf(log(), flight)).toBeUndefined();
  });
});

test('A check-in card is done after the boarding pass of its booking', () => {
  const card = read(samples.checkIn, 'checkin');
  expect(tripState(card, factsOf([samples.said(2, samples.checkIn)]), before)).toBe('check-in-open');
  expect(
    tripState(
      card,
      factsOf([samples.said(2, samples.checkIn), samples.said(3, samples.boardingPass)]),
      before,
    ),
  ).toBe('checked-in');
});

describe('A boarding pass', () => {
  const card = read(samples.boardingPass, 'boarding');

  test('shows the newest gate also in the old message', () => {
    const log = [samples.said(3, samples.boardingPass), samples.said(8, samples.boardingPassNewGate)];
    const [current] = currentPasses(card, factsOf(log));
    expect(current).toMatchObject({ updated: true, pass: { flight: { from: { gate: 'C 3' } } } });
  });
  test('of one traveller is not replaced by that of another', () => {
    const log = [samples.said(3, samples.familyPasses)];
    const seats = currentPasses(read(samples.familyPasses, 'boarding'), factsOf(log)).map(
      ({ pass }) => pass.seat,
    );
    expect(seats).toEqual(['12A', '12B', '12C']);
  });
});

describe('A receipt', () => {
  const { total } = read(samples.receipt, 'receipt');
  const log = [samples.paid(6, 4, 0, 0), samples.said(7, samples.receipt)];

  test('is about the payment of its amount before it', () =>
    expect(paymentOfReceipt(factsOf(log), 7, total)?.state).toBe('captured'));
  test('says refunded when that payment was', () =>
    expect(paymentOfReceipt(factsOf([...log, samples.paid(9, 4, 0, 0, 'refunded')]), 7, total)?.state).toBe(
      'refunded',
    ));
  test('is about no payment of another amount', () =>
    expect(paymentOfReceipt(factsOf(log), 7, { amountMinor: 100, currency: 'EUR' })).toBeUndefined());
});

test('An offer ends with its hold', () => {
  const [item] = read(samples.flightOffers('2026-06-11T10:02:00Z'), 'carousel').items;
  if (!item?.offer) throw new Error('the sample has an offer');
  expect(offerEnded(item.offer, Date.parse('2026-06-11T10:01:59Z'))).toBe(false);
  expect(offerEnded(item.offer, Date.parse('2026-06-11T10:02:00Z'))).toBe(true);
});
