/**
 * What travels between this client and the server: docs/protocol/http.md, and for templates the Messenger
 * dialect with docs/protocol/extensions.md. Text of a bot is never trusted to be complete: what a template may
 * leave out is optional here.
 */
import type {
  ClientId,
  CurrencyCode,
  EventId,
  Instant,
  MediaId,
  MemberId,
  MethodId,
  PageId,
  PurchaseId,
  ThreadId,
  WallTime,
} from './ids.ts';

export interface Me {
  id: MemberId;
  handle: string;
  name: string;
  locale: string | null;
  demo: boolean;
}

export interface Person {
  id: MemberId;
  handle: string;
  name: string;
}

export interface DemoPerson {
  handle: string;
  name: string;
  about: string;
}

// Threads

export type ThreadKind = 'direct' | 'business' | 'group';

export interface Member {
  id: MemberId;
  kind: 'person' | 'page';
  name: string;
  /** A page's handle is its username. */
  handle: string;
  /** In groups. */
  role?: Role;
  readSeq: number;
  deliveredSeq: number;
}

export type Role = 'owner' | 'admin' | 'member';

export interface Thread {
  id: ThreadId;
  kind: ThreadKind;
  /** The other's name, as this reader sees it. */
  title: string;
  lastSeq: number;
  readSeq: number;
  /** Nothing up to this number is this reader's to see. */
  fromSeq?: number;
  unread: number;
  /** Of the unread, how many name the reader. */
  mentions?: number;
  lastEvent?: Event;
  updatedAt: Instant;
  /** The first 50 of a group. */
  members: Member[];
  memberCount?: number;
  /** The reader's, in groups. */
  role?: Role;
  picture?: MediaId;
  about?: string;
  announcementsOnly?: true;
  /** How long what is sent from now on lives. */
  retentionSeconds?: number;
  pins?: number[];
  mutedUntil?: Instant | 'always';
  archived?: true;
  pinned?: true;
  markedUnread?: true;
  folder?: string;
  /** Rises with each change of what is the reader's own here. */
  settingsVersion?: number;
  /** From a stranger, and not accepted yet. */
  request?: true;
  draft?: Draft;
  /** The reader takes nothing from the other side. */
  blocked?: true;
  /** In business threads. */
  page?: Page;
}

/** What is half written; the higher version wins, on all devices. */
export interface Draft {
  version: number;
  text: string;
  entities?: Entity[];
  replyTo?: number;
  at?: Instant;
}

/** Changes of an earlier event; they have numbers of the same log and are never rows of their own. */
export type ChangeKind = 'edit' | 'unsend' | 'reaction' | 'pin' | 'vote';
export type EventKind = 'message' | 'system' | 'payment' | ChangeKind;

export type EntityType =
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strike'
  | 'spoiler'
  | 'code'
  | 'pre'
  | 'quote'
  | 'link'
  | 'mention';

/** A mark on a part of a text. Offset and length count UTF-16 units. */
export interface Entity {
  type: EntityType;
  offset: number;
  length: number;
  url?: string;
  /** A member, or `all`. */
  person?: MemberId | 'all';
  language?: string;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** Some of those who gave it. */
  by: MemberId[];
}

export interface Event {
  /** Gap-free within the thread, from 1. */
  seq: number;
  id: EventId;
  kind: EventKind;
  sender: MemberId;
  at: Instant;
  text?: string;
  /** To its sender only. */
  clientId?: ClientId;
  replyTo?: number;
  attachments?: Attachment[];
  quickReplies?: QuickReply[];
  press?: { kind: 'postback' | 'quick_reply' | 'optin'; payload: string; of?: number; shares?: string };
  /** Under whose name and picture a business speaks. */
  persona?: { name: string; picture: string };
  /** A business asked for less than a sound. */
  notification?: 'silent' | 'none';
  payment?: Payment;
  /** Money between people, as it was told. */
  money?: MoneyNews;
  /** What a payer wants about a purchase, as it was then. */
  complaint?: ComplaintNews;
  /** What the payer's bank does about a purchase, as it was then. */
  dispute?: DisputeNews;
  system?: { code: string; [detail: string]: unknown };
  entities?: Entity[];
  /** The part of `replyTo` that is answered. */
  quote?: string;
  forwarded?: { times: number; from?: string };
  poll?: { question: string; options: string[]; multiple?: true; closesAt?: Instant };
  expiresAt?: Instant;

  // Of a change: the event it is about, and what it says.
  of?: number;
  emoji?: string;
  options?: number[];
  pinned?: boolean;
  /** What a reaction or a vote takes the place of. */
  was?: string | number[];

  // Of an event that was changed: up to which change it is told here, and how it is now.
  changedSeq?: number;
  editedAt?: Instant;
  unsent?: true;
  expired?: true;
  /** Deleted by the reader, for the reader alone. */
  hidden?: true;
  reactions?: Reaction[];
  myReaction?: string;
  votes?: { counts: number[]; voters: number; mine?: number[] };

