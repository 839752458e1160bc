import { describe, expect, it } from 'vitest';
import type { EventId, Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import type { Event, EventKind, Thread } from '../../../api/types.ts';
import { tickOf, unreadOf, withEvent, withRead, withReceipt } from './unread.ts';

const me = 'me' as MemberId;
const leila = 'leila' as MemberId;
const event = (seq: number, sender: MemberId, kind: EventKind = 'message'): Event => ({
  seq,
  id: `e${seq}` as EventId,
  kind,
  sender,
  at: `2026-11-20T20:58:0${seq}.000Z` as Instant,
});
const thread: Thread = {
  id: 't' as ThreadId,
  kind: 'direct',
  title: 'Leila',
  lastSeq: 4,
  readSeq: 2,
  unread: 2,
  updatedAt: '2026-11-20T20:58:00.000Z' as Instant,
  members: [
    { id: me, kind: 'person', name: 'Me', handle: 'me', readSeq: 2, deliveredSeq: 4 },
    { id: leila, kind: 'person', name: 'Leila', handle: 'leila', readSeq: 1, deliveredSeq: 3 },
  ],
};

describe('Unread', () => {
  it.each([
    ['nothing', [], 0, 0],
    ['messages of others after the marker', [event(1, leila), event(2, leila), event(3, leila)], 1, 2],
    ['payments of others', [event(1, leila, 'payment')], 0, 1],
    ['not what one sent oneself', [event(1, me), event(2, me, 'payment')], 0, 0],
    ['not notices of the system', [event(1, leila, 'system')], 0, 0],
  ])('counts %s', (_, events, readSeq, unread) => {
    expect(unreadOf(events, readSeq, me)).toBe(unread);
  });

  it('grows by one with the next message of somebody else, and once when it comes twice', () => {
    const after = withEvent(thread, event(5, leila), me);
    expect(after).toMatchObject({ unread: 3, lastSeq: 5 });
    expect(after && withEvent(after, event(5, leila), me)).toBe(after);
  });

  it('does not grow with one’s own message from another device', () => {
    expect(withEvent(thread, event(5, me), me)?.unread).toBe(2);
  });

  it('does not grow with a change, which moves nothing in the inbox but what it is about', () => {
    const known = {
      ...thread,
      lastEvent: { ...event(4, leila), text: 'six' },
      updatedAt: event(4, leila).at,
    };
    const after = withEvent(known, { ...event(5, leila, 'edit'), of: 4, text: 'seven' }, me);
    expect(after).toMatchObject({ unread: 2, lastSeq: 5, updatedAt: known.updatedAt });
    expect(after?.lastEvent).toMatchObject({ seq: 4, text: 'seven' });
  });

  it('is for the server to say when something unread is unsent', () => {
    expect(withEvent(thread, { ...event(5, leila, 'unsend'), of: 3 }, me)).toBeNull();
    expect(withEvent(thread, { ...event(5, leila, 'unsend'), of: 2 }, me)).toMatchObject({ unread: 2 });
  });

  it('counts who names the reader, until it is read', () => {
    const named = {
      ...event(5, leila),
      entities: [{ type: 'mention' as const, offset: 0, length: 3, person: me }],
    };
    const after = withEvent(thread, named, me);
    expect(after?.mentions).toBe(1);
    expect(after && withRead(after, 4, [named], me).mentions).toBe(1);
    expect(after && withRead(after, 5, [], me)).not.toHaveProperty('mentions');
  });

  it('is for the server to say when events are missing between', () => {
    expect(withEvent(thread, event(7, leila), me)).toBeNull();
  });

  it('ends when another device has read everything, and asks when it has read a part', () => {
    expect(withReceipt(thread, { member: me, read: 4, delivered: 4 }, me)).toMatchObject({
      unread: 0,
      readSeq: 4,
    });
    expect(withReceipt(thread, { member: me, read: 3, delivered: 4 }, me)).toBeNull();
  });

  it('never moves a marker back', () => {
    const late = withReceipt(thread, { member: leila, read: 0, delivered: 2 }, me);
    expect(late?.members[1]).toMatchObject({ readSeq: 1, deliveredSeq: 3 });
    expect(withRead(thread, 1, [], me)).toBe(thread);
  });

  it('after reading a part is what is known to follow', () => {
    expect(withRead(thread, 3, [event(4, leila)], me)).toMatchObject({ readSeq: 3, unread: 1 });
  });
});

describe('Ticks', () => {
  it.each([
    [1, 'read'],
    [3, 'delivered'],
    [4, 'sent'],
  ] as const)('of number %d say %s', (seq, tick) => {
    expect(tickOf(thread, seq, me)).toBe(tick);
  });
});
