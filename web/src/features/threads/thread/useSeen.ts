import { useEffect, useState } from 'react';
import type { ThreadId } from '../../../api/ids.ts';
import { useConversations } from '../sync/context.ts';

const isLookedAt = () => document.visibilityState === 'visible' && document.hasFocus();

/** Moves the read marker while the newest message is in view and somebody is looking. */
export function useSeen(thread: ThreadId, newestSeq: number, inView: boolean): void {
  const { conversations } = useConversations();
  const [looking, setLooking] = useState(isLookedAt);

  useEffect(() => {
    const look = () => setLooking(isLookedAt());
    addEventListener('focus', look);
    addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);

  useEffect(() => {
    if (looking && inView && newestSeq > 0) conversations.markRead(thread, newestSeq);
  }, [conversations, thread, newestSeq, looking, inView]);
}
