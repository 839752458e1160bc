import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { isChange, isGone, withChange, withPin } from './fold.ts';
import { isMuted } from './own.ts';

/** Messages and payments of others count that still have content; what one did oneself, changes and notices do not. */
export const countsAsUnread = (event: Event, me: MemberId) =>
  event.sender !== me && (event.kind === 'message' || event.kind === 'payment') && !isGone(event);

/** It names this reader. */
export const mentionsMe = (event: Event, me: MemberId) =>
  event.entities?.some(
    (entity) => entity.type === 'mention' && (entity.person === me || entity.person === 'all'),
  ) ?? false;

/** A pure function of the events and the read marker. */
export const unreadOf = (events: readonly Event[], readSeq: number, me: MemberId) =>
  events.filter((event) => event.seq > readSeq && countsAsUnread(event, me)).length;

/** The thread after an event, or null when events between are missing and only the server knows. */
export function withEvent(thread: Thread, event: Event, me: MemberId): Thread | null {
  if (event.seq <= thread.lastSeq) return thread;
  if (event.seq > thread.lastSeq + 1) return null;
  if (isChange(event)) return withChangeOf(thread, event, me);
  const isNew = countsAsUnread(event, me) && event.seq > thread.readSeq;
  const { archived, ...unarchived } = thread;
  // Something to read brings a conversation back from the archive, unless it is muted.
  const known = archived && isMuted(thread, Date.now()) ? thread : unarchived;
  const mentions = (thread.mentions ?? 0) + (isNew && mentionsMe(event, me) ? 1 : 0);
  return {
    ...known,
    lastSeq: event.seq,
    lastEvent: event,
    updatedAt: event.at,
    unread: thread.unread + (isNew ? 1 : 0),
    ...(mentions > 0 ? { mentions } : {}),
  };
}

/** A change does not move a thread in the inbox; null where it may have made something unread less. */
function withChangeOf(thread: Thread, change: Event, me: MemberId): Thread | null {
  if (change.kind === 'unsend' && thread.unread > 0 && (change.of ?? 0) > thread.readSeq) return null;
  const { pins: _before, ...rest } = thread;
  const pins = withPin(thread.pins ?? [], change);
  return {
    ...rest,
    ...(pins.length > 0 ? { pins } : {}),
    lastSeq: change.seq,
    ...(thread.lastEvent ? { lastEvent: withChange(thread.lastEvent, change, me) } : {}),
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
  return allRead({ ...thread, members }, receipt.read);
}

/** Read up to `seq` by this reader. `after` are the events known to follow. */
export function withRead(thread: Thread, seq: number, after: readonly Event[], me: MemberId): Thread {
  if (seq <= thread.readSeq) return thread;
  if (seq >= thread.lastSeq) return allRead(thread, seq);
  return {
    ...withoutMark(thread),
    readSeq: seq,
    unread: unreadOf(after, seq, me),
    mentions: after.filter((event) => event.seq > seq && countsAsUnread(event, me) && mentionsMe(event, me))
      .length,
  };
}

const withoutMark = ({ mentions: _mentions, markedUnread: _marked, ...rest }: Thread): Thread => rest;
const allRead = (thread: Thread, readSeq: number): Thread => ({ ...withoutMark(thread), readSeq, unread: 0 });

/** How far the others are with something of one's own; in groups, the slowest of them. */
export function tickOf(thread: Thread, seq: number, me: MemberId): 'sent' | 'delivered' | 'read' {
  const others = thread.members.filter((member) => member.id !== me);
  if (others.length === 0) return 'sent';
  if (others.every((member) => member.readSeq >= seq)) return 'read';
  return others.every((member) => Math.max(member.deliveredSeq, member.readSeq) >= seq)
    ? 'delivered'
    : 'sent';
}
