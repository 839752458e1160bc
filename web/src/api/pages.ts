import type { ClientId } from './ids.ts';
import { request } from './request.ts';
import type { Page } from './types.ts';

export const findPages = (q: string, signal?: AbortSignal) =>
  request<{ pages: Page[] }>('GET', '/api/pages', { query: { q }, signal });

export const getPage = (username: string, signal?: AbortSignal) =>
  request<Page>('GET', `/api/pages/${encodeURIComponent(username)}`, { signal });

/** Tells the business by which link one came (docs/protocol/http.md). */
export const comeByLink = (page: string, link: { clientId: ClientId; source: string; ref?: string }) =>
  request<void>('POST', `/api/pages/${encodeURIComponent(page)}/referrals`, { body: link });
