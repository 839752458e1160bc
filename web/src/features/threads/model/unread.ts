import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';

/** Messages and payments of others count; what one did oneself and notices of the system do not. */
export const countsAsUnread = (event: Event, me: MemberId) =>
  event.sender !== me && (event.kind === 'message' || event.kind === 'payment');

/** A pure function of the events and the read marker. */
export const unreadOf = (events: readonly Event[], readSeq: number, me: MemberId) =>
  events.filter((event) => event.seq > readSeq && countsAsUnread(event, me)).length;

/** The thread after an event, or null when events between are missing and only the server knows. */
export function withEvent(thread: Thread, event: Event, me: MemberId): Thread | null {
  if (event.seq <= thread.lastSeq) return thread;
  if (event.seq > thread.lastSeq + 1) return null;
  const isNew = countsAsUnread(event, me) && event.seq > thread.readSeq;
  return {
    ...thread,
    lastSeq: event.seq,
    lastEvent: event,
    updatedAt: event.at,
    unread: thread.unread + (isNew ? 1 : 0),
  };
}

/** The thread after a member's markers moved; null when how many are left unread is not known here. */
export function withReceipt(
  thread: Thread,
  receipt: { member: MemberId; read: number; delivered: number },
  me: MemberId,
): Thread | null {
  const members = thread.members.map((member) =>
    member.id === receipt.member
      ? {
          ...member,
          readSeq: Math.max(member.readSeq, receipt.read),
          deliveredSeq: Math.max(member.deliveredSeq, receipt.delivered),
        }
      : member,
  );
  if (receipt.member !== me || receipt.read <= thread.readSeq) return { ...thread, members };
  if (receipt.read < thread.lastSeq) return null;
  return { ...thread, members, readSeq: receipt.read, unread: 0 };
}

/** Read up to `seq` by this reader. `after` are the events known to follow. */
export function withRead(thread: Thread, seq: number, after: readonly Event[], me: MemberId): Thread {
  if (seq <= thread.readSeq) return thread;
  return { ...thread, readSeq: seq, unread: seq >= thread.lastSeq ? 0 : unreadOf(after, seq, me) };
}

/** How far the others are with something of one's own; in groups, the slowest of them. */
export function tickOf(thread: Thread, seq: number, me: MemberId): 'sent' | 'delivered' | 'read' {
  const others = thread.members.filter((member) => member.id !== me);
  if (others.length === 0) return 'sent';
  if (others.every((member) => member.readSeq >= seq)) return 'read';
  return others.every((member) => Math.max(member.deliveredSeq, member.readSeq) >= seq)
    ? 'delivered'
    : 'sent';
}
