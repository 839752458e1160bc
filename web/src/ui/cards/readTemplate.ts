import { type AirportTime, parseAirportTime } from '../../lib/airportTime.ts';
import { parseMinor } from '../../lib/money.ts';
import { type FormCard, readForm } from './readForm.ts';

export interface Amount {
  amountMinor: number;
  currency: string;
}

/**
 * A template of a bot as the client understands it. Bots are programs of strangers: whatever is missing, of the
 * wrong type or unknown is left out, and a template that makes no sense becomes `unknown` with its readable texts.
 */
export type Card =
  | { kind: 'carousel'; square: boolean; items: CarouselItem[]; buttons: CardButton[] }
  | PlainCard
  | { kind: 'buttons'; text: string; buttons: CardButton[] }
  | ReceiptCard
  | ItineraryCard
  | CheckInCard
  | BoardingCard
  | FormCard
  | { kind: 'picture'; url: string }
  | { kind: 'unknown'; texts: string[]; buttons: CardButton[] };

/** One thing: a picture or video with buttons, a page of the web, a coupon, a permission, news of a flight. */
export interface PlainCard {
  kind: 'plain';
  picture?: string | undefined;
  video?: string | undefined;
  title?: string | undefined;
  lines: string[];
  link?: string | undefined;
  /** Of a coupon, to be copied. */
  code?: string | undefined;
  news?: 'delay' | 'gate_change' | 'cancellation' | undefined;
  flight?: Flight | undefined;
  /** A permission; the title names the words of it. */
  asks?: { type: 'postback'; index: number; title: 'notifyMe' | 'getUpdates'; payload: string } | undefined;
  buttons: CardButton[];
}

export interface CarouselItem {
  /** Place in the message, as `POST /api/purchases` names it. */
  element: number;
  title: string;
  subtitle?: string | undefined;
  image?: string | undefined;
  link?: string | undefined;
  offer?: FlightOffer | undefined;
  buttons: CardButton[];
}

/** `index` is the place among the buttons as sent, which is how presses and purchases name it. */
export type CardButton =
  | { type: 'postback'; index: number; title: string; payload: string }
  | { type: 'web_url'; index: number; title: string; url: string }
  | { type: 'phone_number'; index: number; title: string; number: string }
  | { type: 'account_link'; index: number; url: string }
  | { type: 'account_unlink'; index: number }
  | {
      type: 'payment';
      index: number;
      title: string;
      total: Amount;
      lines: Line[];
      merchant?: string | undefined;
      /** The price depends on where it is sent: `total` is what comes before that. */
      flexible: boolean;
      /** What the business asks of the payer: `contact_name`, `contact_email`, `contact_phone`, `shipping_address`. */
      asks: string[];
    };

export interface Line {
  label: string;
  amountMinor: number;
}

export interface Airport {
  code: string;
  city: string;
  terminal?: string | undefined;
  gate?: string | undefined;
}

export interface Flight {
  /** `HS 412`: carrier and number apart, however it was sent. */
  number: string;
  from: Airport;
  to: Airport;
  departs: AirportTime;
  arrives?: AirportTime | undefined;
  boards?: AirportTime | undefined;
  travelClass?: string | undefined;
}

export interface FlightOffer extends Flight {
  minutes?: number | undefined;
  stops: number;
  price?: Amount | undefined;
  note?: string | undefined;
  lowest: boolean;
  seatsLeft?: number | undefined;
  /** Instant in milliseconds. */
  heldUntil?: number | undefined;
}

export interface ReceiptCard {
  kind: 'receipt';
  orderNumber: string;
  orderUrl?: string | undefined;
  merchant?: string | undefined;
  method: string;
  currency: string;
  total: Amount;
  /** Instant in milliseconds. */
  at?: number | undefined;
  items: { title: string; subtitle?: string | undefined; quantity: number; amountMinor: number }[];
  sums: { kind: 'subtotal' | 'shipping' | 'tax'; amountMinor: number }[];
  adjustments: Line[];
}

