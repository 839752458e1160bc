import { useQuery } from '@tanstack/react-query';
import type { ThreadId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Event } from '../../../api/types.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useConversations } from './context.ts';

/** An event of a thread: from the log, or fetched where the log does not reach that far. */
export function useEvent(thread: ThreadId, seq: number): { event: Event | null; isMissing: boolean } {
  const { conversations } = useConversations();
  const { events, loaded } = useKeyed(conversations.logs, thread);
  const known = events.find((event) => event.seq === seq) ?? null;
  const fetched = useQuery({
    queryKey: queryKeys.event(thread, seq),
    queryFn: () => conversations.eventOf(thread, seq),
    enabled: known === null && loaded,
    staleTime: 60_000,
  });
  return { event: known ?? fetched.data ?? null, isMissing: fetched.isSuccess && fetched.data === null };
}
