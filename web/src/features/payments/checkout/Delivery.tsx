import { CircleAlert, Info } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Money } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import choice from '../sheet/MethodChoice.module.css';
import styles from './Checkout.module.css';
import type { Checkout } from './checkout.ts';

/** How it is sent and what that costs, as the business says for this address. */
export function Delivery({
  checkout,
  merchant,
  disabled,
  onChoose,
  onAgain,
}: {
  checkout: Checkout;
  merchant: string;
  disabled: boolean;
  onChoose: (option: string) => void;
  onAgain: () => void;
}) {
  const { t } = useTranslation('payments');
  const { digits } = useFormat();
  const name = useId();

  if (checkout.phase === 'asking')
    return (
      <div className={styles.asking} role="status">
        <p className="t-small soft">{t('delivery.asking', { merchant })}</p>
        <Skeleton width="100%" height={60} />
      </div>
    );
  if (checkout.phase === 'unpriced') return <Unpriced {...{ checkout, merchant, onAgain }} />;
  const added = (total: Money) => total.amountMinor - checkout.goods.amountMinor;
  return (
    <fieldset className={choice.choice} disabled={disabled}>
      <legend className="t-meta">{t('delivery.title')}</legend>
      <div className={choice.box}>
        {checkout.quote?.options.map(({ id, title, total }) => (
          <label key={id} className={choice.row}>
            <input
              type="radio"
              name={name}
              className={choice.radio}
              checked={checkout.option === id}
              onChange={() => onChoose(id)}
            />
            <bdi className={cx(styles.way, choice.name)}>{title}</bdi>
            {added(total) > 0 ? (
              <bdi dir="ltr" className="n">
                {digits({ ...total, amountMinor: added(total) })}
              </bdi>
            ) : (
              <span className="quiet">{t('delivery.free')}</span>
            )}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Between an attempt and the next the price has become another. */
export function PriceChanged({ before }: { before: Money }) {
  const { t } = useTranslation('payments');
  const { withCode } = useFormat();
  return (
    <div role="alert" className={styles.before}>
      <p className={styles.changed}>
        <Info size={20} aria-hidden="true" />
        {t('delivery.changed', { amount: withCode(before) })}
      </p>
      <p className="t-small soft">
        {t('notCharged')} {t('checkNewPrice')}
      </p>
    </div>
  );
}

function Unpriced({
  checkout,
  merchant,
  onAgain,
}: {
  checkout: Checkout;
  merchant: string;
  onAgain: () => void;
}) {
  const { t } = useTranslation('payments');
  const words: Record<NonNullable<Checkout['problem']>, string> = {
    no_answer: t('delivery.noAnswer', { merchant }),
    bad_answer: t('delivery.badAnswer', { merchant }),
    not_sent_there: t('delivery.notSentThere', { merchant }),
    nobody_asked: t('delivery.nobodyAsked', { merchant }),
    not_reached: t('delivery.notReached'),
  };
  return (
    <div role="alert" className={styles.unpriced}>
      <p className={styles.problem}>
        <CircleAlert size={20} aria-hidden="true" />
        {words[checkout.problem ?? 'no_answer']}
      </p>
      <p className="t-small soft">{t('notCharged')}</p>
      {/* For an address that nothing is sent to, another address helps; that is changed above. */}
      {checkout.problem !== 'not_sent_there' && (
        <Button size="small" variant="tinted" onClick={onAgain}>
          {t('delivery.again')}
        </Button>
      )}
    </div>
  );
}
