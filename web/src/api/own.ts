import type { OwnSettings } from './frames.ts';
import type { ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { Draft } from './types.ts';

/** What is one's own in a thread; what is left out stays. */
export const putSettings = (id: ThreadId, settings: OwnSettings) =>
  request<void>('PUT', `/api/threads/${id}/settings`, { body: settings });

/** The higher version wins; the answer is the one that won. An empty text takes the draft away. */
export const putDraft = (id: ThreadId, draft: { version: number; text: string }) =>
  request<Draft>('PUT', `/api/threads/${id}/draft`, { body: draft });

/** A stranger's request becomes a conversation. */
export const acceptRequest = (id: ThreadId) => request<void>('PUT', `/api/threads/${id}/accept`);

/** It is gone from the list, and the sender is blocked. */
export const refuseRequest = (id: ThreadId) => request<void>('DELETE', `/api/threads/${id}/accept`);

export const readEverything = () => request<void>('PUT', '/api/threads/read');

export interface Totals {
  unread: number;
  threads: number;
  mentions: number;
  requests: number;
}

/** Of threads that are neither muted nor archived. */
export const getTotals = (signal?: AbortSignal) => request<Totals>('GET', '/api/threads/totals', { signal });
