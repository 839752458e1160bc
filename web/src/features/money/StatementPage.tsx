import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronLeft, FileDown, Printer } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getStatement, statementFile } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { Money, WalletEntry } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useBalances } from './AmountField.tsx';
import { monthSpan, monthsBack } from './months.ts';
import styles from './StatementPage.module.css';

const monthsShown = 24;

/** A month of one balance: what was there, what came and went, what is there; for paper and for spreadsheets too. */
export function StatementPage({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation('money');
  const { withCode, locale } = useFormat();
  const balances = useBalances();
  const [months] = useState(() => monthsBack(new Date(), monthsShown));
  const [month, setMonth] = useState(months[0] as string);
  const [chosen, setChosen] = useState<string | null>(null);
  const currency = chosen ?? (balances[0] as Money).currency;
  const span = monthSpan(month);
  const statement = useInfiniteQuery({
    queryKey: queryKeys.statement(currency, month),
    queryFn: ({ pageParam, signal }) => getStatement({ currency, ...span, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const name = (each: string) =>
    new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
      new Date(`${each}-15T00:00:00Z`),
    );
  const [first] = statement.data?.pages ?? [];
  const entries = statement.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <div className={styles.head}>
          <Button
            className={styles.aside}
            variant="plain"
            size="small"
            icon={<ChevronLeft size={20} className="mirror" aria-hidden="true" />}
            onClick={onBack}
          >
            {t('statement.back')}
          </Button>
          <h1 className="t-head">{t('statement')}</h1>
        </div>
        <div className={styles.choices}>
          <SelectField
            compact
            label={t('statement.month')}
            value={month}
            onChange={(event) => setMonth(event.target.value)}
          >
            {months.map((each) => (
              <option key={each} value={each}>
                {name(each)}
              </option>
            ))}
          </SelectField>
          {balances.length > 1 && (
            <SelectField
              compact
              label={t('currency')}
              value={currency}
              onChange={(event) => setChosen(event.target.value)}
            >
              {balances.map((balance) => (
                <option key={balance.currency}>{balance.currency}</option>
              ))}
            </SelectField>
          )}
        </div>
        {statement.isError ? (
          <ErrorState onRetry={() => void statement.refetch()}>{t('statement.failed')}</ErrorState>
        ) : !first ? (
          <Skeleton width="100%" height={200} />
        ) : (
          <>
            <table className={styles.table}>
              <caption className="spoken">
                {t('statement')}, {name(month)}, {currency}
              </caption>
              <tbody>
                <Sum label={t('statement.opening')} amount={withCode(first.opening)} />
                {entries.map((entry) => (
                  <Line key={entry.id} entry={entry} />
                ))}
                <Sum label={t('statement.closing')} amount={withCode(first.closing)} />
              </tbody>
            </table>
            {entries.length === 0 && <EmptyState>{t('statement.none')}</EmptyState>}
            <div className={styles.actions}>
              {statement.hasNextPage && (
                <Button
                  variant="tinted"
                  size="small"
                  busy={statement.isFetchingNextPage}
                  onClick={() => void statement.fetchNextPage()}
                >
                  {t('statement.more')}
                </Button>
              )}
              <Button
                size="small"
                icon={<Printer size={16} aria-hidden="true" />}
                disabled={statement.hasNextPage}
                onClick={() => window.print()}
              >
                {t('statement.print')}
              </Button>
              <a className={styles.file} href={statementFile({ currency, ...span })} download>
                <FileDown size={16} aria-hidden="true" />
                {t('statement.file')}
              </a>
            </div>
          </>
        )}
      </div>
    </main>
  );
}

function Sum({ label, amount }: { label: string; amount: string }) {
  return (
    <tr className={styles.sum}>
      <th scope="row" colSpan={2}>
        {label}
      </th>
      <td>
        <bdi dir="ltr" className="n">
          {amount}
        </bdi>
      </td>
    </tr>
  );
}

function Line({ entry }: { entry: WalletEntry }) {
  const { t } = useTranslation('money');
  const { digits, locale } = useFormat();
  const isIn = entry.direction === 'in';
  const house: Record<string, string> = {
    gift: t('code.gift'),
    claim: t('code.claim'),
    give_back: t('code.give_back'),
    topup: t('code.topup'),
    put_aside: t('code.put_aside'),
  };
  const name = house[entry.code] ?? entry.counterparty;
  return (
    <tr>
      <td className="n quiet">
        <time dateTime={entry.at}>
          {new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit' }).format(new Date(entry.at))}
        </time>
      </td>
      <th scope="row">
        <span className="spoken">{isIn ? t('entry.in', { name }) : t('entry.out', { name })}</span>
        <bdi aria-hidden="true">{name}</bdi>
      </th>
      <td>
        <bdi dir="ltr" className={isIn ? styles.in : undefined}>
          <span className="n">
            {isIn ? '+' : '−'} {digits(entry.amount)}
          </span>
        </bdi>
      </td>
    </tr>
  );
}
