import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Money } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useMediaQuery } from '../../../lib/useMediaQuery.ts';
import { Button } from '../../../ui/Button.tsx';
import styles from './Paid.module.css';

const foldsAfterMs = 1_200;

/**
 * Done. The tick is drawn once and the sheet folds away to the receipt; with reduced motion, or for somebody who
 * works by keyboard or screen reader, it stays until closed.
 */
export function Paid({
  amount,
  refunded,
  onClose,
}: {
  amount: Money;
  refunded: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation('payments');
  const { withCode } = useFormat();
  const still = useMediaQuery('(prefers-reduced-motion: reduce)');
  const box = useRef<HTMLDivElement>(null);
  const byPointer = useRef(lastPressWasPointer());
  const stays = still || refunded || !byPointer.current;

  useEffect(() => {
    if (stays) {
      box.current?.querySelector('button')?.focus();
      return;
    }
    const timer = setTimeout(onClose, foldsAfterMs);
    return () => clearTimeout(timer);
  }, [stays, onClose]);

  return (
    <div ref={box} className={styles.paid}>
      <svg className={styles.tick} viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
        <circle cx="32" cy="32" r="30" />
        <path d="M19 33.500 28.500 43 46 23.500" pathLength="1" />
      </svg>
      <p className="t-head">{refunded ? t('refunded') : t('paid')}</p>
      <p className={cx(styles.sum, 't-figure')}>
        <bdi dir="ltr">{withCode(amount)}</bdi>
      </p>
      <Button variant="tinted" onClick={onClose}>
        {t('done')}
      </Button>
    </div>
  );
}

/** Keys and screen readers press buttons without a pointer: `:focus-visible` is then on whatever has focus. */
const lastPressWasPointer = () => document.querySelector(':focus-visible') === null;
