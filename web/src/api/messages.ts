import type { ClientId, Instant, MemberId, ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { SentMessage } from './threads.ts';
import type { Entity } from './types.ts';

/** What became of a change: the number of its event, or the thread's last one where nothing had to change. */
export type Changed = SentMessage;

const pathOf = (thread: ThreadId, seq: number) => `/api/threads/${thread}/messages/${seq}`;

/** One's own message, within 48 hours. */
export const editMessage = (
  thread: ThreadId,
  seq: number,
  body: { clientId: ClientId; text: string; entities?: Entity[] },
  signal?: AbortSignal,
) => request<Changed>('PUT', pathOf(thread, seq), { body, signal });

/** Takes its content and its versions away, for everybody. */
export const unsendMessage = (thread: ThreadId, seq: number, key: ClientId, signal?: AbortSignal) =>
  request<Changed>('DELETE', pathOf(thread, seq), {
    query: { for: 'all' },
    headers: { 'Idempotency-Key': key },
    signal,
  });

/** For this person alone, on all their devices. */
export const hideMessage = (thread: ThreadId, seq: number, signal?: AbortSignal) =>
  request<void>('DELETE', pathOf(thread, seq), { query: { for: 'me' }, signal });

/** One a person; another replaces it. */
export const putReaction = (
  thread: ThreadId,
  seq: number,
  body: { clientId: ClientId; emoji: string },
  signal?: AbortSignal,
) => request<Changed>('PUT', `${pathOf(thread, seq)}/reaction`, { body, signal });

export const deleteReaction = (thread: ThreadId, seq: number, signal?: AbortSignal) =>
  request<Changed>('DELETE', `${pathOf(thread, seq)}/reaction`, { signal });

export const setPinned = (thread: ThreadId, seq: number, pinned: boolean, signal?: AbortSignal) =>
  request<Changed>(pinned ? 'PUT' : 'DELETE', `${pathOf(thread, seq)}/pin`, { signal });

export interface Version {
  text: string;
  entities?: Entity[];
  at: Instant;
}

/** The oldest first; the last is the text as it is now. */
export const getVersions = (thread: ThreadId, seq: number, signal?: AbortSignal) =>
  request<{ versions: Version[] }>('GET', `${pathOf(thread, seq)}/versions`, { signal });

export interface GivenReaction {
  member: MemberId;
  emoji: string;
  at: Instant;
}

export const getReactions = (
  thread: ThreadId,
  seq: number,
  before: string | undefined,
  signal?: AbortSignal,
) =>
  request<{ reactions: GivenReaction[]; next: string | null }>('GET', `${pathOf(thread, seq)}/reactions`, {
    query: { limit: 50, before },
    signal,
  });

/** A copy of a message that one may read, without its replies and reactions. */
export const forwardMessage = (
  to: ThreadId,
  body: { clientId: ClientId; from: { thread: ThreadId; seq: number } },
) => request<SentMessage>('POST', `/api/threads/${to}/forwards`, { body });
