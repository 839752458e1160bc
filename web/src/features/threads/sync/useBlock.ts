import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { setBlocked } from '../../../api/threads.ts';
import type { Thread } from '../../../api/types.ts';
import { useToast } from '../../../ui/Toasts.tsx';
import { putThread } from './threadCache.ts';

/** Stops the other side of a thread, or lets it write again. Both can be taken back at any time, so neither asks. */
export function useBlock(thread: Thread) {
  const { t } = useTranslation('threads');
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (blocked: boolean) => setBlocked(thread.id, blocked),
    onSuccess: (_, blocked) => {
      const { blocked: _before, ...rest } = thread;
      putThread(client, blocked ? { ...rest, blocked: true } : rest);
    },
    onError: () => toast({ text: t('blockFailed') }),
  });
}
