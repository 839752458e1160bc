import type { ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { Event } from './types.ts';

export interface SearchHit {
  thread: ThreadId;
  event: Event;
  snippet: { text: string; hit: boolean }[];
}

export type SearchKind = 'link' | 'file' | 'image';

/** Messages of all one's threads, or of one; the newest first. Accents and case do not matter. */
export const searchMessages = (
  wish: { q: string; thread?: ThreadId; has?: SearchKind; before?: string },
  signal?: AbortSignal,
) =>
  request<{ hits: SearchHit[]; next: string | null; corrected?: string }>('GET', '/api/search', {
    query: { ...wish, limit: 20 },
    signal,
  });
