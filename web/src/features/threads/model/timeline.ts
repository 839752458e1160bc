/**
 * What is drawn in a thread, as a list of rows: days, the line "New", notices, payments, and groups of one author.
 * Pure, so that every rule of the look can be tested without a screen.
 */
import type { MemberId } from '../../../api/ids.ts';
import type { Event } from '../../../api/types.ts';
import { calendarDaysBetween } from '../../../lib/time.ts';
import { type Outgoing, stillOutgoing } from './outgoing.ts';

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'notice'; key: string; event: Event }
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
    } else {
      startDay(event.at);
      rows.push({ kind: event.kind === 'payment' ? 'payment' : 'notice', key: event.id, event });
      group = null;
      lastAt = event.at;
    }
  }
  for (const item of stillOutgoing(outgoing, events)) {
    // A device whose clock is behind must not put what was just written under an older day.
    const at: string = lastAt !== null && item.at < lastAt ? lastAt : item.at;
    add(me, { key: item.clientId, at, text: item.text, event: null, outgoing: item });
  }
  return rows;
}
