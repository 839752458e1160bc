import type { Event, Payment } from '../../api/types.ts';
import { withOurPictures } from './ourPictures.ts';
import { type Flight, type Pass, readTemplate } from './readTemplate.ts';

/**
 * What the log of a thread says about the cards in it. A card shows its current state even in old talk, so the
 * state is never kept with the message: it is read off the events that came since.
 */
export interface ThreadFacts {
  /** The newest payment by button, under `buttonKey`. */
  payments: ReadonlyMap<string, Payment>;
  /** All payments in the order of the log, with the number of their event. */
  paymentLog: readonly { seq: number; payment: Payment }[];
  /** Payloads pressed, by the message that offered them: `12/ADD`. */
  presses: ReadonlySet<string>;
  /** Boarding passes by booking code; the newest message wins. */
  passes: ReadonlyMap<string, { seq: number; index: number; pass: Pass; wire: unknown }[]>;
  /** Check-in offers by booking code, the newest. */
  checkIns: ReadonlyMap<string, { seq: number; payload?: string | undefined; url?: string | undefined }>;
  /** Minutes in the air by flight number and departure, as flight offers told them. */
  minutes: ReadonlyMap<string, number>;
}

/** Names one button of one message. */
export const buttonKey = (seq: number, element: number | undefined, button: number) =>
  `${seq}/${element ?? '-'}/${button}`;

const flightKey = (flight: Flight) => {
  const { year, month, day, hour, minute } = flight.departs;
  return `${flight.number.replace(/\s/g, '')} ${[year, month, day, hour, minute].join('-')}`;
};

const known = new WeakMap<readonly Event[], ThreadFacts>();

/** Reads all events once per list; asking again for the same list costs nothing. */
export function factsOf(events: readonly Event[]): ThreadFacts {
  let facts = known.get(events);
  if (!facts) {
    facts = readFacts(events);
    known.set(events, facts);
  }
  return facts;
}

function readFacts(events: readonly Event[]): ThreadFacts {
  const payments = new Map<string, Payment>();
  const paymentLog: { seq: number; payment: Payment }[] = [];
  const passes = new Map<string, { seq: number; index: number; pass: Pass; wire: unknown }[]>();
  const checkIns = new Map<string, { seq: number; payload?: string | undefined; url?: string | undefined }>();
  const minutes = new Map<string, number>();
  const presses = new Set<string>();

  for (const event of events) {
    if (event.payment) {
      const { of, element, button } = event.payment;
      payments.set(buttonKey(of, element, button), event.payment);
      paymentLog.push({ seq: event.seq, payment: event.payment });
    }
    if (event.press?.of !== undefined) presses.add(`${event.press.of}/${event.press.payload}`);
    for (const attachment of event.attachments ?? []) {
      const card = readTemplate(withOurPictures(attachment, event.sender));
      switch (card?.kind) {
        case 'carousel':
          for (const { offer } of card.items)
            if (offer?.minutes !== undefined) minutes.set(flightKey(offer), offer.minutes);
          break;
        case 'checkin':
          if (card.pnr) checkIns.set(card.pnr, { seq: event.seq, payload: card.payload, url: card.url });
          break;
        case 'boarding': {
          const fresh = new Set<string>();
          card.passes.forEach((pass, index) => {
            const held = fresh.has(pass.pnr) ? (passes.get(pass.pnr) ?? []) : [];
            fresh.add(pass.pnr);
            passes.set(pass.pnr, [...held, { seq: event.seq, index, pass, wire: card.wire[index] }]);
          });
          break;
        }
      }
    }
  }
  return { payments, paymentLog, passes, checkIns, minutes, presses };
}

/** The payment made through a button, if any. */
export const paymentOf = (facts: ThreadFacts, seq: number, element: number | undefined, button: number) =>
  facts.payments.get(buttonKey(seq, element, button));

/** Whether a button or quick reply of a message has been taken. */
export const wasPressed = (facts: ThreadFacts, seq: number, payload: string) =>
  facts.presses.has(`${seq}/${payload}`);

/** Minutes in the air; templates of itineraries don't tell, but the offer that was chosen did. */
export const minutesOf = (facts: ThreadFacts, flight: Flight) => facts.minutes.get(flightKey(flight));

/**
 * The payment a receipt is about: the newest one before it over the same amount. Receipts name an order, not a
 * purchase, so amount and order in the log are what connects them.
 */
export function paymentOfReceipt(
  facts: ThreadFacts,
  seq: number,
  total: { amountMinor: number; currency: string },
): Payment | undefined {
  const made = facts.paymentLog.findLast(
    ({ seq: at, payment }) =>
      at < seq &&
      payment.state === 'captured' &&
      payment.amount.amountMinor === total.amountMinor &&
      payment.amount.currency === total.currency,
  );
  return made && paymentOf(facts, made.payment.of, made.payment.element, made.payment.button);
}
