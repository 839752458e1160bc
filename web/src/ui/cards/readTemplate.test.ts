import { describe, expect, test } from 'vitest';
import { type Card, readTemplate } from './readTemplate.ts';
import * as samples from './samples.ts';

const read = <Kind extends Card['kind']>(attachment: unknown, kind: Kind) => {
  const card = readTemplate(attachment);
  if (card?.kind !== kind) throw new Error(`read as ${card?.kind}, expected ${kind}`);
  return card as Extract<Card, { kind: Kind }>;
};
const template = (payload: unknown) => ({ type: 'template', payload });

describe('A template', () => {
  test('of flights becomes offers with exact prices and wall times', () => {
    const { items } = read(samples.flightOffers(), 'carousel');
    expect(items).toHaveLength(5);
    expect(items[2]?.offer).toMatchObject({
      number: 'HS 418',
      from: { code: 'WAW', city: 'Warsaw' },
      departs: { hour: 11, minute: 30 },
      price: { amountMinor: 23650, currency: 'EUR' },
      seatsLeft: 3,
      lowest: false,
    });
    expect(items[0]?.offer?.lowest).toBe(true);
  });

  test('with a payment button has the sum of its price list', () => {
    const [button] = read(samples.purchaseCard, 'carousel').items[0]?.buttons ?? [];
    expect(button).toMatchObject({
      type: 'payment',
      index: 0,
      total: { amountMinor: 21460, currency: 'EUR' },
    });
  });

  test('with one unreadable price has no payment button: no sum is better than a wrong one', () => {
    const price_list = [
      { label: 'Fare', amount: '10.00' },
      { label: 'Tax', amount: 'about 5' },
    ];
    const payment = {
      type: 'payment',
      title: 'buy',
      payload: 'p',
      payment_summary: { currency: 'EUR', price_list },
    };
    const card = read(template({ template_type: 'button', text: 'Buy?', buttons: [payment] }), 'buttons');
    expect(card.buttons).toEqual([]);
  });

  test('keeps the places of its buttons when one of them is not understood', () => {
    const buttons = [{ type: 'element_share' }, { type: 'postback', title: 'Go', payload: 'GO' }];
    expect(read(template({ template_type: 'button', text: 'So?', buttons }), 'buttons').buttons).toEqual([
      { type: 'postback', index: 1, title: 'Go', payload: 'GO' },
    ]);
  });

  test('never opens an address that runs something', () => {
    const buttons = [{ type: 'web_url', title: 'Click', url: 'javascript:alert(1)' }];
    const element = {
      title: 'A',
      image_url: 'data:text/html,x',
      default_action: { url: 'file:///etc/passwd' },
      buttons,
    };
    const [item] = read(template({ template_type: 'generic', elements: [element] }), 'carousel').items;
    expect(item).toMatchObject({ image: undefined, link: undefined, buttons: [] });
  });

  test('of a receipt counts in minor units, whether amounts are numbers or strings', () => {
    const card = read(samples.receipt, 'receipt');
    expect(card.items.map((item) => item.amountMinor)).toEqual([18900, 2560]);
    expect(card.total).toEqual({ amountMinor: 21460, currency: 'EUR' });
    expect(card.at).toBe(Date.parse('2026-06-11T07:44:00Z'));
  });

  test('of a trip has its travellers with their seats', () =>
    expect(read(samples.itinerary, 'itinerary')).toMatchObject({
      pnr: 'K7QX2M',
      travellers: [{ name: 'Zofia Nowak', seats: ['12A'] }],
      extras: [{ title: 'Bags', value: '1 × 23 kg' }],
    }));

  test('of check-in prefers the payload to the address', () =>
    expect(read(samples.checkIn, 'checkin').payload).toBe('checkin:K7QX2M'));

  test('of a boarding pass keeps the trailing spaces of its code', () => {
    const wire = { passenger_name: 'X/Y', qr_code: 'M1X/Y   ', flight_info: flight() };
    const card = read(template({ template_type: 'airline_boardingpass', boarding_pass: [wire] }), 'boarding');
    expect(card.passes[0]).toMatchObject({ code: 'M1X/Y   ', symbology: 'aztec' });
  });

  test('that is unknown shows what can be read in it', () =>
    expect(read(samples.unknown, 'unknown')).toMatchObject({
      texts: ['How was your flight?', 'Two minutes help us.'],
      buttons: [{ type: 'web_url', title: 'Answer' }],
    }));

  test.each([
    ['an empty carousel', { template_type: 'generic', elements: [] }],
    ['a trip without flights', { template_type: 'airline_itinerary', pnr_number: 'A' }],
    ['a receipt without a total', { template_type: 'receipt', currency: 'EUR', summary: {} }],
    [
      'a pass without a flight',
      { template_type: 'airline_boardingpass', boarding_pass: [{ passenger_name: 'X' }] },
    ],
    ['numbers for texts', { template_type: 'generic', elements: [[1], null, 'x'] }],
    ['nothing', undefined],
  ])('that makes no sense (%s) falls back to plain text', (_, payload) =>
    expect(readTemplate(template(payload))?.kind).toBe('unknown'),
  );
});

test.each([
  [null],
  [undefined],
  ['x'],
  [{ type: 'file', payload: { url: 'https://x/y' } }],
  [{ type: 'image', payload: {} }],
])('%j is no card', (attachment) => expect(readTemplate(attachment)).toBeNull());

function flight() {
  return {
    flight_number: 'HS1',
    departure_airport: { airport_code: 'WAW', city: 'Warsaw' },
    arrival_airport: { airport_code: 'ATH', city: 'Athens' },
    flight_schedule: { departure_time: '2026-06-12T07:40' },
  };
}
