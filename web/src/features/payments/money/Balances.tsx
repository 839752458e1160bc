import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { getWallet } from '../../../api/money.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import styles from './Balances.module.css';

/** One balance per currency, the first large. */
export function Balances() {
  const { t } = useTranslation('payments');
  const { digits, spoken } = useFormat();
  const wallet = useQuery({ queryKey: queryKeys.wallet, queryFn: ({ signal }) => getWallet(signal) });
  const waits = useTakesLong(wallet.isPending, 200);

  return (
    <section className={styles.box} aria-labelledby="money-balances">
      <h2 id="money-balances" className="t-meta">
        {t('balances')}
      </h2>
      {wallet.isError ? (
        <ErrorState onRetry={() => void wallet.refetch()}>{t('walletFailed')}</ErrorState>
      ) : wallet.isPending ? (
        waits && <Skeleton width="55%" height={44} />
      ) : wallet.data.balances.length === 0 ? (
        <p className="soft">{t('noBalance')}</p>
      ) : (
        <ul>
          {wallet.data.balances.map((balance, index) => (
            <li key={balance.currency} aria-label={spoken(balance)}>
              <bdi dir="ltr" aria-hidden="true" className={cx(index === 0 ? 't-amount' : 't-head')}>
                <span className={index === 0 ? styles.currency : 'soft'}>{balance.currency}</span>{' '}
                {digits(balance)}
              </bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
