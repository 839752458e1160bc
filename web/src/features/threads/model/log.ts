/**
 * What is known of one thread's events. Numbers are gap-free, so a hole is seen at once: `events` is one unbroken
 * run, what arrived beyond a hole waits in `ahead`, and `newest` is the highest number heard of. Messages in the run
 * are as its changes made them; changes stay in it for their numbers.
 */
import type { MemberId } from '../../../api/ids.ts';
import type { Event } from '../../../api/types.ts';
import { expire, fold, hiddenOf, isChange, laterOf } from './fold.ts';

export interface Log {
  readonly loaded: boolean;
  readonly events: readonly Event[];
  readonly ahead: readonly Event[];
  readonly newest: number;
  /** `events` begins with the first event there is. */
  readonly reachesStart: boolean;
  /** Somebody looks at an older part: `events` is the run around it, and what follows is fetched by scrolling. */
  readonly detached: boolean;
}

export const emptyLog: Log = {
  loaded: false,
  events: [],
  ahead: [],
  newest: 0,
  reachesStart: false,
  detached: false,
};

/** Number of the last event before which nothing is missing. */
export const lastKnown = (log: Log) => log.events.at(-1)?.seq ?? 0;

/** There are events after `events` that are not here yet, and should be. */
export const hasGap = (log: Log) => log.loaded && !log.detached && log.newest > lastKnown(log);

export type LogAction =
  /** The newest page was fetched. */
  | { type: 'newest'; events: readonly Event[]; lastSeq: number; limit: number }
  /** The page before the first known event was fetched. */
  | { type: 'older'; events: readonly Event[]; limit: number }
  /** What follows the last known event was fetched. */
  | { type: 'after'; events: readonly Event[]; lastSeq: number }
  /** Events around a number were fetched, to be looked at where they stand. */
  | { type: 'around'; seq: number; events: readonly Event[]; lastSeq: number }
  | { type: 'arrived'; event: Event }
  /** Somebody said that there is an event of this number. */
  | { type: 'heard-of'; seq: number }
  /** The reader deleted these for themselves, here or on another device. */
  | { type: 'hidden'; seqs: readonly number[] }
  /** Time has passed. */
  | { type: 'expired'; now: number };

/** The log after an action. `me` is the reader, whose own reaction is told apart. */
export function reduceLog(log: Log, action: LogAction, me: MemberId): Log {
  const reduced = reduce(log, action);
  const after =
    reduced.detached && lastKnown(reduced) >= reduced.newest ? { ...reduced, detached: false } : reduced;
  if (after.events === log.events && after.ahead === log.ahead) return after;
  // Of an older part that was fetched just now, news from beyond the hole is the only news there will be.
  const known = after.detached ? [...after.events, ...after.ahead.filter(isChange)] : after.events;
  const events = fold(known, me);
  return events === known ? after : { ...after, events: events.slice(0, after.events.length) };
}

function reduce(log: Log, action: LogAction): Log {
  switch (action.type) {
    case 'newest': {
      const first = action.events[0];
      const reachesStart = first === undefined || first.seq === 1 || action.events.length < action.limit;
      // The run that contains the new page wins: what lies before a hole is fetched again by scrolling up.
      const joined = settle(log, action.events, action.events.at(-1)?.seq);
      const keepsOlder = joined.events[0]?.seq !== first?.seq;
      return {
        ...joined,
        loaded: true,
        detached: false,
        newest: Math.max(log.newest, action.lastSeq, joined.newest),
        reachesStart: keepsOlder ? log.reachesStart : reachesStart,
      };
    }
    case 'older': {
      const joined = settle(log, action.events, log.events[0]?.seq);
      const reachesStart = action.events.length < action.limit || joined.events[0]?.seq === 1;
      return { ...joined, reachesStart };
    }
    case 'after': {
      const joined = settle(log, action.events, log.events.at(-1)?.seq ?? action.events[0]?.seq);
      return { ...joined, newest: Math.max(joined.newest, action.lastSeq) };
    }
    case 'around': {
      const joined = settle(log, action.events, action.seq);
      const newest = Math.max(joined.newest, action.lastSeq);
      const reachesStart = joined.events[0]?.seq === 1;
      return { ...joined, loaded: true, newest, reachesStart, detached: lastKnown(joined) < newest };
    }
    case 'arrived': {
      if (!log.loaded) return { ...log, newest: Math.max(log.newest, action.event.seq) };
      return settle(log, [action.event], log.events.at(-1)?.seq ?? (action.event.seq === 1 ? 1 : undefined));
    }
    case 'heard-of':
      return action.seq > log.newest ? { ...log, newest: action.seq } : log;
    case 'hidden': {
      const hide = (event: Event) =>
        action.seqs.includes(event.seq) && !event.hidden ? hiddenOf(event) : event;
      return { ...log, events: log.events.map(hide), ahead: log.ahead.map(hide) };
    }
    case 'expired': {
      const events = expire(log.events, action.now);
      return events === log.events ? log : { ...log, events };
    }
  }
}

/** Joins new events with all that is known. `events` becomes the unbroken run around `anchor`; later ones wait. */
function settle(log: Log, fresh: readonly Event[], anchor: number | undefined): Log {
  const bySeq = new Map<number, Event>();
  for (const event of [...log.events, ...log.ahead]) bySeq.set(event.seq, event);
  for (const event of fresh) {
    const known = bySeq.get(event.seq);
    bySeq.set(event.seq, known ? laterOf(known, event) : event);
  }
  const newest = Math.max(log.newest, ...fresh.map((event) => event.seq));
  const sorted = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  if (anchor === undefined || !bySeq.has(anchor)) return { ...log, ahead: sorted, newest };

  let from = anchor;
  let to = anchor;
  while (bySeq.has(from - 1)) from--;
  while (bySeq.has(to + 1)) to++;
  return {
    ...log,
    events: sorted.filter((event) => event.seq >= from && event.seq <= to),
    ahead: sorted.filter((event) => event.seq > to),
    newest,
  };
}
