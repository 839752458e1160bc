import { describe, expect, it } from 'vitest';
import type { EventId, Instant, MemberId } from '../../../api/ids.ts';
import type { Event, EventKind } from '../../../api/types.ts';
import { expire, fold, hiddenOf, laterOf, nextExpiry, withPin, withReaction } from './fold.ts';
import { emptyLog, type Log, type LogAction, lastKnown, reduceLog } from './log.ts';

const me = 'me' as MemberId;
const leila = 'leila' as MemberId;
const at = (seq: number) => new Date(Date.UTC(2026, 10, 20, 9, seq)).toISOString() as Instant;
const event = (seq: number, kind: EventKind, more: Partial<Event> = {}): Event => ({
  seq,
  id: `e${seq}` as EventId,
  kind,
  sender: leila,
  at: at(seq),
  ...more,
});
const run = (...actions: LogAction[]) =>
  actions.reduce<Log>((log, action) => reduceLog(log, action, me), emptyLog);
const arrived = (each: Event): LogAction => ({ type: 'arrived', event: each });

/** A conversation of one message and everything that can happen to it. */
const message = event(1, 'message', { text: 'Harbour at six?', clientId: undefined as never });
const changes = [
  event(2, 'reaction', { of: 1, emoji: '👍' }),
  event(3, 'reaction', { of: 1, emoji: '👍', sender: me }),
  event(4, 'edit', { of: 1, text: 'Harbour at seven?', entities: [{ type: 'bold', offset: 11, length: 5 }] }),
  event(5, 'reaction', { of: 1, emoji: '❤️' }),
  event(6, 'pin', { of: 1, pinned: true }),
  event(7, 'later-kind' as EventKind, { of: 1 }),
  event(8, 'reaction', { of: 1, sender: me }),
];
const now = {
  text: 'Harbour at seven?',
  entities: [{ type: 'bold', offset: 11, length: 5 }],
  editedAt: at(4),
  changedSeq: 8,
  reactions: [{ emoji: '❤️', count: 1, by: [leila] }],
};
const newest: LogAction = { type: 'newest', events: [message], lastSeq: 1, limit: 50 };

