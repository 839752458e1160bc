import type { Attachment, Event, Page } from '../../api/types.ts';

/**
 * One message of each kind, as a bot sends it: for tests and for the gallery. The people, flights and prices are
 * made up, and the flights leave far in the future, so that none is flown; the boarding pass is a valid string of
 * IATA Resolution 792.
 */
export const passCode = 'M1NOWAK/ZOFIA         EK7QX2M WAWATHHS 0412 163Y012A0047 100';

const template = (payload: Record<string, unknown>) =>
  ({ type: 'template', payload }) as unknown as Attachment;

const warsaw = { airport_code: 'WAW', city: 'Warsaw' };
const athens = { airport_code: 'ATH', city: 'Athens' };
const schedule = {
  boarding_time: '2099-06-12T07:05',
  departure_time: '2099-06-12T07:40',
  arrival_time: '2099-06-12T11:20',
};

interface Offered {
  number: string;
  departs: string;
  arrives: string;
  minutes: number;
  amount: string;
  tag?: string;
  seatsLeft?: number;
  heldUntil?: string;
}

const offer = ({ number, departs, arrives, minutes, amount, tag, seatsLeft, heldUntil }: Offered) => ({
  title: `${number} · ${departs.slice(11)} to ${arrives.slice(11)}`,
  subtitle: `Warsaw to Athens, EUR ${amount}`,
  flight_offer: {
    flight_number: number.replace(' ', ''),
    departure_airport: warsaw,
    arrival_airport: athens,
    flight_schedule: { departure_time: departs, arrival_time: arrives },
    duration_minutes: minutes,
    stops: 0,
    price: { amount, currency: 'EUR' },
    note: 'cabin bag included',
    ...(tag ? { tag } : {}),
    ...(seatsLeft ? { seats_left: seatsLeft } : {}),
    ...(heldUntil ? { held_until: heldUntil } : {}),
  },
  buttons: [{ type: 'postback', title: 'Choose', payload: `choose:${number}` }],
});

export const flightOffers = (heldUntil?: string) => {
  const held = heldUntil ? { heldUntil } : {};
  const day = '2099-06-12T';
  return template({
    template_type: 'generic',
    elements: [
      offer({
        number: 'HS 412',
        departs: `${day}07:40`,
        arrives: `${day}11:20`,
        minutes: 160,
        amount: '189.00',
        tag: 'lowest',
        ...held,
      }),
      offer({
        number: 'HS 416',
        departs: `${day}09:55`,
        arrives: `${day}13:35`,
        minutes: 160,
        amount: '214.00',
        ...held,
      }),
      offer({
        number: 'HS 418',
        departs: `${day}11:30`,
        arrives: `${day}15:15`,
        minutes: 165,
        amount: '236.50',
        seatsLeft: 3,
        ...held,
      }),
      offer({
        number: 'HS 420',
        departs: `${day}11:55`,
        arrives: `${day}15:40`,
        minutes: 165,
        amount: '241.00',
        ...held,
      }),
      offer({
        number: 'HS 432',
        departs: `${day}22:50`,
        arrives: '2099-06-13T02:30',
        minutes: 160,
        amount: '152.00',
        ...held,
      }),
    ],
  });
};

export const heldOffer = (heldUntil: string) =>
  template({
    template_type: 'generic',
    elements: [
      offer({
        number: 'HS 412',
        departs: '2099-06-12T07:40',
        arrives: '2099-06-12T11:20',
        minutes: 160,
        amount: '189.00',
        heldUntil,
      }),
    ],
  });

export const products = template({
  template_type: 'generic',
  elements: [
    {
      title: 'Olive oil, early harvest',
      subtitle: '500 ml, Kalamata',
      image_url: 'https://media.example.com/oil.jpg',
      buttons: [
        { type: 'postback', title: 'Put in the basket', payload: 'basket:oil' },
        { type: 'web_url', title: 'Where it grows', url: 'https://example.com/oil' },
      ],
    },
    {
      title: 'Soap of Marseille, a box of six with lavender from the high plateau, wrapped by hand',
      subtitle: 'A long title is cut after two lines',
      buttons: [{ type: 'postback', title: 'Put in the basket', payload: 'basket:soap' }],
    },
  ],
});