  /** Of this client alone: an edit of it is on its way. */
  waits?: true;
}

export interface EventPage {
  events: Event[];
  lastSeq: number;
}

export interface QuickReply {
  content_type?: string;
  title?: string;
  payload?: string;
  image_url?: string;
}

/** An upload as a message tells of it; what it is, not what its sender said. */
export interface Media {
  id: MediaId;
  /** `image/webp` … */
  type: string;
  name: string;
  bytes: number;
  width?: number;
  height?: number;
  durationMs?: number;
  thumbnail: boolean;
}

/** What a person attached: the content is on the media origin. */
export interface MediaAttachment {
  type: 'image' | 'video' | 'audio' | 'file' | 'voice' | 'sticker';
  payload: { media: Media; caption?: string; waveform?: number[] };
}

export type Attachment =
  | { type: 'template'; payload: Template }
  /** Of a bot: at an address of its own. */
  | { type: 'image' | 'audio' | 'video' | 'file'; payload: { url: string } }
  | MediaAttachment
  | { type: 'location'; payload: { latitude: number; longitude: number; title?: string; address?: string } }
  | { type: 'contact'; payload: { name: string; phones?: string[]; emails?: string[]; person?: MemberId } };

export const isMedia = (attachment: Attachment): attachment is MediaAttachment =>
  'media' in attachment.payload;

// Businesses

export interface Page {
  id: PageId;
  username: string;
  name: string;
  category: string;
  about: string;
  verified: boolean;
  /** `#RRGGBB`, only ever the ground of the page's tile. */
  color?: string;
  /** In the reader's language, names filled in. */
  greeting?: string;
  getStarted?: { payload: string };
  menu?: { composerInputDisabled: boolean; items: MenuItem[] };
}

export type MenuItem =
  | { type: 'postback'; title: string; payload: string }
  | { type: 'web_url'; title: string; url: string }
  | { type: 'nested'; title: string; items: MenuItem[] };

// Money

export interface Money {
  /** Integer minor units by ISO 4217. */
  amountMinor: number;
  currency: CurrencyCode;
}

export type Method =
  | {
      id: MethodId;
      kind: 'card';
      brand: string;
      last4: string;
      expMonth: number;
      expYear: number;
      isDefault: boolean;
    }
  | { id: MethodId; kind: 'balance'; amountMinor: number; currency: CurrencyCode };

export type PaidWith = { kind: 'card' | 'balance'; brand?: string; last4?: string };

export type PurchaseState =
  | 'created'
  | 'confirming'
  | 'authorising'
  | 'requires_action'
  | 'captured'
  | 'failed'
  | 'unknown'
  | 'partly_refunded'
  | 'refunded';

export type PurchaseFailure =
  | 'card_declined'
  | 'insufficient_funds'
  | 'expired_card'
  | 'authentication_failed'
  | 'merchant_refused'
  | 'merchant_no_answer'
  | 'cancelled'
  | 'processor_unavailable';

export interface Purchase {
  id: PurchaseId;
  state: PurchaseState;
  thread: ThreadId;
  /** The message with the button. */
  seq: number;
  element?: number;
  button: number;
  amount: Money;
  /** What has gone back of it. */
  refunded?: Money;
  lines: { label: string; amountMinor: number }[];
  merchant: { id: PageId; name: string };
  method?: PaidWith;
  failure?: { code: PurchaseFailure };
  action?: { kind: 'challenge'; url: string };
  createdAt: Instant;
  updatedAt: Instant;
}

/** A payment as the thread tells of it. */
export interface Payment {
  purchase: PurchaseId;
  /** Number of the message with the button. */
  of: number;
  element?: number;
  button: number;
  state: 'captured' | 'partly_refunded' | 'refunded';
  amount: Money;
  /** What has gone back in all; absent in the event of the payment itself. */
  refunded?: Money;
  method: PaidWith;
}

export interface ComplaintNews {
  purchase: PurchaseId;
  /** Number of the message with the button. */
  of: number;
  id: string;
  state: 'open' | 'settled' | 'declined' | 'withdrawn';
  wants: 'refund' | 'help';
  asked?: Money;
  note: string;
  answer?: string;
}

export interface DisputeNews {
  purchase: PurchaseId;
  of: number;
  state: 'needs_response' | 'under_review' | 'won' | 'lost';
  amount: Money;
}

/** What a thread was told of money between people, as it was then. */
export interface MoneyNews {
  id: string;
  type: 'transfer' | 'request' | 'gift';
  news: 'sent' | 'waiting' | 'asked' | 'reminded' | 'declined' | 'given';
  amount: Money;
  with?: MemberId;
  note?: string;
}

export interface WalletEntry {
  id: string;
  at: Instant;
  code: string;
  amount: Money;
  direction: 'in' | 'out';
  counterparty: string;
  balanceAfterMinor: number;
}

