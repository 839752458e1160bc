import { request } from './request.ts';
import type { Page } from './types.ts';

export const findPages = (q: string, signal?: AbortSignal) =>
  request<{ pages: Page[] }>('GET', '/api/pages', { query: { q }, signal });

export const getPage = (username: string, signal?: AbortSignal) =>
  request<Page>('GET', `/api/pages/${encodeURIComponent(username)}`, { signal });
