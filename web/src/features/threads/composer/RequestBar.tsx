import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { acceptRequest, refuseRequest } from '../../../api/own.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { dropThread, putThread } from '../sync/threadCache.ts';
import styles from './Stopped.module.css';

/** In the composer's place while a stranger's request waits: they see nothing of it before it is accepted. */
export function RequestBar({ thread, onRefused }: { thread: Thread; onRefused: () => void }) {
  const { t } = useTranslation('threads');
  const client = useQueryClient();
  const toast = useToast();
  const onError = () => toast({ text: t('blockFailed') });
  const refresh = () => {
    void client.invalidateQueries({ queryKey: queryKeys.folders });
    void client.invalidateQueries({ queryKey: queryKeys.totals });
  };
  const accept = useMutation({
    mutationFn: () => acceptRequest(thread.id),
    onSuccess: () => {
      const { request: _, ...rest } = thread;
      putThread(client, rest);
      refresh();
    },
    onError,
  });
  const refuse = useMutation({
    mutationFn: () => refuseRequest(thread.id),
    onSuccess: () => {
      onRefused();
      dropThread(client, thread.id);
      refresh();
    },
    onError,
  });
  return (
    <div className={styles.stopped}>
      <p>{t(thread.kind === 'group' ? 'request.group' : 'request.body', { name: thread.title })}</p>
      <span className={styles.answers}>
        <Button variant="quiet" size="small" busy={refuse.isPending} onClick={() => refuse.mutate()}>
          {thread.kind === 'group' ? t('group.leave') : t('request.refuse')}
        </Button>
        <Button variant="solid" size="small" busy={accept.isPending} onClick={() => accept.mutate()}>
          {t('request.accept')}
        </Button>
      </span>
    </div>
  );
}
