import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatSpoken } from '../../lib/money.ts';
import { readTemplate } from '../../ui/cards/readTemplate.ts';
import * as samples from '../../ui/cards/samples.ts';
import ar from './locales/ar.json';
import en from './locales/en.json';
import { type Speech, speakCard, speakDuration, speakItem } from './speakCard.ts';

const i18n = i18next.createInstance();
beforeAll(() =>
  i18n.init({
    resources: { en: { bots: en }, ar: { bots: ar } },
    lng: 'en',
    keySeparator: false,
    interpolation: { escapeValue: false },
  }),
);
const speech = (language: 'en' | 'ar' = 'en'): Speech => {
  const locale = `${language === 'en' ? 'en-GB' : 'ar'}-u-nu-latn`;
  return { t: i18n.getFixedT(language, 'bots'), locale, spoken: (amount) => formatSpoken(amount, locale) };
};
const card = (attachment: unknown) => {
  const read = readTemplate(attachment);
  if (!read) throw new Error('the sample is a card');
  return read;
};

describe('A card is spoken as', () => {
  test('a list of flights with its number', () =>
    expect(speakCard(card(samples.flightOffers()), speech())).toBe('5 flights'));

  test('one flight with times, duration, price and what can be done', () => {
    const offers = card(samples.flightOffers());
    const first = offers.kind === 'carousel' ? offers.items[0] : undefined;
    expect(first && speakItem(first, speech())).toBe(
      'HS 412, Warsaw 07:40 to Athens 11:20, 2 hours 40 minutes, 189 euros, Lowest. Button: Choose.',
    );
  });

  test('a night flight with the day it arrives', () => {
    const offers = card(samples.flightOffers());
    const last = offers.kind === 'carousel' ? offers.items[4] : undefined;
    expect(last && speakItem(last, speech())).toContain('to Athens 02:30, arriving the next day');
  });

  test('a receipt with amount, method and state', () =>
    expect(speakCard(card(samples.receipt), speech(), 'Paid')).toBe(
      'Receipt from Halcyon Air: 214.60 euros, paid with Visa •••• 4242. 2 items. Paid.',
    ));

  test('a trip with its code letter by letter', () =>
    expect(speakCard(card(samples.itinerary), speech(), 'Check-in open')).toBe(
      'You fly on Friday. Trip to Athens, Friday 12 June. Check-in open. HS 412, Warsaw 07:40 to Athens 11:20. Booking K 7 Q X 2 M.',
    ));

  test('a boarding pass with where to go and when', () =>
    expect(speakCard(card(samples.boardingPass), speech(), 'Checked in')).toBe(
      'You are checked in. Boarding pass, Zofia Nowak, HS 412, boarding 07:05, gate B 14, seat 12A. Checked in.',
    ));

  test('a boarding pass without a gate says that it follows', () =>
    expect(speakCard(card(samples.familyPasses), speech())).toContain(
      'boarding 07:05, Gate follows, seat 12A',
    ));

  test('a payment with the currency by name', () =>
    expect(speakCard(card(samples.purchaseCard), speech())).toContain(
      '2 buttons: Pay 214.60 euros, Another flight',
    ));

  test('what it says where the kind is unknown', () =>
    expect(speakCard(card(samples.unknown), speech())).toBe(
      'How was your flight? Two minutes help us. Button: Answer.',
    ));

  test('the same in Arabic', () =>
    expect(speakCard(card(samples.flightOffers()), speech('ar'))).toBe('5 رحلات'));
});

test.each([
  [160, '2 hours 40 minutes'],
  [60, '1 hour'],
  [45, '45 minutes'],
])('%i minutes are spoken as %s', (minutes, spoken) => expect(speakDuration(minutes, speech())).toBe(spoken));
