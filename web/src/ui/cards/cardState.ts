import type { PurchaseState } from '../../api/types.ts';
import { isPastEverywhere } from '../../lib/airportTime.ts';
import type {
  BoardingCard,
  CardButton,
  CheckInCard,
  Flight,
  FlightOffer,
  ItineraryCard,
  Pass,
} from './readTemplate.ts';
import { paymentOf, type ThreadFacts } from './threadFacts.ts';

export type ButtonState = 'open' | 'paid' | 'partlyRefunded' | 'refunded';

/** A payment button is spent once the log holds its payment; others stay open. */
export function buttonState(
  facts: ThreadFacts,
  seq: number,
  element: number | undefined,
  button: CardButton,
): ButtonState {
  if (button.type !== 'payment') return 'open';
  const state: PurchaseState | undefined = paymentOf(facts, seq, element, button.index)?.state;
  if (state === undefined) return 'open';
  return paidState(state);
}

/** How a payment stands, in the words that cards have for it. */
export const paidState = (state: PurchaseState | undefined): Exclude<ButtonState, 'open'> =>
  state === 'refunded' ? 'refunded' : state === 'partly_refunded' ? 'partlyRefunded' : 'paid';

/** An offer can be taken until its hold ends; one without a hold always. */
export const offerEnded = (offer: FlightOffer, now: number) =>
  offer.heldUntil !== undefined && now >= offer.heldUntil;

export type TripState = 'confirmed' | 'check-in-open' | 'checked-in' | 'flown';

/** A trip is flown when its last flight has landed wherever on Earth the airport may be. */
export function tripState(trip: ItineraryCard | CheckInCard, facts: ThreadFacts, now: number): TripState {
  if (trip.flights.every((flight) => hasLanded(flight, now))) return 'flown';
  if (trip.pnr && facts.passes.has(trip.pnr)) return 'checked-in';
  if (trip.kind === 'checkin' || facts.checkIns.has(trip.pnr)) return 'check-in-open';
  return 'confirmed';
}

/** The passes of a card as they are now: a later message about the same seat, with a gate say, replaces the old one. */
export function currentPasses(
  card: BoardingCard,
  facts: ThreadFacts,
): { pass: Pass; wire: unknown; updated: boolean }[] {
  return card.passes.map((pass, index) => {
    const newest = facts.passes
      .get(pass.pnr)
      ?.find(
        ({ pass: other }) => other.passenger === pass.passenger && other.flight.number === pass.flight.number,
      );
    return newest
      ? { pass: newest.pass, wire: newest.wire, updated: newest.wire !== card.wire[index] }
      : { pass, wire: card.wire[index], updated: false };
  });
}

export const hasLanded = (flight: Flight, now: number) =>
  isPastEverywhere(flight.arrives ?? flight.departs, now);
