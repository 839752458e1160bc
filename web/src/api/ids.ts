import type { Brand } from '../lib/brand.ts';

export type ThreadId = Brand<string, 'ThreadId'>;
/** A person or a page, as a member of a thread. */
export type MemberId = Brand<string, 'MemberId'>;
export type EventId = Brand<string, 'EventId'>;
export type MediaId = Brand<string, 'MediaId'>;
export type PageId = Brand<string, 'PageId'>;
export type PurchaseId = Brand<string, 'PurchaseId'>;
export type MethodId = Brand<string, 'MethodId'>;
/** Made by the client before the first try; the server answers a repeat with the first result. */
export type ClientId = Brand<string, 'ClientId'>;
/** UTC, `2026-11-20T20:58:00.123Z`. */
export type Instant = Brand<string, 'Instant'>;
/** `YYYY-MM-DDThh:mm`, local to an airport; has no zone. */
export type WallTime = Brand<string, 'WallTime'>;
/** ISO 4217, three letters. */
export type CurrencyCode = Brand<string, 'CurrencyCode'>;

export const newClientId = () => crypto.randomUUID() as ClientId;
