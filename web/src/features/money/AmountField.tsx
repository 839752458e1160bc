import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { CurrencyCode } from '../../api/ids.ts';
import { getWallet } from '../../api/money.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { Money } from '../../api/types.ts';
import { cx } from '../../lib/cx.ts';
import { type ReadAmount, readAmount } from '../../lib/readAmount.ts';
import { useFormat } from '../../lib/useFormat.ts';
import styles from './AmountField.module.css';

export interface TypedAmount {
  typed: string;
  currency: CurrencyCode;
}

/** What one has, for the choice of a currency; EUR until it is known or when there is nothing. */
export function useBalances(): Money[] {
  const wallet = useQuery({ queryKey: queryKeys.wallet, queryFn: ({ signal }) => getWallet(signal) });
  const balances = wallet.data?.balances ?? [];
  return balances.length > 0 ? balances : [{ amountMinor: 0, currency: 'EUR' as CurrencyCode }];
}

export const readTyped = ({ typed, currency }: TypedAmount): ReadAmount => readAmount(typed, currency);

/** How much, large, with the currency before it, as money is written wherever it is confirmed. */
export function AmountField({
  value,
  onChange,
  label,
  showsAvailable = false,
}: {
  value: TypedAmount;
  onChange: (value: TypedAmount) => void;
  label: string;
  /** Of what is spent: what one has of it. */
  showsAvailable?: boolean;
}) {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  const balances = useBalances();
  const id = useId();
  // What one came for; whenever it appears it is what is written first.
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const read = readTyped(value);
  const own = balances.find((balance) => balance.currency === value.currency);
  const wrong = 'wrong' in read && read.wrong !== 'empty' ? read.wrong : null;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className="t-small">
        {label}
      </label>
      <div className={cx(styles.box, wrong && styles.wrong)} dir="ltr">
        {balances.length > 1 ? (
          <select
            aria-label={t('currency')}
            value={value.currency}
            onChange={(event) => onChange({ ...value, currency: event.target.value as CurrencyCode })}
          >
            {balances.map((balance) => (
              <option key={balance.currency}>{balance.currency}</option>
            ))}
          </select>
        ) : (
          <span className={styles.currency}>{value.currency}</span>
        )}
        <input
          ref={field}
          id={id}
          inputMode="decimal"
          autoComplete="off"
          dir="ltr"
          className="t-figure"
          value={value.typed}
          maxLength={20}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => onChange({ ...value, typed: event.target.value })}
        />
      </div>
      <span
        id={`${id}-note`}
        className={cx('t-meta', wrong ? styles.error : 'quiet')}
        role={wrong ? 'alert' : undefined}
      >
        {wrong
          ? t(`wrong.${wrong}`, { currency: value.currency })
          : showsAvailable && own && t('available', { amount: withCode(own) })}
      </span>
    </div>
  );
}