export interface ItineraryCard {
  kind: 'itinerary';
  intro?: string | undefined;
  pnr: string;
  travellers: { name: string; seats: string[] }[];
  flights: Flight[];
  extras: { title: string; value: string }[];
  total?: Amount | undefined;
}

export interface CheckInCard {
  kind: 'checkin';
  intro?: string | undefined;
  pnr?: string | undefined;
  flights: Flight[];
  /** A press sends this; without it the link opens. */
  payload?: string | undefined;
  url?: string | undefined;
}

export interface BoardingCard {
  kind: 'boarding';
  intro?: string | undefined;
  passes: Pass[];
  /** The same passes as they came, for handing on. */
  wire: unknown[];
}

export interface Pass {
  passenger: string;
  pnr: string;
  travelClass?: string | undefined;
  seat?: string | undefined;
  fields: Field[];
  code?: string | undefined;
  codeImage?: string | undefined;
  logo?: string | undefined;
  symbology: 'aztec' | 'pdf417' | 'qr';
  flight: Flight;
}

export interface Field {
  label: string;
  value: string;
}

/** Reads one attachment of a message. Null for what is no template and no picture. */
export function readTemplate(attachment: unknown): Card | null {
  const { type, payload } = object(attachment);
  const body = object(payload);
  if (type === 'image') {
    const url = webUrl(body.url);
    return url ? { kind: 'picture', url } : null;
  }
  if (type !== 'template') return null;
  return (
    readKnown(body, object(attachment)) ?? {
      kind: 'unknown',
      texts: readableTexts(body),
      buttons: readButtons(body.buttons),
    }
  );
}

function readKnown(body: Json, attachment: Json): Card | null {
  switch (body.template_type) {
    case 'generic':
    case 'list':
      return readCarousel(body);
    case 'media':
      return readMedia(body, object(attachment.media));
    case 'open_graph':
      return readOpenGraph(body, object(attachment.preview));
    case 'coupon':
      return readCoupon(body);
    case 'airline_update':
      return readUpdate(body);
    case 'one_time_notif_req':
    case 'notification_messages':
      return readPermission(body);
    case 'customer_feedback':
    case 'customer_information':
      return readForm(body);
    case 'button': {
      const text = string(body.text);
      return text ? { kind: 'buttons', text, buttons: readButtons(body.buttons) } : null;
    }
    case 'receipt':
      return readReceipt(body);
    case 'airline_itinerary':
      return readItinerary(body);
    case 'airline_checkin':
      return readCheckIn(body);
    case 'airline_boardingpass':
      return readBoardingPasses(body);
    default:
      return null;
  }
}

function readCarousel(body: Json): Card | null {
  const items = list(body.elements).flatMap((element, place): CarouselItem[] => {
    const title = string(element.title);
    if (!title) return [];
    return [
      {
        element: place,
        title,
        subtitle: string(element.subtitle),
        image: webUrl(element.image_url),
        link: webUrl(object(element.default_action).url) ?? webUrl(element.item_url),
        offer: readOffer(element.flight_offer),
        buttons: readButtons(element.buttons),
      },
    ];
  });
  return items.length > 0
    ? {
        kind: 'carousel',
        square: body.image_aspect_ratio === 'square',
        items,
        buttons: readButtons(body.buttons),
      }
    : null;
}

function readMedia(body: Json, media: Json): Card | null {
  const id = string(media.id);
  const [element] = list(body.elements);
  if (!id || !element) return null;
  const address = `/api/media/${id}`;
  const isVideo = string(media.type)?.startsWith('video/');
  return {
    kind: 'plain',
    lines: [],
    picture: isVideo ? undefined : address,
    video: isVideo ? address : undefined,
    buttons: readButtons(element.buttons),
  };
}

