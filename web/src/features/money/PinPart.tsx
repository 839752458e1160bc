import { useQuery } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getStanding } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { Money } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Field } from '../../ui/Field.tsx';
import styles from './MoneySheet.module.css';

/**
 * The PIN that each payment from a limit on carries.
 *
 * `currency` is known before the amount is, so that the limit is known by then; `fresh` asks for the limit of now.
 */
export function usePin(amount: Money | null, currency: string, { fresh = false } = {}) {
  const [pin, setPin] = useState('');
  const standing = useQuery({
    queryKey: queryKeys.standing(currency),
    queryFn: ({ signal }) => getStanding(currency, signal),
    ...(fresh ? { staleTime: 0 } : {}),
  });
  const from = standing.data?.pinFrom;
  const isNeeded = amount !== null && from !== undefined && amount.amountMinor >= from.amountMinor;
  const isSet = standing.data?.pinSet === true;
  return {
    pin,
    setPin,
    from,
    isNeeded,
    isSet,
    isPending: standing.isPending,
    /** Whether the payment may be sent, as far as the PIN goes. */
    isReady: !isNeeded || (isSet && pin.length >= 4),
    /** What the request carries of it. */
    body: isNeeded ? { pin } : {},
  };
}

/** Asks for the PIN where it is needed, or says that there is none yet. */
export function PinPart({ of }: { of: ReturnType<typeof usePin> }) {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  if (!of.isNeeded || !of.from) return null;
  return of.isSet ? (
    <Field
      label={t('pin')}
      type="password"
      inputMode="numeric"
      dir="ltr"
      autoComplete="off"
      maxLength={8}
      value={of.pin}
      onChange={(event) => of.setPin(event.target.value)}
    />
  ) : (
    <p className={styles.danger}>
      <CircleAlert size={20} aria-hidden="true" />
      {t('pin.none', { amount: withCode(of.from) })}
    </p>
  );
}
