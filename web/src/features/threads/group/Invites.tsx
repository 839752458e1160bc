import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { deleteInvite, getInvites, makeInvite } from '../../../api/groups.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import styles from './group.module.css';
import { groupProblem } from './groupProblem.ts';

const weekSeconds = 7 * 86_400;

/** Links into the group: a new one, shown once, and those that still open it. */
export default function Invites({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const queryKey = queryKeys.invites(thread.id);
  const invites = useQuery({ queryKey, queryFn: ({ signal }) => getInvites(thread.id, signal) });
  const refresh = () => void client.invalidateQueries({ queryKey });
  const make = useMutation({
    mutationFn: () => makeInvite(thread.id, { expiresInSeconds: weekSeconds }),
    onSuccess: refresh,
  });
  const end = useMutation({
    mutationFn: (invite: string) => deleteInvite(thread.id, invite),
    onSettled: refresh,
    onError: (error) => toast({ text: groupProblem(error, t) }),
  });
  const link = make.data && new URL(make.data.url, location.origin).href;
  return (
    <Sheet title={t('group.invites')} onClose={onClose}>
      <div className={styles.form}>
        <p className="soft">{t('invite.body')}</p>
        {link ? (
          <div className={styles.link}>
            <input
              readOnly
              dir="ltr"
              aria-label={t('invite.link')}
              value={link}
              onFocus={(event) => event.target.select()}
            />
            <IconButton
              label={t('invite.copy')}
              icon={<Copy size={18} />}
              onClick={() =>
                void navigator.clipboard.writeText(link).then(
                  () => toast({ text: t('copied') }),
                  () => toast({ text: t('copyFailed') }),
                )
              }
            />
          </div>
        ) : (
          <Button variant="solid" wide busy={make.isPending} onClick={() => make.mutate()}>
            {t('invite.make')}
          </Button>
        )}
        {make.isError && <ErrorState>{groupProblem(make.error, t)}</ErrorState>}
        {invites.isError && (
          <ErrorState onRetry={() => void invites.refetch()}>{t('invite.failed')}</ErrorState>
        )}
        <ul>
          {invites.data?.invites.map((invite) => (
            <li key={invite.id} className={styles.invite}>
              <span className={styles.names}>
                <span>{t('invite.uses', { count: invite.uses })}</span>
                <span className="t-meta quiet">
                  {invite.expiresAt
                    ? t('invite.until', {
                        time: `${format.day(invite.expiresAt)}, ${format.clock(invite.expiresAt)}`,
                      })
                    : t('invite.forever')}
                </span>
              </span>
              <IconButton
                label={t('invite.end')}
                icon={<Trash2 size={18} />}
                onClick={() => end.mutate(invite.id)}
              />
            </li>
          ))}
        </ul>
      </div>
    </Sheet>
  );
}
