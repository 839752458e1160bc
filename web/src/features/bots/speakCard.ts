import type { TFunction } from 'i18next';
import { airportClock, airportDay, daysBetween } from '../../lib/airportTime.ts';
import { passengerName } from '../../ui/cards/passengerName.ts';
import type { Amount, Card, CardButton, CarouselItem, Flight, Pass } from '../../ui/cards/readTemplate.ts';

/** What a spoken form needs of the language: the texts of `bots`, and amounts with the currency's name. */
export interface Speech {
  t: TFunction<'bots'>;
  locale: string;
  spoken: (amount: Amount) => string;
}

/**
 * A card in one sentence, read once: content, then state. The author and the time are added by the thread.
 * `state` is the word of the state tag, where the card has one.
 */
export function speakCard(card: Card, speech: Speech, state?: string): string {
  const { t, locale, spoken } = speech;
  switch (card.kind) {
    case 'carousel': {
      const [only] = card.items;
      if (card.items.length === 1 && only) return speakItem(only, speech, state);
      return t(card.items.every(({ offer }) => offer) ? 'spokenFlights' : 'spokenCards', {
        count: card.items.length,
      });
    }
    case 'buttons':
      return sentences(card.text, speakButtons(card.buttons, speech));
    case 'receipt':
      return sentences(
        card.merchant
          ? t('spokenReceipt', { merchant: card.merchant, amount: spoken(card.total), method: card.method })
          : t('spokenReceiptPlain', { amount: spoken(card.total), method: card.method }),
        t('spokenItems', { count: card.items.length }),
        state,
      );
    case 'itinerary': {
      const [first] = card.flights;
      const last = card.flights.at(-1);
      return sentences(
        card.intro,
        first && last && t('spokenTrip', { city: last.to.city, day: airportDay(first.departs, locale) }),
        state,
        ...card.flights.map((flight) => speakFlight(flight, speech)),
        t('spokenBooking', { code: spelled(card.pnr) }),
      );
    }
    case 'checkin':
      return sentences(card.intro, state, ...card.flights.map((flight) => speakFlight(flight, speech)));
    case 'boarding':
      return sentences(card.intro, ...card.passes.map((pass) => speakPass(pass, speech)), state);
    case 'form':
      return sentences(card.title ?? t(card.question ? 'form.rate' : 'form.aboutYou'), ...card.lines, state);
    case 'plain':
      return sentences(
        card.news && t(`flight_${card.news}`),
        card.title,
        ...card.lines,
        card.flight && speakFlight(card.flight, speech),
        card.code,
        !card.title && !card.news && t('spokenPicture'),
        speakButtons(card.buttons, speech),
      );
    case 'picture':
      return t('spokenPicture');
    case 'unknown':
      return sentences(...card.texts, speakButtons(card.buttons, speech));
  }
}

/** One card of a carousel; its place is said by the list. */
export function speakItem(item: CarouselItem, speech: Speech, state?: string): string {
  const { offer } = item;
  if (!offer) return sentences(item.title, item.subtitle, state, speakButtons(item.buttons, speech));
  const { t, spoken } = speech;
  return sentences(
    [
      speakFlight(offer, speech),
      offer.minutes !== undefined && speakDuration(offer.minutes, speech),
      offer.price && spoken(offer.price),
      offer.lowest && t('lowest'),
      offer.seatsLeft !== undefined && t('seatsLeft', { count: offer.seatsLeft }),
    ]
      .filter(Boolean)
      .join(', '),
    state,
    speakButtons(item.buttons, speech),
  );
}

/** "Boarding pass, Zofia Nowak, HS 412, boarding 07:05, gate B 14, seat 12A." */
export function speakPass(pass: Pass, { t }: Speech): string {
  const { flight } = pass;
  return [
    t('boardingPass'),
    passengerName(pass.passenger),
    flight.number,
    flight.boards && t('spokenBoarding', { time: airportClock(flight.boards) }),
    flight.from.gate ? t('spokenGate', { gate: flight.from.gate }) : t('gateFollows'),
    pass.seat && t('spokenSeat', { seat: pass.seat }),
  ]
    .filter(Boolean)
    .join(', ');
}

function speakFlight(flight: Flight, { t }: Speech): string {
  const words = {
    number: flight.number,
    from: flight.from.city,
    departs: airportClock(flight.departs),
    to: flight.to.city,
  };
  if (!flight.arrives) return t('spokenFlightStart', words);
  const days = daysBetween(flight.departs, flight.arrives);
  return [
    t('spokenFlight', { ...words, arrives: airportClock(flight.arrives) }),
    days > 0 && t('arrivesLater', { count: days }),
  ]
    .filter(Boolean)
    .join(', ');
}

/** "2 hours 40 minutes" */
export function speakDuration(minutes: number, { locale }: Speech): string {
  const unit = (value: number, name: 'hour' | 'minute') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }).format(value);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 && unit(hours, 'hour'), minutes % 60 > 0 && unit(minutes % 60, 'minute')]
    .filter(Boolean)
    .join(' ');
}

function speakButtons(buttons: readonly CardButton[], { t, spoken }: Speech): string | false {
  if (buttons.length === 0) return false;
  const names = buttons.map((button) => {
    switch (button.type) {
      case 'payment':
        return t(button.flexible ? 'payFrom' : 'pay', { amount: spoken(button.total) });
      case 'account_link':
        return t('logIn');
      case 'account_unlink':
        return t('logOut');
      default:
        return button.title;
    }
  });
  return t('spokenButtons', { count: buttons.length, names: names.join(', ') });
}

/** Codes letter by letter: "K 7 Q X 2 M". */
export const spelled = (code: string) => [...code].join(' ');

const sentences = (...parts: (string | false | undefined)[]) =>
  parts
    .filter((part): part is string => Boolean(part))
    .map((part) => (/[.!?…؟]$/.test(part) ? part : `${part}.`))
    .join(' ');
