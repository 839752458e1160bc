import { describe, expect, it } from 'vitest';
import type { EventId, Instant, MemberId } from '../../../api/ids.ts';
import type { Event } from '../../../api/types.ts';
import { emptyLog, hasGap, type Log, type LogAction, lastKnown, reduceLog } from './log.ts';

const event = (seq: number, text = `message ${seq}`): Event => ({
  seq,
  id: `e${seq}` as EventId,
  kind: 'message',
  sender: 'p1' as MemberId,
  at: '2026-11-20T20:58:00.000Z' as Instant,
  text,
});
const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));
const step = (log: Log, action: LogAction) => reduceLog(log, action, 'me' as MemberId);
const run = (...actions: LogAction[]) => actions.reduce<Log>(step, emptyLog);
const seqs = (log: Log) => log.events.map((each) => each.seq);

const newest = (from: number, to: number, limit = 50): LogAction => ({
  type: 'newest',
  events: events(from, to),
  lastSeq: to,
  limit,
});
const arrived = (seq: number): LogAction => ({ type: 'arrived', event: event(seq) });

describe('The log of a thread', () => {
  it('grows by events that arrive in order', () => {
    const log = run(newest(1, 3), arrived(4), arrived(5));
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5]);
    expect(hasGap(log)).toBe(false);
  });

  it('shows an event that arrives twice once', () => {
    expect(seqs(run(newest(1, 3), arrived(4), arrived(4), arrived(2)))).toEqual([1, 2, 3, 4]);
  });

  it('holds back what arrives beyond a hole until the hole is closed', () => {
    const holed = run(newest(1, 3), arrived(6), arrived(5));
    expect(seqs(holed)).toEqual([1, 2, 3]);
    expect(hasGap(holed)).toBe(true);
    expect(seqs(step(holed, arrived(4)))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seqs(step(holed, { type: 'after', events: events(4, 6), lastSeq: 6 }))).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it('knows of a hole from a number alone', () => {
    const log = run(newest(1, 3), { type: 'heard-of', seq: 9 });
    expect(hasGap(log)).toBe(true);
    expect(lastKnown(log)).toBe(3);
  });

  it('puts older pages in front and says when the start is reached', () => {
    const middle = run(newest(101, 150), { type: 'older', events: events(51, 100), limit: 50 });
    expect(seqs(middle)[0]).toBe(51);
    expect(middle.reachesStart).toBe(false);
    const all = step(middle, { type: 'older', events: events(1, 50), limit: 50 });
    expect(all.events).toHaveLength(150);
    expect(all.reachesStart).toBe(true);
  });

  it('starts over from the newest page when too much was missed', () => {
    const log = run(newest(1, 3), newest(901, 950));
    expect(seqs(log)[0]).toBe(901);
    expect(log.reachesStart).toBe(false);
    expect(hasGap(log)).toBe(false);
  });

  it('keeps older events when the newest page overlaps them', () => {
    const log = run(newest(1, 60, 100), newest(31, 80));
    expect(seqs(log)).toEqual(events(1, 80).map((each) => each.seq));
    expect(log.reachesStart).toBe(true);
  });

  it('takes the newer form of an event it already has', () => {
    const log = run(newest(1, 2), { type: 'after', events: [event(2, 'edited')], lastSeq: 2 });
    expect(log.events[1]?.text).toBe('edited');
  });

  it('begins with the first event of a new thread', () => {
    const log = run({ type: 'newest', events: [], lastSeq: 0, limit: 50 }, arrived(1));
    expect(seqs(log)).toEqual([1]);
    expect(log.reachesStart).toBe(true);
  });

  it('ends the same in whatever order events arrive', () => {
    const orders = [
      [4, 5, 6, 7],
      [7, 6, 5, 4],
      [5, 4, 7, 6],
      [6, 4, 7, 5],
    ];
    const results = orders.map((order) => run(newest(1, 3), ...order.map(arrived)));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('looks at an older part without losing the newest, and finds back', () => {
    const around: LogAction = { type: 'around', seq: 130, events: events(105, 154), lastSeq: 950 };
    const away = run(newest(901, 950), around, arrived(951));
    expect(seqs(away)).toEqual(events(105, 154).map((each) => each.seq));
    expect(away).toMatchObject({ detached: true, newest: 951 });
    expect(hasGap(away)).toBe(false);
    const back = step(away, newest(902, 951));
    expect(seqs(back)[0]).toBe(901);
    expect(back.detached).toBe(false);
  });

  it('joins an older part with what follows once the hole between is filled', () => {
    const away = run(newest(151, 200), { type: 'around', seq: 60, events: events(40, 100), lastSeq: 200 });
    const joined = step(away, { type: 'after', events: events(101, 150), lastSeq: 200 });
    expect(seqs(joined)).toEqual(events(40, 200).map((each) => each.seq));
    expect(joined.detached).toBe(false);
  });

  it('shows what changes in an older part while it is looked at', () => {
    const reaction: Event = { ...event(951), kind: 'reaction', of: 130, emoji: '👍' };
    const around: LogAction = { type: 'around', seq: 130, events: events(105, 154), lastSeq: 950 };
    const away = run(newest(901, 950), around, { type: 'arrived', event: reaction });
    expect(away.events.find((each) => each.seq === 130)?.reactions).toHaveLength(1);
    expect(away.events).toHaveLength(50);
  });
});
