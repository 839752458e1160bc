import { Plus } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Method, Money } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { cardExpiry, cardName } from '../card/brands.ts';
import { CardBrand } from '../card/CardBrand.tsx';
import { canPay } from '../paySheet.ts';
import styles from './MethodChoice.module.css';

/** What to pay with: saved cards, the balance in this currency, and another card. */
export function MethodChoice({
  methods,
  amount,
  chosen,
  disabled,
  onChoose,
  onAddCard,
}: {
  methods: readonly Method[];
  amount: Money;
  chosen: string | null;
  disabled: boolean;
  onChoose: (method: string) => void;
  onAddCard: () => void;
}) {
  const { t } = useTranslation('payments');
  const { withCode } = useFormat();
  const name = useId();
  const offered = methods.filter((method) => method.kind === 'card' || method.currency === amount.currency);

  return (
    <fieldset className={styles.choice} disabled={disabled}>
      <legend className="t-meta">{t('payWith')}</legend>
      <div className={styles.box}>
        {offered.map((method) => {
          const able = canPay(method, amount);
          return (
            <label key={method.id} className={cx(styles.row, !able && styles.unable)}>
              <input
                type="radio"
                name={name}
                className={styles.radio}
                checked={chosen === method.id}
                disabled={!able}
                onChange={() => onChoose(method.id)}
              />
              <CardBrand brand={method.kind === 'card' ? method.brand : 'balance'} />
              <span className={styles.words}>
                <bdi className={cx(styles.name, 'n')}>
                  {method.kind === 'card' ? cardName(method.brand, method.last4) : t('balance')}
                </bdi>
                <span className="t-meta quiet">
                  {method.kind === 'card'
                    ? t('expires', { date: cardExpiry(method.expMonth, method.expYear) })
                    : t(able ? 'balanceOf' : 'balanceShort', { amount: withCode(method) })}
                </span>
              </span>
            </label>
          );
        })}
        <button type="button" className={styles.row} onClick={onAddCard}>
          <span className={styles.plus} aria-hidden="true">
            <Plus size={20} />
          </span>
          {t('addCard')}
        </button>
      </div>
    </fieldset>
  );
}