function readOpenGraph(body: Json, preview: Json): Card | null {
  const [element] = list(body.elements);
  const link = webUrl(element?.url);
  if (!element || !link) return null;
  const by = string(preview.musician) ?? string(preview.description);
  return {
    kind: 'plain',
    link,
    picture: webUrl(preview.image),
    title: string(preview.title) ?? new URL(link).host,
    lines: [by, string(preview.site_name)].filter((line) => line !== undefined),
    buttons: [
      { type: 'web_url', index: -1, title: string(preview.site_name) ?? new URL(link).host, url: link },
      ...readButtons(element.buttons),
    ],
  };
}

function readCoupon(body: Json): Card | null {
  const title = string(body.title);
  if (!title) return null;
  const url = webUrl(body.coupon_url);
  const before = string(body.coupon_pre_message);
  return {
    kind: 'plain',
    title,
    picture: webUrl(body.image_url),
    lines: [before, string(body.subtitle)].filter((line) => line !== undefined),
    code: string(body.coupon_code),
    buttons: url
      ? [{ type: 'web_url', index: 0, title: string(body.coupon_url_button_title) ?? new URL(url).host, url }]
      : [],
  };
}

function readUpdate(body: Json): Card | null {
  const flight = readFlight(object(body.update_flight_info));
  const news = (['delay', 'gate_change', 'cancellation'] as const).find((word) => word === body.update_type);
  if (!flight || !news) return null;
  const intro = string(body.intro_message);
  return { kind: 'plain', title: flight.number, lines: intro ? [intro] : [], news, flight, buttons: [] };
}

function readPermission(body: Json): Card | null {
  const payload = string(body.payload);
  if (!payload) return null;
  const title = body.template_type === 'one_time_notif_req' ? 'notifyMe' : 'getUpdates';
  return {
    kind: 'plain',
    title: string(body.title),
    picture: webUrl(body.image_url),
    lines: [],
    asks: { type: 'postback', index: 0, title, payload },
    buttons: [],
  };
}

function readOffer(value: unknown): FlightOffer | undefined {
  const offer = object(value);
  const flight = readFlight(offer);
  if (!flight) return undefined;
  const price = object(offer.price);
  const held = Date.parse(string(offer.held_until) ?? '');
  return {
    ...flight,
    minutes: wholeNumber(offer.duration_minutes),
    stops: wholeNumber(offer.stops) ?? 0,
    price: readAmount(price.amount, price.currency),
    note: string(offer.note),
    lowest: offer.tag === 'lowest',
    seatsLeft: wholeNumber(offer.seats_left),
    heldUntil: Number.isNaN(held) ? undefined : held,
  };
}

function readButtons(value: unknown): CardButton[] {
  return list(value).flatMap((button, index): CardButton[] => {
    const title = string(button.title);
    const payload = string(button.payload);
    if (button.type === 'account_unlink') return [{ type: 'account_unlink', index }];
    if (button.type === 'account_link') {
      // As it was sent: the server compares it with what the business showed.
      const url = webUrl(button.url) && String(button.url);
      return url ? [{ type: 'account_link', index, url }] : [];
    }
    if (!title) return [];
    switch (button.type) {
      case 'postback':
        return payload === undefined ? [] : [{ type: 'postback', index, title, payload }];
      case 'web_url': {
        const url = webUrl(button.url);
        return url ? [{ type: 'web_url', index, title, url }] : [];
      }
      case 'phone_number':
        return payload && /^\+[0-9]{3,15}$/.test(payload)
          ? [{ type: 'phone_number', index, title, number: payload }]
          : [];
      case 'payment':
        return readPaymentButton(button, index, title);
      default:
        return [];
    }
  });
}