export const purchaseCard = template({
  template_type: 'generic',
  elements: [
    {
      title: 'HS 412, Warsaw to Athens',
      subtitle: 'Friday 12 June, 07:40. Held for 20 minutes.',
      flight_offer: {
        flight_number: 'HS412',
        departure_airport: warsaw,
        arrival_airport: athens,
        flight_schedule: schedule,
        duration_minutes: 160,
        stops: 0,
        price: { amount: '214.60', currency: 'EUR' },
        note: 'with one checked bag',
      },
      buttons: [
        {
          type: 'payment',
          title: 'buy',
          payload: 'booking:K7QX2M',
          payment_summary: {
            currency: 'EUR',
            payment_type: 'FIXED_AMOUNT',
            merchant_name: 'Halcyon Air',
            requested_user_info: ['contact_name'],
            price_list: [
              { label: 'Flight HS 412, Warsaw to Athens', amount: '189.00' },
              { label: 'Checked bag, 23 kg', amount: '25.60' },
            ],
          },
        },
        { type: 'postback', title: 'Another flight', payload: 'again' },
      ],
    },
  ],
});

export const buttons = template({
  template_type: 'button',
  text: 'Shall I add a checked bag, 23 kg, for EUR 25.60?',
  buttons: [
    { type: 'postback', title: 'Add the bag', payload: 'bag:yes' },
    { type: 'postback', title: 'Without', payload: 'bag:no' },
    { type: 'web_url', title: 'What fits in', url: 'https://example.com/bags' },
  ],
});

export const receipt = template({
  template_type: 'receipt',
  recipient_name: 'Zofia Nowak',
  merchant_name: 'Halcyon Air',
  order_number: 'K7QX2M-1',
  currency: 'EUR',
  payment_method: 'Visa •••• 4242',
  timestamp: '1781163840',
  elements: [
    { title: 'Flight HS 412', subtitle: 'Warsaw to Athens', quantity: 1, price: 189 },
    { title: 'Checked bag, 23 kg', quantity: 1, price: '25.60' },
  ],
  summary: { total_cost: 214.6 },
});

export const itinerary = template({
  template_type: 'airline_itinerary',
  intro_message: 'You fly on Friday.',
  locale: 'en_US',
  pnr_number: 'K7QX2M',
  passenger_info: [{ passenger_id: 'p1', name: 'Zofia Nowak', ticket_number: '0741234567890' }],
  flight_info: [
    {
      connection_id: 'c1',
      segment_id: 's1',
      flight_number: 'HS412',
      departure_airport: warsaw,
      arrival_airport: athens,
      flight_schedule: schedule,
      travel_class: 'economy',
    },
  ],
  passenger_segment_info: [
    {
      segment_id: 's1',
      passenger_id: 'p1',
      seat: '12A',
      seat_type: 'Economy',
      product_info: [{ title: 'Bags', value: '1 × 23 kg' }],
    },
  ],
  total_price: '214.60',
  currency: 'EUR',
});

export const checkIn = template({
  template_type: 'airline_checkin',
  intro_message: 'Check-in is open.',
  locale: 'en_US',
  pnr_number: 'K7QX2M',
  checkin_url: 'https://example.com/check-in',
  checkin_payload: 'checkin:K7QX2M',
  flight_info: [
    { flight_number: 'HS412', departure_airport: warsaw, arrival_airport: athens, flight_schedule: schedule },
  ],
});

const pass = (passenger: string, seat: string, gate: string | null, code: string) => ({
  passenger_name: passenger,
  pnr_number: 'K7QX2M',
  travel_class: 'economy',
  seat,
  secondary_fields: [
    { label: 'Group', value: '2' },
    { label: 'Sequence', value: '047' },
  ],
  logo_image_url: 'https://example.com/logo.png',
  above_bar_code_image_url: 'https://example.com/bar.png',
  qr_code: code,
  flight_info: {
    flight_number: 'HS412',
    departure_airport: { ...warsaw, terminal: 'A', ...(gate ? { gate } : {}) },
    arrival_airport: athens,
    flight_schedule: schedule,
  },
});

