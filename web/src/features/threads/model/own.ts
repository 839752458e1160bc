import type { OwnSettings } from '../../../api/frames.ts';
import type { Draft, Event, Thread } from '../../../api/types.ts';
import { hiddenOf } from './fold.ts';

/** The thread after its reader set something for themselves; what is not named stays. */
export function withSettings(thread: Thread, settings: OwnSettings): Thread {
  const { mutedUntil, archived, pinned, markedUnread, folder } = settings;
  let next = thread;
  if (mutedUntil !== undefined) {
    const { mutedUntil: _, ...rest } = next;
    next = mutedUntil === null ? rest : { ...rest, mutedUntil };
  }
  if (archived !== undefined) {
    const { archived: _, ...rest } = next;
    next = archived ? { ...rest, archived } : rest;
  }
  if (pinned !== undefined) {
    const { pinned: _, ...rest } = next;
    next = pinned ? { ...rest, pinned } : rest;
  }
  if (markedUnread !== undefined) {
    const { markedUnread: _, ...rest } = next;
    next = markedUnread ? { ...rest, markedUnread } : rest;
  }
  if (folder !== undefined) {
    const { folder: _, ...rest } = next;
    next = folder === null ? rest : { ...rest, folder };
  }
  return next;
}

/** All of what its reader has set for themselves. */
export function settingsOf(thread: Thread): OwnSettings {
  const { mutedUntil, archived, pinned, markedUnread, folder } = thread;
  return {
    mutedUntil: mutedUntil ?? null,
    archived: archived ?? false,
    pinned: pinned ?? false,
    markedUnread: markedUnread ?? false,
    folder: folder ?? null,
  };
}

/** The thread with a draft, unless it knows a later one; an empty one takes it away. */
export function withDraft(thread: Thread, draft: Draft): Thread {
  if ((thread.draft?.version ?? 0) > draft.version) return thread;
  const { draft: _, ...rest } = thread;
  return draft.text === '' ? rest : { ...rest, draft };
}

/** The thread after its reader deleted these events for themselves. */
export function withHidden(thread: Thread, seqs: readonly number[]): Thread {
  const last: Event | undefined = thread.lastEvent;
  return last && seqs.includes(last.seq) ? { ...thread, lastEvent: hiddenOf(last) } : thread;
}

/** Muted now: it counts for itself and in no total. */
export const isMuted = (thread: Thread, now: number) =>
  thread.mutedUntil === 'always' || (thread.mutedUntil !== undefined && Date.parse(thread.mutedUntil) > now);