function readPaymentButton(button: Json, index: number, title: string): CardButton[] {
  const summary = object(button.payment_summary);
  const currency = string(summary.currency);
  if (!currency) return [];
  const lines = list(summary.price_list).map((line) => ({
    label: string(line.label) ?? '',
    amountMinor: minorOf(text(line.amount), currency),
  }));
  // One unreadable price makes the total a guess: better no button than a wrong sum.
  const amounts = lines.flatMap((line) =>
    line.amountMinor === null ? [] : [{ ...line, amountMinor: line.amountMinor }],
  );
  if (amounts.length === 0 || amounts.length < lines.length) return [];
  const total = { amountMinor: amounts.reduce((sum, line) => sum + line.amountMinor, 0), currency };
  const asked = Array.isArray(summary.requested_user_info) ? summary.requested_user_info : [];
  return [
    {
      type: 'payment',
      index,
      title,
      total,
      lines: amounts,
      merchant: string(summary.merchant_name),
      flexible: summary.payment_type === 'FLEXIBLE_AMOUNT',
      asks: asked.flatMap((name) => string(name) ?? []),
    },
  ];
}

function readReceipt(body: Json): ReceiptCard | null {
  const currency = string(body.currency);
  const summary = object(body.summary);
  const total = readAmount(summary.total_cost, currency);
  if (!currency || !total) return null;
  const seconds = Number(text(body.timestamp) ?? Number.NaN);
  const minor = (value: unknown) => minorOf(text(value), currency) ?? undefined;
  const sums = (
    [
      ['subtotal', minor(summary.subtotal)],
      ['shipping', minor(summary.shipping_cost)],
      ['tax', minor(summary.total_tax)],
    ] as const
  ).flatMap(([kind, amountMinor]) => (amountMinor === undefined ? [] : [{ kind, amountMinor }]));
  return {
    kind: 'receipt',
    orderNumber: string(body.order_number) ?? '',
    orderUrl: webUrl(body.order_url),
    merchant: string(body.merchant_name),
    method: string(body.payment_method) ?? '',
    currency,
    total,
    at: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    items: list(body.elements).flatMap((item) => {
      const title = string(item.title);
      const amountMinor = minor(item.price);
      if (!title || amountMinor === undefined) return [];
      return [
        { title, subtitle: string(item.subtitle), quantity: wholeNumber(item.quantity) ?? 1, amountMinor },
      ];
    }),
    sums,
    adjustments: list(body.adjustments).flatMap((adjustment) => {
      const label = string(adjustment.name);
      const amountMinor = minor(adjustment.amount);
      return label && amountMinor !== undefined ? [{ label, amountMinor: -Math.abs(amountMinor) }] : [];
    }),
  };
}

function readItinerary(body: Json): ItineraryCard | null {
  const pnr = string(body.pnr_number);
  const flights = readFlights(body.flight_info);
  if (!pnr || flights.length === 0) return null;
  const places = list(body.passenger_segment_info);
  const travellers = list(body.passenger_info).flatMap((passenger) => {
    const name = string(passenger.name);
    const id = string(passenger.passenger_id);
    if (!name) return [];
    const seats = places.flatMap((place) =>
      string(place.passenger_id) === id ? [string(place.seat) ?? ''] : [],
    );
    return [{ name, seats: seats.filter((seat) => seat !== '') }];
  });
  return {
    kind: 'itinerary',
    intro: string(body.intro_message),
    pnr,
    travellers,
    flights,
    extras: places
      .flatMap((place) => list(place.product_info))
      .flatMap((product) => {
        const title = string(product.title);
        const value = string(product.value);
        return title && value ? [{ title, value }] : [];
      }),
    total: readAmount(body.total_price, body.currency),
  };
}

function readCheckIn(body: Json): CheckInCard | null {
  const flights = readFlights(body.flight_info);
  if (flights.length === 0) return null;
  return {
    kind: 'checkin',
    intro: string(body.intro_message),
    pnr: string(body.pnr_number),
    flights,
    payload: string(body.checkin_payload),
    url: webUrl(body.checkin_url),
  };
}

