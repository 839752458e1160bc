import { request } from './request.ts';
import type { DemoPerson, Me, Person } from './types.ts';

export const getMe = (signal?: AbortSignal) => request<Me>('GET', '/api/me', { signal });

export const patchMe = (change: { name?: string; locale?: string }) =>
  request<Me>('PATCH', '/api/me', { body: change });

/** The answers carry no token: with `cookie` the browser holds the session out of this page's reach. */
export const signUp = (person: { handle: string; name: string; password: string }) =>
  request<unknown>('POST', '/api/people', { body: { ...person, cookie: true } });

export const signIn = (who: { handle: string; password: string }) =>
  request<unknown>('POST', '/api/sessions', { body: { ...who, cookie: true } });

export const signInAsDemo = (handle: string) =>
  request<unknown>('POST', '/api/demo/sessions', { body: { handle, cookie: true } });

export const signOut = () => request<void>('DELETE', '/api/sessions/current');

export const getDemo = (signal?: AbortSignal) =>
  request<{ people: DemoPerson[] }>('GET', '/api/demo', { signal });

export const findPeople = (q: string, signal?: AbortSignal) =>
  request<{ people: Person[] }>('GET', '/api/people', { query: { q }, signal });
