import { describe, expect, it } from 'vitest';
import table from '../../../../../tests/Threads.Tests/Own/unread-cases.json';
import type { EventId, Instant, MemberId } from '../../../api/ids.ts';
import type { Event, EventKind } from '../../../api/types.ts';
import { unreadOf } from './unread.ts';

/** What counts is said in one table, by which the server is tested as well. */
interface Case {
  name: string;
  readSeq: number;
  fromSeq: number;
  events: { seq: number; sender: string; kind: EventKind; gone?: 'unsent' | 'expired' | 'hidden' }[];
  unread: number;
}

const cases = table.cases as Case[];

const eventOf = ({ seq, sender, kind, gone }: Case['events'][number]): Event => ({
  seq,
  id: `e${seq}` as EventId,
  kind,
  sender: sender as MemberId,
  at: '2026-11-20T20:58:00.000Z' as Instant,
  ...(gone === undefined ? {} : { [gone]: true }),
});

describe('Unread, as the server counts it:', () => {
  it('there is a table', () => expect(cases.length).toBeGreaterThan(10));

  it.each(cases)('$name', ({ events, readSeq, fromSeq, unread }) => {
    expect(unreadOf(events.map(eventOf), Math.max(readSeq, fromSeq), 'me' as MemberId)).toBe(unread);
  });
});
