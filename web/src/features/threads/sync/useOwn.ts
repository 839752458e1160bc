import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { OwnSettings } from '../../../api/frames.ts';
import { getTotals } from '../../../api/own.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { useToast } from '../../../ui/Toasts.tsx';
import { isMuted } from '../model/own.ts';
import { useConversations } from './context.ts';
import { useThreads } from './useThreads.ts';

/** Sets what is one's own in a thread: at once here, then everywhere; as before when it is refused. */
export function useOwnSettings(): (thread: Thread, settings: OwnSettings) => void {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const toast = useToast();
  return useCallback(
    (thread, settings) =>
      conversations.settings.set(thread, settings, (error) =>
        toast({ text: isProblem(error, 'too_many_pinned') ? t('refusal.tooManyPinned') : t('blockFailed') }),
      ),
    [conversations, toast, t],
  );
}

/** What is unread in threads that are neither muted nor archived, and how many strangers ask. */
export function useTotals(): { unread: number; requests: number } {
  const { threads, hasNextPage } = useThreads();
  const now = Date.now();
  const counted = threads.filter((thread) => !thread.archived && !thread.request && !isMuted(thread, now));
  const unread = counted.reduce((sum, thread) => sum + thread.unread, 0);
  const waiting = threads.filter((thread) => thread.request).length;
  const totals = useQuery({
    // Asked anew whenever what is known here changes.
    queryKey: [...queryKeys.totals, unread, waiting],
    queryFn: ({ signal }) => getTotals(signal),
    placeholderData: (before) => before,
    staleTime: 30_000,
  });
  return {
    unread: hasNextPage ? Math.max(unread, totals.data?.unread ?? 0) : unread,
    requests: Math.max(waiting, totals.data?.requests ?? 0),
  };
}
