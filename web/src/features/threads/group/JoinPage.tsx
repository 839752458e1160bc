import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getInvite, joinByInvite } from '../../../api/groups.ts';
import { newClientId, type ThreadId } from '../../../api/ids.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { putThread } from '../sync/threadCache.ts';
import { groupProblem } from './groupProblem.ts';
import styles from './JoinPage.module.css';

/** Where a link into a group leads: what it is called, how many are in it, and the way in. */
export function JoinPage({
  token,
  onOpen,
  onLeave,
}: {
  token: string;
  onOpen: (thread: ThreadId) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation('threads');
  const client = useQueryClient();
  const [clientId] = useState(newClientId);
  const invite = useQuery({
    queryKey: queryKeys.invite(token),
    queryFn: ({ signal }) => getInvite(token, signal),
    enabled: token !== '',
  });
  const join = useMutation({
    mutationFn: () => joinByInvite(token, clientId),
    onSuccess: (thread) => {
      putThread(client, thread);
      onOpen(thread.id);
    },
  });
  const isDead = token === '' || (invite.isError && isProblem(invite.error, 'invite_not_found'));
  if (isDead)
    return (
      <main className={styles.page}>
        <EmptyState
          action={
            <Button variant="tinted" size="small" onClick={onLeave}>
              {t('toChats')}
            </Button>
          }
        >
          {t('join.dead')}
        </EmptyState>
      </main>
    );
  if (invite.isError)
    return (
      <main className={styles.page}>
        <ErrorState onRetry={() => void invite.refetch()}>{t('join.failed')}</ErrorState>
      </main>
    );
  if (invite.isPending) return <main className={styles.page} aria-busy="true" />;
  const { title, about, pictureUrl, memberCount, member } = invite.data;
  const name = title ?? t('group.untitled');
  return (
    <main className={styles.page}>
      <section className={styles.card} aria-label={name}>
        {pictureUrl ? (
          <img className={styles.picture} src={pictureUrl} alt="" />
        ) : (
          <Avatar id={token} name={name} size="large" />
        )}
        <h1 className="t-head">
          <bdi>{name}</bdi>
        </h1>
        <p className="quiet">{t('membersCount', { count: memberCount })}</p>
        {about && (
          <p className="soft" dir="auto">
            {about}
          </p>
        )}
        {join.isError && <ErrorState>{groupProblem(join.error, t)}</ErrorState>}
        <Button variant="solid" size="big" wide busy={join.isPending} onClick={() => join.mutate()}>
          {member ? t('join.open') : t('join.join')}
        </Button>
        <Button variant="plain" onClick={onLeave}>
          {t('toChats')}
        </Button>
      </section>
    </main>
  );
}
