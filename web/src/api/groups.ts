import type { ClientId, Instant, MediaId, MemberId, ThreadId } from './ids.ts';
import { newClientId } from './ids.ts';
import { request } from './request.ts';
import type { SentMessage } from './threads.ts';
import type { Role, Thread } from './types.ts';

export interface GroupMember {
  id: MemberId;
  kind: 'person' | 'page';
  name: string;
  handle: string;
  role: Role;
  joinedAt?: Instant;
}

export interface Invite {
  id: string;
  createdBy: MemberId;
  createdAt: Instant;
  expiresAt?: Instant;
  uses: number;
  usesMax?: number;
}

/** What a link tells whoever holds it. */
export interface InvitePreview {
  title?: string;
  about?: string;
  pictureUrl?: string;
  memberCount: number;
  /** Whoever asks is in the group already. */
  member: boolean;
}

const pathOf = (id: ThreadId) => `/api/threads/${id}`;

/** A new group of the people with these handles (`@leila`). */
export const openGroup = (members: readonly string[], title: string) =>
  request<Thread>('POST', '/api/threads', { body: { with: members, title } });

export const getMembers = (id: ThreadId, before: string | undefined, signal?: AbortSignal) =>
  request<{ members: GroupMember[]; next: string | null }>('GET', `${pathOf(id)}/members`, {
    query: { limit: 50, before },
    signal,
  });

export const addMembers = (id: ThreadId, people: readonly string[]) =>
  request<SentMessage>('POST', `${pathOf(id)}/members`, { body: { clientId: newClientId(), people } });

/** `me` leaves; anybody else is removed. */
export const removeMember = (id: ThreadId, member: MemberId | 'me') =>
  request<unknown>('DELETE', `${pathOf(id)}/members/${member}`);

export const setRole = (id: ThreadId, member: MemberId, role: Role) =>
  request<SentMessage>('PUT', `${pathOf(id)}/members/${member}/role`, {
    body: { clientId: newClientId(), role },
  });

export interface GroupChange {
  title?: string;
  about?: string;
  picture?: MediaId | null;
  announcementsOnly?: boolean;
  history?: 'all' | 'from_join';
  membersMayAdd?: boolean;
}

export const changeGroup = (id: ThreadId, change: GroupChange) =>
  request<SentMessage>('PATCH', pathOf(id), { body: { clientId: newClientId(), ...change } });

/** How long what is sent from then on lives; null for ever. */
export const setRetention = (id: ThreadId, seconds: number | null) =>
  request<SentMessage>('PUT', `${pathOf(id)}/retention`, { body: { clientId: newClientId(), seconds } });

/** The token is told here once. */
export const makeInvite = (id: ThreadId, limits: { expiresInSeconds?: number; uses?: number }) =>
  request<{ id: string; token: string; url: string; expiresAt?: Instant; usesLeft?: number }>(
    'POST',
    `${pathOf(id)}/invites`,
    { body: limits },
  );

export const getInvites = (id: ThreadId, signal?: AbortSignal) =>
  request<{ invites: Invite[] }>('GET', `${pathOf(id)}/invites`, { signal });

export const deleteInvite = (id: ThreadId, invite: string) =>
  request<void>('DELETE', `${pathOf(id)}/invites/${invite}`);

export const getInvite = (token: string, signal?: AbortSignal) =>
  request<InvitePreview>('GET', `/api/invites/${encodeURIComponent(token)}`, { signal });

/** The same `clientId` joins once. */
export const joinByInvite = (token: string, clientId: ClientId) =>
  request<Thread>('POST', `/api/invites/${encodeURIComponent(token)}`, { body: { clientId } });
