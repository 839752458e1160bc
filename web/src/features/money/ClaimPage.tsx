import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Banknote } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { claimByLink, lookAtLink } from '../../api/between.ts';
import type { ThreadId } from '../../api/ids.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import styles from './ClaimPage.module.css';
import { moneyProblem } from './moneyProblem.ts';
import { putMoney } from './useMoneyItem.ts';

/** Where a link with money leads: from whom, how much, and the way to take it. */
export function ClaimPage({
  secret,
  me,
  onOpen,
  onLeave,
}: {
  secret: string;
  me: string;
  onOpen: (thread: ThreadId) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  const client = useQueryClient();
  const look = useQuery({
    queryKey: queryKeys.link(secret),
    queryFn: () => lookAtLink(secret),
    enabled: secret !== '',
    retry: false,
  });
  const claim = useMutation({
    mutationFn: () => claimByLink(secret),
    onSuccess: (item) => {
      putMoney(client, item);
      if (item.thread) onOpen(item.thread);
    },
  });
  const leave = (
    <Button variant="plain" onClick={onLeave}>
      {t('claim.leave')}
    </Button>
  );
  if (secret === '' || (look.isError && isProblem(look.error, 'money_not_found')))
    return (
      <main className={styles.page}>
        <EmptyState action={leave}>{t('claim.dead')}</EmptyState>
      </main>
    );
  if (look.isError)
    return (
      <main className={styles.page}>
        <ErrorState onRetry={() => void look.refetch()}>{moneyProblem(look.error, t)}</ErrorState>
      </main>
    );
  if (!look.data) return <main className={styles.page} aria-busy="true" />;
  const item = look.data;
  const isOwn = item.from.id === me;
  const isTaken = item.state !== 'unclaimed' && item.to?.id !== me;
  return (
    <main className={styles.page}>
      <section className={styles.card} aria-label={t('link.title')}>
        <Banknote size={40} aria-hidden="true" className={styles.icon} />
        <p className="soft">{t('claim.from', { name: item.from.name })}</p>
        <h1 className={cx('t-amount')}>
          <bdi dir="ltr">{withCode(item.amount)}</bdi>
        </h1>
        {item.note && (
          <p className="soft">
            <bdi>{item.note}</bdi>
          </p>
        )}
        {claim.isError && (
          <ErrorState>
            {isProblem(claim.error, 'claimed_already') ? t('claim.taken') : moneyProblem(claim.error, t)}
          </ErrorState>
        )}
        {isOwn ? (
          <p>{t('claim.own')}</p>
        ) : isTaken ? (
          <p>{t('claim.taken')}</p>
        ) : (
          <Button variant="money" size="big" wide busy={claim.isPending} onClick={() => claim.mutate()}>
            <bdi>{t('claim.take', { amount: withCode(item.amount) })}</bdi>
          </Button>
        )}
        {leave}
      </section>
    </main>
  );
}
