import { useEffect, useMemo } from 'react';
import type { ThreadId } from '../../../api/ids.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { withPending } from '../model/pending.ts';
import { useConversations } from './context.ts';

/** A thread's log, its events as they will be, and what is on its way out; fetched on first use. */
export function useLog(thread: ThreadId) {
  const { me, conversations } = useConversations();
  const log = useKeyed(conversations.logs, thread);
  const outgoing = useKeyed(conversations.outgoing, thread);
  const problem = useKeyed(conversations.problems, thread);

  useEffect(() => {
    if (!conversations.logs.get(thread).loaded) void conversations.loadNewest(thread);
  }, [conversations, thread]);

  const pending = useKeyed(conversations.changes.pending, thread);
  const events = useMemo(() => withPending(log.events, pending, me), [log.events, pending, me]);

  return { log, events, outgoing, problem };
}
