import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useToast } from '../../../ui/Toasts.tsx';
import { useConversations } from '../sync/context.ts';

/** Says that something done to a message was refused, and that it is as before. An edit may be tried once more. */
export function useFailedChanges(thread: ThreadId): void {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const toast = useToast();
  const failed = useKeyed(conversations.changes.failed, thread);
  useEffect(() => {
    if (!failed) return;
    conversations.changes.failed.set(thread, null);
    const { change, code } = failed;
    const why: Record<string, string> = {
      edit_too_late: t('refusal.editTooLate'),
      not_editable: t('refusal.notEditable'),
      message_not_found: t('refusal.noMessage'),
      too_many_reactions: t('refusal.tooManyReactions'),
      edited_too_often: t('refusal.editedTooOften'),
      admins_only: t('refusal.adminsOnly'),
      too_many_pins: t('refusal.tooManyPins'),
      thread_not_found: t('refusal.noThread'),
    };
    const text = why[code];
    if (text) toast({ text });
    else
      toast({
        text: t('changeFailed'),
        action: {
          label: t('ui:tryAgain'),
          run: () => conversations.changes.wish(thread, change.of, change.wish),
        },
      });
  }, [failed, conversations, thread, toast, t]);
}