export const boardingPass = template({
  template_type: 'airline_boardingpass',
  intro_message: 'You are checked in.',
  locale: 'en_US',
  boarding_pass: [pass('NOWAK/ZOFIA', '12A', 'B 14', passCode)],
});

export const boardingPassNewGate = template({
  template_type: 'airline_boardingpass',
  intro_message: 'New gate.',
  locale: 'en_US',
  boarding_pass: [pass('NOWAK/ZOFIA', '12A', 'C 3', passCode)],
});

export const familyPasses = template({
  template_type: 'airline_boardingpass',
  intro_message: 'You are all checked in.',
  locale: 'en_US',
  boarding_pass: [
    pass('NOWAK/ZOFIA', '12A', null, passCode),
    pass('NOWAK/PIOTR', '12B', null, 'M1NOWAK/PIOTR         EK7QX2M WAWATHHS 0412 163Y012B0048 100'),
    {
      ...pass('NOWAK/HANNA', '12C', null, 'M1NOWAK/HANNA         EK7QX2M WAWATHHS 0412 163Y012C0049 100'),
      symbology: 'pdf417',
    },
  ],
});

export const unknown = template({
  template_type: 'customer_satisfaction',
  title: 'How was your flight?',
  subtitle: 'Two minutes help us.',
  buttons: [{ type: 'web_url', title: 'Answer', url: 'https://example.com/survey' }],
});

/** An event of the business with one attachment. */
export const said = (seq: number, ...attachments: Attachment[]) =>
  ({
    seq,
    id: String(9000 + seq),
    kind: 'message',
    sender: '5',
    at: '2026-06-11T07:44:00.000Z',
    attachments,
  }) as unknown as Event;

/** The log's line about a payment through button `button` of message `of`. */
export const paid = (
  seq: number,
  of: number,
  element: number | undefined,
  button: number,
  state = 'captured',
) =>
  ({
    seq,
    id: String(9000 + seq),
    kind: 'payment',
    sender: '3',
    at: '2026-06-11T07:44:00.000Z',
    payment: {
      purchase: '900',
      of,
      ...(element === undefined ? {} : { element }),
      button,
      state,
      amount: { amountMinor: 21460, currency: 'EUR' },
      method: { kind: 'card', brand: 'visa', last4: '4242' },
    },
  }) as unknown as Event;

/** The person's press of a button of message `of`. */
export const pressed = (seq: number, of: number, payload: string) =>
  ({
    seq,
    id: String(9000 + seq),
    kind: 'message',
    sender: '3',
    at: '2026-06-11T07:44:00.000Z',
    text: payload,
    press: { kind: 'postback', payload, of },
  }) as unknown as Event;

export const page = {
  id: '5',
  username: 'halcyon',
  name: 'Halcyon Air',
  category: 'Airline',
  about: 'Flights from Warsaw to the islands, booked and boarded in this conversation.',
  verified: true,
  color: '#123C66',
  greeting: 'Kaliméra, Zofia. Tell me where you would like to fly, or begin with the buttons.',
  getStarted: { payload: 'GET_STARTED' },
  menu: {
    composerInputDisabled: false,
    items: [
      { type: 'postback', title: 'Find a flight', payload: 'SEARCH' },
      {
        type: 'nested',
        title: 'My trips',
        items: [
          { type: 'postback', title: 'Next trip', payload: 'NEXT' },
          { type: 'postback', title: 'Check in', payload: 'CHECKIN' },
          {
            type: 'nested',
            title: 'Older',
            items: [{ type: 'postback', title: 'All of 2025', payload: 'Y2025' }],
          },
        ],
      },
      { type: 'web_url', title: 'Baggage rules', url: 'https://example.com/bags' },
    ],
  },
} as unknown as Page;
