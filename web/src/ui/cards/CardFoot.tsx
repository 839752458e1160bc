import type { ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './CardFoot.module.css';

/** One thing a card offers: a press, or an address that opens outside. */
export function CardFoot({
  icon,
  href,
  disabled = false,
  spoken,
  onPress,
  children,
}: {
  icon?: ReactNode;
  href?: string | undefined;
  disabled?: boolean;
  /** What is said instead of the words on it, where they need their context. */
  spoken?: string | undefined;
  onPress?: () => void;
  children: ReactNode;
}) {
  const words = (
    <>
      {icon}
      <span dir="auto">{children}</span>
    </>
  );
  return href ? (
    <a
      className={cx(styles.foot, 't-small')}
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={spoken}
    >
      {words}
    </a>
  ) : (
    <button
      type="button"
      className={cx(styles.foot, 't-small')}
      disabled={disabled}
      aria-label={spoken}
      onClick={onPress}
    >
      {words}
    </button>
  );
}
