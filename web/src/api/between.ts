import type { CurrencyCode, Instant, MemberId, ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { Money, WalletEntry } from './types.ts';

/** Money between people: docs/protocol/money.md. */
export interface MoneyParty {
  id: MemberId;
  name: string;
}

export type ShareState = 'open' | 'paying' | 'paid' | 'declined' | 'cancelled' | 'expired';

interface ItemBase {
  id: string;
  /** Of two the one with the higher version is the newer. */
  version: number;
  thread?: ThreadId;
  from: MoneyParty;
  amount: Money;
  note?: string;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface TransferItem extends ItemBase {
  type: 'transfer';
  state: 'created' | 'waiting' | 'unclaimed' | 'sent' | 'cancelled' | 'returned' | 'failed';
  to?: MoneyParty;
  request?: string;
  sendAt?: Instant;
}

export interface RequestItem extends ItemBase {
  type: 'request';
  state: 'open' | 'partly_paid' | 'paid' | 'declined' | 'cancelled' | 'expired';
  split: boolean;
  shares: { person: MoneyParty; amount: Money; state: ShareState }[];
  expiresAt: Instant;
  remindableAt?: Instant;
}

export interface GiftItem extends ItemBase {
  type: 'gift';
  state: 'created' | 'open' | 'ending' | 'finished' | 'returned' | 'failed';
  portions: number;
  random: boolean;
  /** What is in those that nobody has taken is not told. */
  claims: { person: MoneyParty; amount: Money }[];
  expiresAt: Instant;
}

export type MoneyItem = TransferItem | RequestItem | GiftItem;

export interface Receiver {
  id: MemberId;
  name: string;
  handle: string;
  paidBefore: boolean;
}

export const getReceiver = (person: MemberId, thread: ThreadId, signal?: AbortSignal) =>
  request<Receiver>('GET', `/api/money/receivers/${person}`, { query: { thread }, signal });

export const getMoney = (ids: readonly string[]) =>
  request<{ items: MoneyItem[] }>('GET', '/api/money', { query: { ids: ids.join(',') } });

/** `key` is made when the sheet opens; sending twice with one key sends once. */
export interface MoneyToSend {
  key: string;
  thread: ThreadId;
  amount: Money;
  to: MemberId;
  /** The name that was confirmed. */
  toName: string;
  note?: string;
  firstPaymentConfirmed?: boolean;
  /** The request that it pays. */
  request?: string;
  /** Puts it off; until then it can be taken back. */
  sendInSeconds?: number;
  pin?: string;
}

export const sendMoney = (money: MoneyToSend) =>
  request<TransferItem>('POST', '/api/money/transfers', { body: money });

/** The link is made of `secret` here; the server keeps its hash alone. */
export const sendByLink = (wish: {
  key: string;
  secret: string;
  amount: Money;
  note?: string;
  pin?: string;
}) => request<TransferItem>('POST', '/api/money/links', { body: wish });

export const getLinks = (signal?: AbortSignal) =>
  request<{ items: TransferItem[] }>('GET', '/api/money/links', { signal });

export const lookAtLink = (secret: string) =>
  request<TransferItem>('POST', '/api/money/links/look', { body: { secret } });

export const claimByLink = (secret: string) =>
  request<TransferItem>('POST', '/api/money/links/claim', { body: { secret } });

export const cancelTransfer = (id: string) =>
  request<TransferItem>('POST', `/api/money/transfers/${id}/cancel`);

export interface Standing {
  tier: number;
  dayMax: Money;
  dayLeft: Money;
  /** From this amount on a payment needs the PIN. */
  pinFrom: Money;
  pinSet: boolean;
  frozen?: { why: string; since: Instant; appealed: boolean };
}

export const getStanding = (currency: string, signal?: AbortSignal) =>
  request<Standing>('GET', '/api/money/standing', { query: { currency }, signal });

/** People of the demo world have no password. */
export const setPin = (pin: string, password: string | undefined) =>
  request<void>('PUT', '/api/money/pin', { body: { pin, ...(password === undefined ? {} : { password }) } });

export const appealFreeze = (text: string) => request<void>('POST', '/api/money/appeal', { body: { text } });

interface Span {
  currency: string;
  /** Included. */
  since: string;
  /** Not included. */
  until: string;
}

export const getStatement = (span: Span & { after: string | undefined }, signal?: AbortSignal) =>
  request<{ opening: Money; closing: Money; entries: WalletEntry[]; next: string | null }>(
    'GET',
    '/api/wallet/statement',
    { query: { ...span }, signal },
  );

export const statementFile = ({ currency, since, until }: Span) =>
  `/api/wallet/statement.csv?${new URLSearchParams({ currency, since, until })}`;

export interface MoneyToAsk {
  key: string;
  thread: ThreadId;
  amount: { amountMinor: number; currency: CurrencyCode };
  note?: string;
  split?: { people: MemberId[]; amounts?: number[] };
}

export const askForMoney = (wish: MoneyToAsk) =>
  request<RequestItem>('POST', '/api/money/requests', { body: wish });

export const giveToGroup = (gift: {
  key: string;
  thread: ThreadId;
  amount: Money;
  portions: number;
  random: boolean;
  note?: string;
  pin?: string;
}) => request<GiftItem>('POST', '/api/money/gifts', { body: gift });

/** One portion for each: asking again answers the same. */
export const claimGift = (id: string) => request<GiftItem>('POST', `/api/money/gifts/${id}/claim`);

export const answerRequest = (id: string, verb: 'decline' | 'cancel' | 'remind') =>
  request<RequestItem>('POST', `/api/money/requests/${id}/${verb}`);
