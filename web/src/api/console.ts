import type { Instant, ThreadId } from './ids.ts';
import { request } from './request.ts';

/** A bot as its developer sees it (docs/protocol/console.md). */
export interface Bot {
  id: string;
  name: string;
  pageId: string;
  username: string;
  about: string;
  color?: string;
  verified: boolean;
  /** Whether a search finds the page. */
  listed: boolean;
  /** Absent: it asks for its events. */
  webhook?: string;
  fields: string[];
  requireProof: boolean;
  createdAt: Instant;
  waiting: number;
  parked: number;
  tokens?: BotToken[];
}

export interface BotToken {
  id: string;
  /** Empty for the first. */
  name: string;
  createdAt: Instant;
  lastUsedAt?: Instant;
}

/** Shown once, when it is made. */
export interface MadeBot {
  pageId: string;
  appId: string;
  appSecret: string;
  accessToken: string;
}

export type DeliveryState = 'next' | 'waits' | 'answered' | 'parked' | 'overtaken' | 'resent';

export interface Delivery {
  id: string;
  thread: ThreadId;
  number: number;
  webhook: string;
  field: string;
  state: DeliveryState;
  tries: number;
  status?: number;
  tookMs?: number;
  error?: string;
  createdAt: Instant;
  nextTryAt?: Instant;
  waitsFor?: number;
  resentOf?: number;
}

export interface Attempt {
  number: number;
  at: Instant;
  status?: number;
  tookMs: number;
  error?: string;
  answer?: string;
}

export interface DeliveryDetail {
  delivery: Delivery;
  body: string;
  headers: { name: string; value: string }[];
  attempts: Attempt[];
}

/** Of the newest thousand deliveries of the last hour. */
export interface Activity {
  looked: number;
  answered: number;
  tookMs?: number;
  tookMsMost?: number;
  perMinute: { made: number; failed: number }[];
}

export type DeliveryFilter = 'all' | 'waiting' | 'parked';

/** All kinds of events that a bot may take. */
export const botFields = [
  'messages',
  'messaging_postbacks',
  'message_deliveries',
  'message_reads',
  'messaging_payments',
  'messaging_pre_checkouts',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'messaging_optins',
  'messaging_account_linking',
  'messaging_handovers',
  'standby',
] as const;

const at = (app: string, rest = '') => `/api/bots/${encodeURIComponent(app)}${rest}`;

export const listBots = (signal?: AbortSignal) => request<{ bots: Bot[] }>('GET', '/api/bots', { signal });

export const getBot = (app: string, signal?: AbortSignal) => request<Bot>('GET', at(app), { signal });

export const makeBot = (bot: { name: string; username: string; about?: string }) =>
  request<MadeBot>('POST', '/api/bots', { body: bot });

export const changeBot = (
  app: string,
  change: { listed?: boolean; fields?: string[]; requireProof?: boolean },
) => request<Bot>('PATCH', at(app), { body: change });

/** Throws `webhook_verification_failed`: what was sent, what came back, and what helps. */
export const connectWebhook = (app: string, url: string, verifyToken: string) =>
  request<Bot>('PUT', at(app, '/webhook'), { body: { url, verifyToken } });

export const disconnectWebhook = (app: string) => request<Bot>('DELETE', at(app, '/webhook'));

export const makeToken = (app: string, name: string) =>
  request<{ id: string; accessToken: string }>('POST', at(app, '/tokens'), { body: { name } });

export const revokeToken = (app: string, token: string) =>
  request<void>('DELETE', at(app, `/tokens/${encodeURIComponent(token)}`));

export const listDeliveries = (
  app: string,
  { filter, q, before }: { filter: DeliveryFilter; q: string; before: string | undefined },
  signal?: AbortSignal,
) =>
  request<{ deliveries: Delivery[]; next: string | null }>('GET', at(app, '/deliveries'), {
    query: { state: filter === 'all' ? undefined : filter, q: q || undefined, before, limit: 50 },
    signal,
  });

export const getDelivery = (app: string, delivery: string, signal?: AbortSignal) =>
  request<DeliveryDetail>('GET', at(app, `/deliveries/${encodeURIComponent(delivery)}`), { signal });

export const resendDelivery = (app: string, delivery: string) =>
  request<{ count: number }>('POST', at(app, `/deliveries/${encodeURIComponent(delivery)}/resend`));

/** All of them, however many calls that takes. */
export async function resendMany(
  app: string,
  what: { state: 'parked' | 'all'; since?: string },
): Promise<number> {
  let count = 0;
  for (let after: string | null | undefined; after !== null; ) {
    const done: { count: number; next: string | null } = await request(
      'POST',
      at(app, '/deliveries/resend'),
      {
        body: { ...what, ...(after ? { after } : {}) },
      },
    );
    count += done.count;
    after = done.next;
  }
  return count;
}

export const getActivity = (app: string, signal?: AbortSignal) =>
  request<Activity>('GET', at(app, '/activity'), { signal });
