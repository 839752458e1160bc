import { describe, expect, it } from 'vitest';
import type { ClientId, EventId, Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import type { Event, EventKind } from '../../../api/types.ts';
import type { Outgoing } from './outgoing.ts';
import { nextToSend } from './outgoing.ts';
import { keepEqual, type Row, timelineOf } from './timeline.ts';

const me = 'me' as MemberId;
const at = (clock: string, day = '20') => new Date(`2026-11-${day}T${clock}:00`).toISOString() as Instant;

let seq = 0;
const message = (sender: string, clock: string, more: Partial<Event> = {}): Event => ({
  seq: ++seq,
  id: `e${seq}` as EventId,
  kind: 'message',
  sender: sender as MemberId,
  at: at(clock),
  text: `${sender} ${clock}`,
  ...more,
});
const outgoing = (id: string, clock: string, state: Outgoing['state']): Outgoing => ({
  clientId: id as ClientId,
  thread: 't' as ThreadId,
  at: at(clock),
  text: id,
  state,
});
const shape = (rows: Row[]) =>
  rows.map((row) =>
    row.kind === 'group' ? `${row.own ? 'own' : row.author} ${row.items.length}` : row.kind,
  );
const draw = (events: Event[], out: Outgoing[] = [], newAfter: number | null = null) =>
  timelineOf({ events, outgoing: out, me, newAfter });

describe('The timeline', () => {
  it('groups what one author says within five minutes', () => {
    const rows = draw([
      message('a', '09:00'),
      message('a', '09:04'),
      message('a', '09:09'),
      message('me', '09:09'),
    ]);
    expect(shape(rows)).toEqual(['day', 'a 2', 'a 1', 'own 1']);
  });

  it('starts a group anew after a day, a notice and a payment', () => {
    const rows = draw([
      message('a', '23:58'),
      message('a', '00:01', { at: at('00:01', '21') }),
      message('a', '00:02', { at: at('00:02', '21'), kind: 'payment' }),
      message('a', '00:02', { at: at('00:02', '21') }),
      message('a', '00:03', { at: at('00:03', '21'), kind: 'system' }),
    ]);
    expect(shape(rows)).toEqual(['day', 'a 1', 'day', 'a 1', 'payment', 'a 1', 'notice']);
  });

  it('draws the line New once, before the first unread message of somebody else', () => {
    const first = message('a', '09:00');
    const rows = draw(
      [first, message('me', '09:00'), message('a', '09:01'), message('a', '09:02')],
      [],
      first.seq,
    );
    expect(shape(rows)).toEqual(['day', 'a 1', 'own 1', 'new', 'a 2']);
  });

  it('puts what is on its way last, and lets the stored event take its place under the same key', () => {
    const stored = message('me', '09:00', { clientId: 'c1' as ClientId });
    const before = draw([], [outgoing('c1', '09:00', { name: 'sending', tries: 0 })]);
    const after = draw([stored], [outgoing('c1', '09:00', { name: 'sent', seq: 1 })]);
    expect(shape(before)).toEqual(['day', 'own 1']);
    expect(shape(after)).toEqual(['day', 'own 1']);
    const keyOf = (rows: Row[]) => rows.flatMap((row) => (row.kind === 'group' ? row.items[0]?.key : []));
    expect(keyOf(after)).toEqual(keyOf(before));
  });

  it('gives a refused message a group of its own end', () => {
    const rows = draw(
      [],
      [
        outgoing('c1', '09:00', { name: 'failed', code: 'x' }),
        outgoing('c2', '09:00', { name: 'queued', tries: 0 }),
      ],
    );
    expect(shape(rows)).toEqual(['day', 'own 1', 'own 1']);
  });

  it('does not go back a day when the clock of the device is behind', () => {
    const rows = draw(
      [message('a', '00:05', { at: at('00:05', '21') })],
      [outgoing('c1', '23:59', { name: 'queued', tries: 0 })],
    );
    expect(shape(rows)).toEqual(['day', 'a 1', 'own 1']);
  });
});

describe('The outbox of a thread', () => {
  it('sends one at a time, in the order of writing, past what was refused', () => {
    const failed = outgoing('c1', '09:00', { name: 'failed', code: 'x' });
    const second = outgoing('c2', '09:01', { name: 'queued', tries: 0 });
    const third = outgoing('c3', '09:02', { name: 'queued', tries: 0 });
    expect(nextToSend([failed, second, third])).toBe(second);
    expect(nextToSend([failed, { ...second, state: { name: 'sending', tries: 0 } }, third])).toBeNull();
    expect(nextToSend([failed])).toBeNull();
  });

  it('draws neither changes nor kinds of a later server', () => {
    const rows = draw([
      message('a', '09:00'),
      message('b', '09:01', { kind: 'reaction', of: 1, emoji: '👍' }),
      message('b', '09:01', { kind: 'later' as EventKind }),
      message('a', '09:02'),
    ]);
    expect(shape(rows)).toEqual(['day', 'a 2']);
  });

  it('folds notices of a kin into one line', () => {
    const notice = (sender: string, code: string, more = {}) =>
      message(sender, '09:00', { kind: 'system', system: { code, ...more } });
    const rows = draw([
      notice('a', 'member_joined'),
      notice('b', 'member_joined'),
      notice('c', 'member_left'),
      notice('a', 'member_added', { members: ['d', 'e'], by: 'a' }),
      notice('a', 'member_added', { members: ['f'], by: 'a' }),
      notice('b', 'member_added', { members: ['g'], by: 'b' }),
      notice('a', 'title_changed', { title: 'x' }),
      notice('a', 'title_changed', { title: 'y' }),
    ]);
    const sizes = rows.flatMap((row) => (row.kind === 'notice' ? [row.events.length] : []));
    expect(sizes).toEqual([2, 1, 2, 1, 1, 1]);
  });

  it('keeps what is equal to the last drawing', () => {
    const events = [message('a', '09:00'), message('b', '09:01')];
    const first = draw(events);
    const next = message('b', '09:02');
    const rows = keepEqual(first, draw([...events, next]));
    expect(rows[1]).toBe(first[1]);
    expect(rows[2]).not.toBe(first[2]);
  });
});
