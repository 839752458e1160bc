/** Changes made here that the log does not tell of yet, shown as if it did. */
import type { ClientId, Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import type { ChangeKind, Entity, Event } from '../../../api/types.ts';
import { hiddenOf, withChange } from './fold.ts';

export type Wish =
  | { kind: 'edit'; text: string; entities?: Entity[] }
  | { kind: 'unsend' }
  | { kind: 'hide' }
  /** `null` takes one's own back. */
  | { kind: 'reaction'; emoji: string | null }
  | { kind: 'pin'; pinned: boolean };

export interface PendingChange {
  clientId: ClientId;
  thread: ThreadId;
  /** Number of the message it is about. */
  of: number;
  at: Instant;
  wish: Wish;
  /** Number of its event once the server has stored it; shown until the log has come that far. */
  seq?: number;
}

/** Above every number of a log: what is wished here comes after what is known. */
const above = 2 ** 52;

const asEvent = (change: PendingChange, index: number, me: MemberId): Event => {
  const { wish } = change;
  return {
    seq: above + index,
    id: change.clientId as unknown as Event['id'],
    kind: wish.kind as ChangeKind,
    sender: me,
    at: change.at,
    of: change.of,
    ...(wish.kind === 'edit'
      ? { text: wish.text, ...(wish.entities ? { entities: wish.entities } : {}) }
      : {}),
    ...(wish.kind === 'reaction' && wish.emoji !== null ? { emoji: wish.emoji } : {}),
    ...(wish.kind === 'pin' ? { pinned: wish.pinned } : {}),
  };
};

/** The events as they will be when everything wished is done; the same array when nothing is. */
export function withPending(
  events: readonly Event[],
  pending: readonly PendingChange[],
  me: MemberId,
): readonly Event[] {
  if (pending.length === 0) return events;
  return events.map((event) => {
    let after = event;
    pending.forEach((change, index) => {
      if (change.of !== event.seq) return;
      after =
        change.wish.kind === 'hide' ? hiddenOf(after) : withChange(after, asEvent(change, index, me), me);
      if (change.wish.kind === 'edit' && change.seq === undefined) after = { ...after, waits: true };
    });
    return after;
  });
}

/** The numbers pinned in a thread when everything wished is done. */
export const pinsWith = (pins: readonly number[], pending: readonly PendingChange[]): readonly number[] =>
  pending.reduce<readonly number[]>((so, { wish, of }) => {
    if (wish.kind !== 'pin') return so;
    const rest = so.filter((seq) => seq !== of);
    return wish.pinned ? [...rest, of] : rest;
  }, pins);

/** With one more wish. Of wishes of a kind about one message only the last counts, unless it is on its way. */
export function withWish(
  pending: readonly PendingChange[],
  change: PendingChange,
  isOnItsWay: (each: PendingChange) => boolean,
): PendingChange[] {
  const rest = pending.filter(
    (each) => each.of !== change.of || each.wish.kind !== change.wish.kind || isOnItsWay(each),
  );
  return [...rest, change];
}
