import { useInfiniteQuery } from '@tanstack/react-query';
import { ArrowDownLeft, ArrowUpRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { getWalletEntries } from '../../../api/money.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { WalletEntry } from '../../../api/types.ts';
import { instantDay } from '../../../lib/airportTime.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import styles from './Movements.module.css';

/** What came in and went out of the balance, newest first. */
export function Movements({ onStatement }: { onStatement: () => void }) {
  const { t } = useTranslation('payments');
  const entries = useInfiniteQuery({
    queryKey: queryKeys.walletEntries,
    queryFn: ({ pageParam, signal }) => getWalletEntries(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const waits = useTakesLong(entries.isPending, 200);
  const all = entries.data?.pages.flatMap((page) => page.entries) ?? [];

  return (
    <section aria-labelledby="money-movements" className={styles.section}>
      <h2 id="money-movements" className="t-title">
        {t('movements')}
      </h2>
      {entries.isError && all.length === 0 ? (
        <ErrorState onRetry={() => void entries.refetch()}>{t('movementsFailed')}</ErrorState>
      ) : entries.isPending ? (
        waits && <Skeleton width="100%" height={120} />
      ) : all.length === 0 ? (
        <EmptyState>{t('noMovements')}</EmptyState>
      ) : (
        <ul className={styles.list}>
          {all.map((entry) => (
            <Movement key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      <Button variant="plain" size="small" onClick={onStatement}>
        {t('statement')}
      </Button>
      {entries.hasNextPage && (
        <Button
          variant="tinted"
          size="small"
          busy={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {t('older')}
        </Button>
      )}
    </section>
  );
}

function Movement({ entry }: { entry: WalletEntry }) {
  const { t } = useTranslation('payments');
  const { withCode, spoken, locale } = useFormat();
  const isIn = entry.direction === 'in';
  const day = instantDay(entry.at, locale);
  const words = { counterparty: entry.counterparty, amount: spoken(entry.amount), day };
  return (
    <li className={styles.row}>
      <span className="spoken">{isIn ? t('spokenIn', words) : t('spokenOut', words)}</span>
      <span className={cx(styles.way, isIn && styles.in)} aria-hidden="true">
        {isIn ? (
          <ArrowDownLeft size={20} className="mirror" />
        ) : (
          <ArrowUpRight size={20} className="mirror" />
        )}
      </span>
      <span className={styles.words} aria-hidden="true">
        <bdi className={styles.name}>{entry.counterparty}</bdi>
        <span className="t-meta quiet n">{day}</span>
      </span>
      <bdi dir="ltr" className={cx(styles.amount, isIn && styles.in, 'n')} aria-hidden="true">
        {isIn ? '+' : '−'} {withCode(entry.amount)}
      </bdi>
    </li>
  );
}
