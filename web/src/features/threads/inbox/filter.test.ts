import { describe, expect, it } from 'vitest';
import type { Instant, MemberId, PageId, ThreadId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { filterThreads } from './filter.ts';

const thread = (id: string, title: string, kind: Thread['kind'], unread = 0): Thread => ({
  id: id as ThreadId,
  kind,
  title,
  lastSeq: 1,
  readSeq: 1,
  unread,
  updatedAt: '2026-11-20T20:58:00.000Z' as Instant,
  members: [
    { id: id as MemberId, kind: 'person', name: title, handle: `h_${id}`, readSeq: 0, deliveredSeq: 0 },
  ],
  ...(kind === 'business'
    ? { page: { id: 'p' as PageId, username: id, name: title, category: '', about: '', verified: true } }
    : {}),
});
const all = [
  thread('1', 'Leila Haddad', 'direct', 2),
  thread('2', 'Oliwa & Sól', 'business'),
  thread('3', 'Saturday hikers', 'group', 1),
];
const ids = (threads: Thread[]) => threads.map((each) => each.id).join(' ');

describe('Filtering the inbox', () => {
  it.each([
    ['all', '', '1 2 3'],
    ['unread', '', '1 3'],
    ['people', '', '1 3'],
    ['businesses', '', '2'],
    ['all', 'had', '1'],
    ['all', 'addad', ''],
    ['all', 'SOL', '2'],
    ['all', '@h_3', '3'],
    ['unread', 'oliwa', ''],
  ] as const)('%s with "%s" shows %s', (filter, typed, shown) => {
    expect(ids(filterThreads(all, filter, typed))).toBe(shown);
  });
});