function shuffles<T>(items: readonly T[], count: number): T[][] {
  let state = 7;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  return Array.from({ length: count }, () =>
    items
      .map((item) => [random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item),
  );
}

describe('A message', () => {
  it('is as its changes made it, in whatever order they arrive', () => {
    for (const order of shuffles(changes, 60)) {
      const log = run(newest, ...order.map(arrived));
      expect(log.events[0]).toMatchObject(now);
      expect(log.events[0]).not.toHaveProperty('myReaction');
      expect(lastKnown(log)).toBe(8);
    }
  });

  it('is the same when every change comes twice, live and in a page', () => {
    const twice = [...changes, ...changes];
    for (const order of shuffles(twice, 40)) {
      const log = run(newest, ...order.map(arrived), { type: 'after', events: changes, lastSeq: 8 });
      expect(log.events[0]).toMatchObject(now);
    }
  });

  it('that a page tells with its changes in it is not changed by them again', () => {
    const told = { ...message, ...now } as Event;
    const log = run({ type: 'newest', events: [told, ...changes], lastSeq: 8, limit: 50 });
    expect(log.events[0]).toBe(told);
  });

  it('takes only what is above what it was told with', () => {
    const told = event(1, 'message', {
      text: 'Harbour at six?',
      changedSeq: 3,
      reactions: [{ emoji: '👍', count: 2, by: [leila, me] }],
      myReaction: '👍',
    });
    const log = run({ type: 'newest', events: [told, ...changes], lastSeq: 8, limit: 50 });
    expect(log.events[0]).toMatchObject(now);
  });

  it('that an older page brings is changed by what is known already', () => {
    const later = run(
      { type: 'newest', events: changes, lastSeq: 8, limit: 7 },
      { type: 'older', events: [message], limit: 7 },
    );
    expect(later.events[0]).toMatchObject(now);
  });

  it('keeps its place and nothing else when it is unsent, whatever follows or comes late', () => {
    const unsent = event(9, 'unsend', { of: 1 });
    for (const order of shuffles([...changes, unsent], 40)) {
      const log = run(newest, ...order.map(arrived), { type: 'after', events: [message], lastSeq: 9 });
      expect(log.events[0]).toEqual({
        seq: 1,
        id: 'e1',
        kind: 'message',
        sender: leila,
        at: at(1),
        changedSeq: 9,
        unsent: true,
      });
    }
  });

  it('that the reader deleted for themselves never comes back', () => {
    const log = run(newest, { type: 'hidden', seqs: [1] }, ...changes.map(arrived), newest);
    expect(log.events[0]).toMatchObject({ hidden: true });
    expect(log.events[0]).not.toHaveProperty('text');
  });

  it('disappears when its time is over', () => {
    const brief = { ...message, expiresAt: at(5) };
    expect(nextExpiry([message, brief])).toBe(Date.parse(at(5)));
    expect(expire([brief], Date.parse(at(4)))).toEqual([brief]);
    const [gone] = expire([brief], Date.parse(at(5)));
    expect(gone).toMatchObject({ expired: true });
    expect(gone).not.toHaveProperty('text');
  });
});

describe('Folding', () => {
  it('leaves a conversation without changes as it is', () => {
    const events = [message, event(2, 'system'), event(3, 'x' as EventKind)];
    expect(fold(events, me)).toBe(events);
  });

  it('does not mind a change of something that is not here, or of nothing', () => {
    const events = [event(9, 'edit', { of: 3, text: 'x' }), event(10, 'edit', { text: 'y' })];
    expect(fold(events, me)).toBe(events);
  });

  it('knows of two tellings the later one', () => {
    const edited = { ...message, text: 'now', changedSeq: 4 };
    expect(laterOf(edited, message)).toBe(edited);
    expect(laterOf(message, edited)).toBe(edited);
    expect(laterOf(hiddenOf(message), edited)).toMatchObject({ hidden: true });
  });

  it('counts votes, given again and taken back', () => {
    const poll = { ...message, poll: { question: 'When?', options: ['six', 'seven'] } };
    const votes = [
      event(2, 'vote', { of: 1, options: [0] }),
      event(3, 'vote', { of: 1, options: [1], sender: me }),
      event(4, 'vote', { of: 1, options: [1], was: [0] }),
      event(5, 'vote', { of: 1, options: [], was: [1], sender: me }),
    ];
    const told = (count: number) => fold([poll, ...votes.slice(0, count)], me)[0]?.votes;
    expect(told(3)).toEqual({ counts: [0, 2], voters: 2, mine: [1] });
    expect(told(4)).toEqual({ counts: [0, 1], voters: 1 });
  });
});

describe('Reactions', () => {
  it.each([
    ['a first one', [], '👍', [{ emoji: '👍', count: 1, by: [me] }]],
    [
      'one more of a kind',
      [{ emoji: '👍', count: 1, by: [leila] }],
      '👍',
      [{ emoji: '👍', count: 2, by: [leila, me] }],
    ],
    [
      'another in place of one’s own',
      [{ emoji: '👍', count: 1, by: [me] }],
      '❤️',
      [{ emoji: '❤️', count: 1, by: [me] }],
    ],
    [
      'one’s own taken back',
      [{ emoji: '👍', count: 2, by: [leila, me] }],
      null,
      [{ emoji: '👍', count: 1, by: [leila] }],
    ],
    [
      'none taken back',
      [{ emoji: '👍', count: 1, by: [leila] }],
      null,
      [{ emoji: '👍', count: 1, by: [leila] }],
    ],
  ])('%s', (_, before, emoji, after) => {
    expect(withReaction(before, me, emoji)).toEqual(after);
  });
});

describe('Reactions of a crowd', () => {
  it('are counted where not everybody is named', () => {
    const by = Array.from({ length: 20 }, (_, index) => `p${index}` as MemberId);
    const crowd = [{ emoji: '👍', count: 212, by }];
    expect(withReaction(crowd, leila, '❤️', '👍')).toEqual([
      { emoji: '👍', count: 211, by },
      { emoji: '❤️', count: 1, by: [leila] },
    ]);
    expect(withReaction(crowd, leila, '👍')).toEqual([{ emoji: '👍', count: 213, by }]);
  });
});

describe('Pins', () => {
  it('come, go, come once, and go with their message', () => {
    expect(withPin([], event(6, 'pin', { of: 1, pinned: true }))).toEqual([1]);
    expect(withPin([1], event(7, 'pin', { of: 1, pinned: true }))).toEqual([1]);
    expect(withPin([1, 2], event(8, 'pin', { of: 1, pinned: false }))).toEqual([2]);
    expect(withPin([1, 2], event(9, 'unsend', { of: 2 }))).toEqual([1]);
  });
});
