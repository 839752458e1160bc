/**
 * What is drawn in a thread, as a list of rows: days, the line "New", notices, payments, and groups of one author.
 * Pure, so that every rule of the look can be tested without a screen.
 */
import type { MemberId } from '../../../api/ids.ts';
import type { Event } from '../../../api/types.ts';
import { calendarDaysBetween } from '../../../lib/time.ts';
import { isChange } from './fold.ts';
import { type Outgoing, stillOutgoing } from './outgoing.ts';

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  /** One notice, or several of a kind in a row: "Tomek, Ola and 2 others joined". */
  | { kind: 'notice'; key: string; events: Event[] }
  | { kind: 'payment'; key: string; event: Event }
  | Group;

export interface Group {
  kind: 'group';
  key: string;
  author: MemberId;
  own: boolean;
  items: Item[];
}

/** One message, stored or on its way. Its key stays the same when the server's event replaces the optimistic one. */
export interface Item {
  key: string;
  at: string;
  text: string | undefined;
  event: Event | null;
  outgoing: Outgoing | null;
}

const drawn: ReadonlySet<string> = new Set(['message', 'payment', 'system']);

/** Notices of one kin stand in one line; null stands alone. */
function kinOf({ system, sender }: Event): string | null {
  switch (system?.code) {
    case 'member_joined':
    case 'member_left':
      return system.code;
    case 'member_added':
    case 'member_removed':
      return `${system.code} ${String(system.by ?? sender)}`;
    default:
      return null;
  }
}

const groupedWithinMs = 5 * 60 * 1000;

export function timelineOf({
  events,
  outgoing,
  me,
  newAfter,
}: {
  events: readonly Event[];
  outgoing: readonly Outgoing[];
  me: MemberId;
  /** The line "New" stands before the first message of others after this number; null for none. */
  newAfter: number | null;
}): Row[] {
  const rows: Row[] = [];
  let group: Group | null = null;
  let lastAt: string | null = null;
  let newIsDue = newAfter !== null;

  const startDay = (at: string) => {
    if (lastAt !== null && calendarDaysBetween(new Date(lastAt), new Date(at)) === 0) return;
    rows.push({ kind: 'day', key: `day ${new Date(at).toDateString()}`, at });
    group = null;
  };
  const addNotice = (event: Event) => {
    startDay(event.at);
    const before = rows.at(-1);
    const kin = kinOf(event);
    if (before?.kind === 'notice' && kin !== null && before.events.every((each) => kinOf(each) === kin))
      before.events.push(event);
    else rows.push({ kind: 'notice', key: event.id, events: [event] });
    group = null;
    lastAt = event.at;
  };
  const add = (author: MemberId, item: Item) => {
    startDay(item.at);
    const fits =
      group !== null &&
      group.author === author &&
      lastAt !== null &&
      Date.parse(item.at) - Date.parse(lastAt) < groupedWithinMs &&
      group.items.at(-1)?.outgoing?.state.name !== 'failed';
    if (group && fits) group.items.push(item);
    else {
      group = { kind: 'group', key: `group ${item.key}`, author, own: author === me, items: [item] };
      rows.push(group);
    }
    lastAt = item.at;
  };

  for (const event of events) {
    // A kind of a later server is not ours to draw; its number stays in the log.
    if (isChange(event) || !drawn.has(event.kind)) continue;
    if (newIsDue && newAfter !== null && event.seq > newAfter && event.sender !== me) {
      startDay(event.at);
      lastAt = event.at;
      rows.push({ kind: 'new', key: 'new' });
      group = null;
      newIsDue = false;
    }
    if (event.kind === 'message') {
      add(event.sender, {
        key: event.clientId ?? event.id,
        at: event.at,
        text: event.text,
        event,
        outgoing: null,
      });
    } else if (event.kind === 'payment') {
      startDay(event.at);
      rows.push({ kind: 'payment', key: event.id, event });
      group = null;
      lastAt = event.at;
    } else addNotice(event);
  }
  for (const item of stillOutgoing(outgoing, events)) {
    // A device whose clock is behind must not put what was just written under an older day.
    const at: string = lastAt !== null && item.at < lastAt ? lastAt : item.at;
    add(me, { key: item.clientId, at, text: item.text, event: null, outgoing: item });
  }
  return rows;
}

/** The rows, with those of the last drawing in place of equal ones, so that what has not changed is not drawn anew. */
export function keepEqual(before: readonly Row[], rows: Row[]): Row[] {
  const byKey = new Map(before.map((row) => [row.key, row]));
  return rows.map((row) => {
    const known = byKey.get(row.key);
    return known && areEqual(known, row) ? known : row;
  });
}

function areEqual(a: Row, b: Row): boolean {
  if (a.kind === 'group' && b.kind === 'group')
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => {
        const other = b.items[index];
        return (
          other && item.event === other.event && item.outgoing === other.outgoing && item.at === other.at
        );
      })
    );
  if (a.kind === 'notice' && b.kind === 'notice')
    return a.events.length === b.events.length && a.events.every((each, index) => each === b.events[index]);
  return a.kind === b.kind;
}
