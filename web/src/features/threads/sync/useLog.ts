import { useEffect } from 'react';
import type { ThreadId } from '../../../api/ids.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useConversations } from './context.ts';

/** A thread's log and what is on its way out; fetched on first use. */
export function useLog(thread: ThreadId) {
  const { conversations } = useConversations();
  const log = useKeyed(conversations.logs, thread);
  const outgoing = useKeyed(conversations.outgoing, thread);
  const problem = useKeyed(conversations.problems, thread);

  useEffect(() => {
    if (!conversations.logs.get(thread).loaded) void conversations.loadNewest(thread);
  }, [conversations, thread]);

  return { log, outgoing, problem };
}