/** One pass of an `airline_boardingpass` template. Null when it names no flight or no passenger. */
export function readPass(value: unknown): Pass | null {
  const pass = object(value);
  const flight = readFlight(object(pass.flight_info));
  const passenger = string(pass.passenger_name);
  if (!flight || !passenger) return null;
  return {
    passenger,
    pnr: string(pass.pnr_number) ?? '',
    travelClass: string(pass.travel_class),
    seat: string(pass.seat),
    fields: [...readFields(pass.auxiliary_fields), ...readFields(pass.secondary_fields)],
    // Not trimmed: trailing spaces belong to the code, a shortened one is no boarding pass.
    code: typeof pass.qr_code === 'string' && pass.qr_code !== '' ? pass.qr_code : undefined,
    codeImage: webUrl(pass.barcode_image_url),
    logo: webUrl(pass.logo_image_url),
    symbology: pass.symbology === 'pdf417' || pass.symbology === 'qr' ? pass.symbology : 'aztec',
    flight,
  };
}

function readBoardingPasses(body: Json): BoardingCard | null {
  const read = list(body.boarding_pass).flatMap((wire) => {
    const pass = readPass(wire);
    return pass ? [{ pass, wire }] : [];
  });
  if (read.length === 0) return null;
  return {
    kind: 'boarding',
    intro: string(body.intro_message),
    passes: read.map(({ pass }) => pass),
    wire: read.map(({ wire }) => wire),
  };
}

function readFields(value: unknown): Field[] {
  return list(value).flatMap((field) => {
    const label = string(field.label);
    const shown = string(field.value);
    return label && shown ? [{ label, value: shown }] : [];
  });
}

function readFlights(value: unknown): Flight[] {
  return list(value).flatMap((flight) => readFlight(flight) ?? []);
}

function readFlight(flight: Json): Flight | null {
  const schedule = object(flight.flight_schedule);
  const number = string(flight.flight_number);
  const departs = parseAirportTime(string(schedule.departure_time));
  const from = readAirport(flight.departure_airport);
  const to = readAirport(flight.arrival_airport);
  if (!number || !departs || !from || !to) return null;
  return {
    number: number.replace(/^([A-Z0-9]{2}[A-Z]?) ?([0-9]{1,4}[A-Z]?)$/, '$1 $2'),
    from,
    to,
    departs,
    arrives: parseAirportTime(string(schedule.arrival_time)) ?? undefined,
    boards: parseAirportTime(string(schedule.boarding_time)) ?? undefined,
    travelClass: string(flight.travel_class),
  };
}

function readAirport(value: unknown): Airport | null {
  const airport = object(value);
  const code = string(airport.airport_code);
  return code
    ? {
        code,
        city: string(airport.city) ?? code,
        terminal: string(airport.terminal),
        gate: string(airport.gate),
      }
    : null;
}

function readAmount(amount: unknown, currency: unknown): Amount | undefined {
  const code = string(currency);
  const amountMinor = code ? minorOf(text(amount), code) : null;
  return code && amountMinor !== null ? { amountMinor, currency: code } : undefined;
}

// What a person can read in a template this client doesn't know: its titles and texts, in the order sent.
function readableTexts(body: Json): string[] {
  const found: string[] = [];
  const walk = (value: unknown, depth: number) => {
    if (depth > 4 || found.length >= 12) return;
    if (Array.isArray(value)) {
      for (const part of value) walk(part, depth + 1);
      return;
    }
    for (const [name, part] of Object.entries(object(value))) {
      if (name === 'buttons') continue;
      if (typeof part === 'string' && /^(title|subtitle|text|intro_message|name|label|value)$/.test(name)) {
        if (part.trim() !== '' && !found.includes(part)) found.push(part);
      } else walk(part, depth + 1);
    }
  };
  walk(body, 0);
  return found.slice(0, 12);
}

type Json = Record<string, unknown>;

function minorOf(amount: string | number | undefined, currency: string): number | null {
  return amount === undefined ? null : parseMinor(amount, currency);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function string(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function text(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** An address that may be opened or shown: http or https, nothing that runs. */
export function webUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const url = new URL(value);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
