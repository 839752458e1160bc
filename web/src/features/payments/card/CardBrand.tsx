import { CreditCard, Wallet } from 'lucide-react';
import { cx } from '../../../lib/cx.ts';
import styles from './CardBrand.module.css';

/** The face of a card, or the purse for a balance. Decorative: the name stands beside it. */
export function CardBrand({ brand }: { brand: string }) {
  switch (brand.toLowerCase()) {
    case 'visa':
      return (
        <span className={cx(styles.face, styles.visa)} aria-hidden="true">
          VISA
        </span>
      );
    case 'mastercard':
      return (
        <span className={cx(styles.face, styles.mastercard)} aria-hidden="true">
          <svg viewBox="0 0 30 18" width="30" height="18" aria-hidden="true">
            <circle cx="11" cy="9" r="8" fill="#eb001b" />
            <circle cx="19" cy="9" r="8" fill="#f79e1b" />
            <path fill="#ff5f00" d="M15 2.100a8 8 0 0 1 0 13.800 8 8 0 0 1 0-13.800z" />
          </svg>
        </span>
      );
    case 'amex':
    case 'american_express':
      return (
        <span className={cx(styles.face, styles.amex)} aria-hidden="true">
          AMEX
        </span>
      );
    case 'balance':
      return (
        <span className={cx(styles.face, styles.balance)} aria-hidden="true">
          <Wallet size={16} />
        </span>
      );
    default:
      return (
        <span className={cx(styles.face, styles.other)} aria-hidden="true">
          <CreditCard size={16} />
        </span>
      );
  }
}
