import { useCallback, useSyncExternalStore } from 'react';
import type { MemberId, ThreadId } from '../../../api/ids.ts';
import { KeyedStore } from '../../../lib/KeyedStore.ts';
import { readStored, writeStored } from '../../../lib/stored.ts';

/** What is half written, per thread, on this device; kept over a reload. */
const drafts = new KeyedStore<string, string | null>(null);
const keyOf = (me: MemberId, thread: ThreadId) => `stoa.draft.${me}.${thread}`;

export function draftOf(me: MemberId, thread: ThreadId): string {
  const key = keyOf(me, thread);
  return drafts.get(key) ?? readStored(key) ?? '';
}

export function keepDraft(me: MemberId, thread: ThreadId, text: string): void {
  const key = keyOf(me, thread);
  writeStored(key, text.trim() === '' ? null : text);
  drafts.set(key, text);
}

export function useDraft(me: MemberId, thread: ThreadId): string {
  const subscribe = useCallback(
    (listener: () => void) => drafts.subscribe(keyOf(me, thread), listener),
    [me, thread],
  );
  return useSyncExternalStore(subscribe, () => draftOf(me, thread));
}
