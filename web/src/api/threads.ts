import type { ClientId, EventId, Instant, MediaId, ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { Entity, EventPage, Thread } from './types.ts';

export interface ThreadList {
  threads: Thread[];
  /** For `before` of the next page; null at the end. */
  next: string | null;
  /** On the first page: folders of one's own. */
  folders?: { name: string; threads: number }[];
}

export interface OutgoingMessage {
  clientId: ClientId;
  text?: string;
  entities?: Entity[];
  attachments?: { media: MediaId; caption?: string }[];
  replyTo?: number;
  /** The part of `replyTo` that is answered; stands in it word by word. */
  quote?: string;
  payload?: string;
}

export interface SentMessage {
  seq: number;
  id: EventId;
  at: Instant;
}

/** `folder`: `inbox` where nothing is said, `archived`, `requests`, or one of one's own. */
export const getThreads = (before: string | undefined, signal?: AbortSignal, folder?: string) =>
  request<ThreadList>('GET', '/api/threads', { query: { limit: 50, before, folder }, signal });

export const getThread = (id: ThreadId, signal?: AbortSignal) =>
  request<Thread>('GET', `/api/threads/${id}`, { signal });

/** `@handle` for a person, `page:<username>` for a business; an existing conversation is found again. */
export const openThread = (member: string) =>
  request<Thread>('POST', '/api/threads', { body: { with: [member] } });

/** The newest events, or those just `before` or just `after` a number; in order. */
export const getEvents = (
  id: ThreadId,
  where: { before?: number; after?: number; limit?: number },
  signal?: AbortSignal,
) => request<EventPage>('GET', `/api/threads/${id}/events`, { query: where, signal });

/** Sending twice with one `clientId` makes one message. */
export const postMessage = (id: ThreadId, message: OutgoingMessage, signal?: AbortSignal) =>
  request<SentMessage>('POST', `/api/threads/${id}/messages`, { body: message, signal });

/** Nothing more comes from the other side of a direct or business thread; or it may again. */
export const setBlocked = (id: ThreadId, blocked: boolean) =>
  request<void>(blocked ? 'PUT' : 'DELETE', `/api/threads/${id}/block`);

export const putRead = (id: ThreadId, seq: number) =>
  request<void>('PUT', `/api/threads/${id}/read`, { body: { seq } });
