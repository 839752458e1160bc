import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import type { Event } from '../../../api/types.ts';
import { useToast } from '../../../ui/Toasts.tsx';
import { useConversations } from '../sync/context.ts';

/** Deletes a message for oneself: it goes at once, and the server is told when the time to undo it is over. */
export function useUndoable(thread: ThreadId): (event: Event) => void {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const toast = useToast();
  return useCallback(
    (event) => {
      const undo = conversations.changes.wishLater(thread, event.seq, { kind: 'hide' });
      toast({ text: t('hidden'), action: { label: t('undo'), run: undo } });
    },
    [conversations, thread, toast, t],
  );
}