export interface PayConfig {
  processor: string;
  cardUrl: string;
  origin: string;
}

// Templates, as the Send API takes them

export type Button =
  | { type: 'postback'; title: string; payload: string }
  | { type: 'web_url'; title: string; url: string }
  | { type: 'phone_number'; title: string; payload: string }
  | PaymentButton;

export interface PaymentButton {
  type: 'payment';
  title: string;
  payload: string;
  payment_summary: {
    currency: CurrencyCode;
    payment_type: 'FIXED_AMOUNT' | 'FLEXIBLE_AMOUNT';
    is_test_payment?: boolean;
    merchant_name: string;
    requested_user_info: string[];
    /** Decimal strings, also `".07"`. */
    price_list: { label: string; amount: string }[];
  };
}

export type Template =
  | GenericTemplate
  | ButtonTemplate
  | ReceiptTemplate
  | ItineraryTemplate
  | CheckinTemplate
  | BoardingPassTemplate
  | UnknownTemplate;

/** A template this client has no card for: its plain text is shown. */
export interface UnknownTemplate {
  template_type: 'unknown';
}

export interface GenericTemplate {
  template_type: 'generic';
  image_aspect_ratio?: 'horizontal' | 'square';
  elements: GenericElement[];
}

export interface GenericElement {
  title: string;
  subtitle?: string;
  image_url?: string;
  default_action?: { type: 'web_url'; url: string };
  buttons?: Button[];
  flight_offer?: FlightOffer;
}

export interface FlightOffer {
  flight_number: string;
  departure_airport: Airport;
  arrival_airport: Airport;
  flight_schedule: FlightSchedule;
  duration_minutes: number;
  stops: number;
  price: { amount: string; currency: CurrencyCode };
  note?: string;
  tag?: string;
  seats_left?: number;
  held_until?: Instant;
}

export interface ButtonTemplate {
  template_type: 'button';
  text: string;
  buttons: Button[];
}

/** Amounts of a receipt are JSON numbers or numeric strings. */
export type Decimal = number | string;

export interface ReceiptTemplate {
  template_type: 'receipt';
  recipient_name: string;
  merchant_name?: string;
  order_number: string;
  currency: CurrencyCode;
  payment_method: string;
  order_url?: string;
  /** Seconds since 1970. */
  timestamp?: string;
  elements?: { title: string; subtitle?: string; quantity?: number; price: Decimal; image_url?: string }[];
  summary: { subtotal?: Decimal; shipping_cost?: Decimal; total_tax?: Decimal; total_cost: Decimal };
  adjustments?: { name: string; amount: Decimal }[];
}

export interface Airport {
  airport_code: string;
  city: string;
  terminal?: string;
  gate?: string;
}

export interface FlightSchedule {
  boarding_time?: WallTime;
  departure_time: WallTime;
  arrival_time?: WallTime;
}

export interface FlightInfo {
  connection_id?: string;
  segment_id?: string;
  flight_number: string;
  aircraft_type?: string;
  departure_airport: Airport;
  arrival_airport: Airport;
  flight_schedule: FlightSchedule;
  travel_class?: string;
}

export interface ItineraryTemplate {
  template_type: 'airline_itinerary';
  intro_message: string;
  locale: string;
  pnr_number: string;
  theme_color?: string;
  passenger_info: { passenger_id: string; name: string; ticket_number?: string }[];
  flight_info: FlightInfo[];
  passenger_segment_info: {
    segment_id: string;
    passenger_id: string;
    seat: string;
    seat_type: string;
    product_info?: { title: string; value: string }[];
  }[];
  price_info?: { title: string; amount: string; currency?: CurrencyCode }[];
  base_price?: string;
  tax?: string;
  total_price: string;
  currency: CurrencyCode;
}

export interface CheckinTemplate {
  template_type: 'airline_checkin';
  intro_message: string;
  locale: string;
  pnr_number?: string;
  checkin_url: string;
  /** Sent as a postback by a tap, instead of opening `checkin_url`. */
  checkin_payload?: string;
  flight_info: FlightInfo[];
}

export interface LabelledField {
  label: string;
  value: string;
}

export interface BoardingPassTemplate {
  template_type: 'airline_boardingpass';
  intro_message: string;
  locale: string;
  boarding_pass: BoardingPass[];
}

export interface BoardingPass {
  passenger_name: string;
  pnr_number: string;
  travel_class?: string;
  seat?: string;
  auxiliary_fields?: LabelledField[];
  secondary_fields?: LabelledField[];
  logo_image_url: string;
  header_image_url?: string;
  header_text_field?: LabelledField;
  /** Content of the code that the client draws. */
  qr_code?: string;
  barcode_image_url?: string;
  symbology?: 'aztec' | 'pdf417' | 'qr';
  above_bar_code_image_url?: string;
  flight_info: FlightInfo;
}
